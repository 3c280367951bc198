#include "hilo/ops/qr.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/math.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reflections.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/triangular.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

struct QrOp : MatrixBatch<QrOp> {
  static constexpr std::string_view kName = "hilo.qr";
  bool is_full = false;

  static void fields(auto&& field) { field("is_full", &QrOp::is_full); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_matrix(in[0], false);
    Shape q = in[0], r = in[0];
    const Dim m = in[0].dim(-2), k = is_full ? m : std::min(m, in[0].dim(-1));
    q.dims.back() = r.dims[r.dims.size() - 2] = k;
    return {q, r};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([&](std::span<const Value> p) {
      const Dim k = infer(in)[0].dim(-1), extra = std::max<Dim>(k - p[0].dim(-1), 0);
      const Householder h = householder(p[0]);
      const Value vectors = pad_axis(slice_axis(h.packed, -1, 0, std::min(k, p[0].dim(-1))), 0, -1, 0, extra);
      return std::vector{householder_product(vectors, h.taus), triu(slice_axis(h.packed, -2, 0, k))};
    }, in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_qr", in, infer(in));
  }
  // q^H dq is skew: its lower part is that of q^H dx r^-1, and its diagonal keeps r's real.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Value q = v.outs[0], r = v.outs[1], d_x = v.d_in[0];
    const Dim k = q.dim(-1);
    if (k > d_x.dim(-1)) {
      throw OpError({.problem = "the columns of q beyond those of x have no derivative", .got = {d_x.shape()}, .expected = "is_full = false"});
    }
    const auto over_r = [&](Value x) {  // x r^-1, of the first k columns
      return triangular_solve(slice_axis(r, -1, 0, k), slice_axis(x, -1, 0, k), {.is_left = false, .is_lower = false});
    };
    const Value d_q_r = exact_matmul(adjoint(q), d_x), d = over_r(d_q_r);  // [.., k, n], [.., k, k]
    const Value lower = tril(d, -1);
    Value skew = lower - adjoint(lower);
    if (is_complex(d.dtype())) skew = skew + diagonal_part(d - convert(real(d), d.dtype()));
    return {exact_matmul(q, skew - d) + over_r(d_x), d_q_r - exact_matmul(skew, r)};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return reverse_of([this](const Jvp& j) { return jvp(j); }, v);
  }
};

}  // namespace

Reflection reflection(Value x, Value k) {
  const Value rows = iota({kI32, {x.dim(-1)}});
  const Value head = dynamic_index_axis(x, -1, k);                                            // [..]
  const Value tail = select(greater(rows, k), x, zeros_like(x));                              // [.., m]
  const Value tail_norm = sum(square_abs(tail), {-1}), norm = sqrt(square_abs(head) + tail_norm);
  const Value is_done = logical_and(equal(tail_norm, 0), equal(imag(head), 0));               // already real there
  const Value beta = convert(select(greater_equal(real(head), 0), -norm, norm), x.dtype());
  const Value one = ones_like(head), scale = select(is_done, one, head - beta);
  const Value v = select(equal(rows, k), ones_like(x), tail / expand_dims(scale, -1));
  return {v, select(is_done, zeros_like(head), (beta - head) / select(is_done, one, beta))};
}

Value reflected(Value a, Value v, Value tau) {
  const Value along = exact_matmul(conj(expand_dims(v, -2)), a);  // [.., 1, n]
  return a - expand_dims(tau, Axes{-2, -1}) * expand_dims(v, -1) * along;
}

void list_qr_ops(OpTable& table) { table.add<QrOp>(); }

Householder householder(Operand x) {
  const CallSite site(x.where);
  const Value a = matrix_of("householder", x, false);
  const Dim rounds = std::min(a.dim(-2), a.dim(-1));
  Dims taus(a.dims().begin(), a.dims().end() - 2);
  taus.push_back(rounds);
  const Value none = zeros({a.dtype(), taus});
  if (rounds == 0) return {a, none};
  const Value rows = iota({kI32, {a.dim(-2), 1}}), columns = iota({kI32, {a.dim(-1)}});
  const std::vector<Value> done = fori_loop(0, rounds, {a, none}, [&](Value i, std::span<const Value> s) {
    const auto [v, tau] = reflection(dynamic_index_axis(s[0], -1, i), i);
    const Value is_right = greater_equal(columns, i), is_vector = logical_and(equal(columns, i), greater(rows, i));
    const Value next = select(is_vector, expand_dims(v, -1), select(is_right, reflected(s[0], v, conj(tau)), s[0]));
    return std::vector{next, dynamic_update_slice_axis(s[1], expand_dims(tau, -1), -1, i)};
  });
  return {done[0], done[1]};
}

Value householder_product(Operand packed, Operand taus) {
  const CallSite site(packed.where);
  const Value a = matrix_of("householder_product", packed, false);
  const Value t = promote("householder_product", {taus})[0];
  const Dim m = a.dim(-2), n = a.dim(-1), rounds = t.rank() == 0 ? 0 : t.dim(-1);
  Dims expected = a.dims();
  expected.pop_back();
  expected.back() = rounds;
  if (n > m || rounds > n || t.shape() != Shape{a.dtype(), expected}) {
    throw OpError({.op = "householder_product", .problem = "taus do not fit", .got = {a.shape(), t.shape()}, .expected = "[.., m, n] and [.., k] of one dtype, k <= n <= m"}, CallSite::current(packed.where));
  }
  const Value identity = broadcast_to(eye(m, a.dtype(), n), a.dims());
  if (rounds == 0) return identity;
  const Value rows = iota({kI32, {m}});
  return fori_loop(0, rounds, identity, [&](Value i, Value s) {  // the last one first
    const Value last = static_cast<std::int64_t>(rounds - 1) - i;
    const Value column = dynamic_index_axis(a, -1, last);
    const Value v = select(equal(rows, last), ones_like(column), select(greater(rows, last), column, zeros_like(column)));
    return reflected(s, v, dynamic_index_axis(t, -1, last));
  });
}

Qr qr(Operand x, bool is_full) {
  const std::vector<Value> out = apply_all(QrOp{{}, is_full}, promote("qr", {x}), x.where);
  return {out[0], out[1]};
}

}  // namespace hilo
