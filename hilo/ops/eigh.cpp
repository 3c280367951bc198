#include "hilo/ops/eigh.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/jacobi.h"
#include "hilo/ops/math.h"
#include "hilo/ops/qr.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

Value row(Value x) { return expand_dims(x, -2); }
Value column(Value x) { return expand_dims(x, -1); }

// Of a Hermitian x.
struct EighOp : NoFields, MatrixBatch<EighOp> {
  static constexpr std::string_view kName = "hilo.eigh";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_matrix(in[0], true);
    return {{part_dtype(in[0].dtype), {in[0].dims.begin(), in[0].dims.end() - 1}}, in[0]};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([](std::span<const Value> p) {
      const std::vector<Value> pairs = jacobi_eigh(p[0]);
      const Value order = argsort(pairs[0], -1);
      return std::vector{take_along_axis(pairs[0], order, -1), take_along_axis(pairs[1], row(order), -1)};
    }, in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_eigh", in, infer(in));
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Value w = v.outs[0], u = v.outs[1];
    const Value d = exact_matmul(adjoint(u), exact_matmul(v.d_in[0], u));  // the change, in the eigenvectors' frame
    const Value turn = convert(reciprocal_differences(w), d.dtype()) * d;
    return {w.dim(-1) == 0 ? zeros_like(w) : real(diagonal(d)), exact_matmul(u, turn)};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return reverse_of([this](const Jvp& j) { return jvp(j); }, v);
  }
};

// u [.., n, n] with orthogonal columns of length one or zero, the latter last, which become orthonormal to the others.
Value completed(Value u) {
  if (u.dim(-1) == 0) return u;
  const Qr f = qr(u);
  const Value signs = real(diagonal(f.r));  // the reflections' signs
  const Value turn = select(less(signs, 0), -ones_like(signs), ones_like(signs));
  return f.q * row(convert(turn, u.dtype()));
}

// Of a tall x [.., m, n], m >= n: its columns made orthogonal are u diag(s).
std::vector<Value> tall_svd(Value x, bool is_full) {
  const Dim m = x.dim(-2), n = x.dim(-1);
  const Qr f = qr(x, is_full);  // of the small square r the columns are quickly made orthogonal
  const std::vector<Value> pairs = jacobi_orthogonalize(slice_axis(f.r, -2, 0, n));
  const Value norms = sqrt(sum(square_abs(pairs[0]), {-2}));
  const Value order = argsort(norms, -1, {.is_descending = true});
  const Value s = take_along_axis(norms, order, -1), w = take_along_axis(pairs[0], row(order), -1), v = take_along_axis(pairs[1], row(order), -1);
  Value u = completed(w / row(convert(select(equal(s, 0), ones_like(s), s), w.dtype())));  // [.., n, n]
  u = exact_matmul(slice_axis(f.q, -1, 0, n), u);
  if (is_full && m > n) u = concatenate({u, slice_axis(f.q, -1, n, m)}, -1);
  return {u, s, adjoint(v)};
}

struct SvdOp : MatrixBatch<SvdOp> {
  static constexpr std::string_view kName = "hilo.svd";
  bool is_full = false;

  static void fields(auto&& field) { field("is_full", &SvdOp::is_full); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_matrix(in[0], false);
    const Dim m = in[0].dim(-2), n = in[0].dim(-1), k = std::min(m, n);
    Shape u = in[0], vt = in[0], s = {part_dtype(in[0].dtype), {in[0].dims.begin(), in[0].dims.end() - 1}};
    u.dims.back() = is_full ? m : k;
    vt.dims[vt.dims.size() - 2] = is_full ? n : k;
    s.dims.back() = k;
    return {u, s, vt};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([&](std::span<const Value> p) {
      if (p[0].dim(-2) >= p[0].dim(-1)) return tall_svd(p[0], is_full);
      const std::vector<Value> turned = tall_svd(adjoint(p[0]), is_full);
      return std::vector{adjoint(turned[2]), turned[1], adjoint(turned[0])};
    }, in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_svd", in, infer(in));
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Value u = v.outs[0], s = v.outs[1], w = adjoint(v.outs[2]), d_x = v.d_in[0];
    const Dim m = d_x.dim(-2), n = d_x.dim(-1), k = s.dim(-1);
    if (u.dim(-1) > k || w.dim(-1) > k) {
      throw OpError({.problem = "the columns of u and vt beyond the singular values have no derivative", .got = {d_x.shape()}, .expected = "is_full = false"});
    }
    const DType dtype = u.dtype();
    const Value d = exact_matmul(adjoint(u), exact_matmul(d_x, w));  // [.., k, k], the change in the frame of both
    const Value one = eye(k, s.dtype());
    const Value turn = convert(reciprocal((row(s) + column(s)) * (row(s) - column(s)) + one) - one, dtype);
    const Value right = d * convert(row(s), dtype), left = d * convert(column(s), dtype);
    Value d_u = turn * (right + adjoint(right)), d_w = turn * (left + adjoint(left));
    if (is_complex(dtype)) {
      const Value inverse = select(equal(s, 0), zeros_like(s), reciprocal(s));
      d_u = d_u + (d - adjoint(d)) * 0.5 * convert(one * row(inverse), dtype);
    }
    d_u = exact_matmul(u, d_u);
    d_w = exact_matmul(w, d_w);
    const auto outside = [&](Value of, Value frame) {  // what leaves the frame's space
      return (of - exact_matmul(frame, exact_matmul(adjoint(frame), of))) / convert(row(s), dtype);
    };
    if (m > n) d_u = d_u + outside(exact_matmul(d_x, w), u);
    if (n > m) d_w = d_w + outside(exact_matmul(adjoint(d_x), u), w);
    return {d_u, k == 0 ? zeros_like(s) : real(diagonal(d)), adjoint(d_w)};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return reverse_of([this](const Jvp& j) { return jvp(j); }, v);
  }
};

}  // namespace

void list_eigh_ops(OpTable& table) {
  table.add<EighOp>();
  table.add<SvdOp>();
}

Eigh eigh(Operand operand) {
  const CallSite site(operand.where);
  const Value x = matrix_of("eigh", operand, true);
  const std::vector<Value> out = apply_all(EighOp{}, std::vector{(x + adjoint(x)) * 0.5});
  return {out[0], out[1]};
}
Value eigvalsh(Operand x) { return eigh(x).values; }

Svd svd(Operand x, bool is_full) {
  const std::vector<Value> out = apply_all(SvdOp{{}, is_full}, promote("svd", {x}), x.where);
  return {out[0], out[1], out[2]};
}
Value svdvals(Operand x) { return svd(x).s; }

}  // namespace hilo
