#include "hilo/ops/factor_rules.h"

#include <algorithm>

#include "hilo/ops/arrange.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/math.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/value_lists.h"

namespace hilo {

void expect_matrix(const Shape& x, bool is_square) {
  expect_kind(std::span(&x, 1), kMatrixKinds);
  const std::size_t rank = x.dims.size();
  if (rank >= 2 && (!is_square || is_compatible({x.dtype, {x.dims[rank - 1]}}, {x.dtype, {x.dims[rank - 2]}}))) return;
  throw OpError({.problem = rank < 2 ? "x is no matrix" : "the matrix is not square", .got = {x},
                 .expected = is_square ? "[.., n, n]" : "[.., m, n]"});
}

Value matrix_of(std::string_view op, const Operand& x, bool is_square) {
  const Value a = promote(op, {x})[0];
  try {
    expect_matrix(a.shape(), is_square);
  } catch (const OpError& refused) {
    Refusal refusal = refused.refusal();
    refusal.op = op;
    refusal.constraint.clear();
    throw OpError(std::move(refusal), CallSite::current(x.where));
  }
  return a;
}

std::vector<Value> reverse_of(const std::function<std::vector<Value>(const Jvp&)>& forward, const Vjp& v) {
  const std::size_t n = v.in.size(), m = v.outs.size();
  std::vector<Value> d_outs;  // of results with a tangent, and a cotangent to pull back
  const Function tangents = trace([&](std::span<const Value> p) {
    const std::span<const Value> outs = p.subspan(n, m);
    std::vector<Value> d = forward({p.first(n), outs, p.subspan(n + m), outs.front(), v.transforms}), some;
    for (std::size_t k = 0; k < d.size(); ++k) {
      if (d[k] && v.d_outs[k]) d_outs.push_back(v.d_outs[k]), some.push_back(d[k]);
    }
    return some;
  }, shapes_of(joined({v.in, v.outs, v.in})));
  return transposed(tangents, joined({v.in, v.outs}), d_outs, v.transforms);
}

Function kernel_for(std::string_view platform, std::string name, Shapes in, const std::vector<Shape>& out,
                    const std::vector<CallAttribute>& attributes, const std::vector<CustomOp::InPlace>& in_place) {
  if (platform != "cpu" || std::ranges::any_of(in, [](const Shape& s) { return s.size() == 0; })) return {};
  const CustomOp kernel{.name = std::move(name), .infer = [&](Shapes) { return out; }, .in_place = in_place};
  return trace([&](std::span<const Value> p) { return custom_call(kernel, p, attributes); }, in);
}

void broadcast_batches(std::string_view op, Value& a, Value& b) {
  std::vector<Shape> batches;
  for (const Value* v : {&a, &b}) batches.push_back({v->dtype(), {v->dims().begin(), v->dims().end() - 2}});
  for (Value* v : {&a, &b}) {
    Dims dims = broadcast_dims(op, batches);
    dims.insert(dims.end(), v->dims().end() - 2, v->dims().end());
    *v = broadcast_to(*v, std::move(dims));
  }
}

Value matrix_transpose(Operand x) { return swapaxes(x, -2, -1); }

Value adjoint(Operand x) { return conj(matrix_transpose(x)); }

Value identity_like(Value x, Dim n) {
  Dims dims = x.dims();
  dims[dims.size() - 2] = dims[dims.size() - 1] = n;
  return broadcast_to(eye(n, x.dtype()), std::move(dims));
}

Value diagonal_part(Value x) { return tril(triu(x)); }

Value reciprocal_differences(Value x) {
  const Value one = eye(x.dim(-1), x.dtype());
  return reciprocal(expand_dims(x, -2) - expand_dims(x, -1) + one) - one;
}

}  // namespace hilo
