#include "hilo/ops/differences.h"

#include <numeric>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

Value without_first(Value x, int axis) {
  return slice_axis(x, axis, std::min<Dim>(1, x.dim(axis)), kEnd);
}
Value without_last(Value x, int axis) {
  return slice_axis(x, axis, 0, std::max<Dim>(x.dim(axis) - 1, 0));
}

Value steps(Value x, int axis) {
  const Value later = without_first(x, axis), earlier = without_last(x, axis);
  return x.dtype() == kI1 ? not_equal(later, earlier) : later - earlier;
}

// A vector along one axis of a tensor of that rank.
Value along_axis(Value vector, int rank, int axis) {
  Dims dims(static_cast<std::size_t>(rank), 1);
  dims[static_cast<std::size_t>(axis)] = vector.dim(0);
  return reshape(vector, dims);
}

Value fractions(std::string_view op, const Operand& x) {
  const Value v = promote(op, {x})[0];
  return is_differentiable(v.dtype()) ? v : v.as(kF32);
}

// Slopes where positions are at any distance: a parabola through three points, at the ends a line.
Value slopes(Value x, Value position, int axis) {
  const Value dx = steps(position, axis), slope = steps(x, axis) / dx;
  const Value before = without_last(dx, axis), behind = without_first(dx, axis);
  const Value inner = (without_last(slope, axis) * behind + without_first(slope, axis) * before) /
                      (before + behind);
  return concatenate({slice_axis(slope, axis, 0, 1), inner, slice_axis(slope, axis, -1, kEnd)},
                     axis);
}

}  // namespace

Value diff(Operand operand, DiffOptions options) {
  const CallSite site(operand.where);
  Value x = promote("diff", {operand})[0];
  const int axis = normalized_axis("diff", operand, options.axis);
  if (options.order < 0) {
    throw OpError({.op = "diff",
                   .problem = "order " + std::to_string(options.order),
                   .got = {x.shape()},
                   .expected = "an order of at least 0"},
                  CallSite::current(operand.where));
  }
  std::vector<Value> parts = {x};
  const auto piece = [&](Value v) {  // a scalar is one slice
    if (v.rank() > 0) return v;
    Dims dims = x.dims();
    dims[static_cast<std::size_t>(axis)] = 1;
    return broadcast_to(v, dims);
  };
  if (options.prepend) parts.insert(parts.begin(), piece(*options.prepend));
  if (options.append) parts.push_back(piece(*options.append));
  if (parts.size() > 1) x = concatenate(parts, axis);
  for (int i = 0; i < options.order; ++i) x = steps(x, axis);
  return x;
}

Value ediff1d(Operand x) {
  const CallSite site(x.where);
  return diff(Operand(reshape(x, {x.value.size()}), x.where));
}

Value gradient(Operand operand, int axis, Operand spacing) {
  const CallSite site(operand.where);
  const Value x = fractions("gradient", operand);
  const int a = normalized_axis("gradient", Operand(x, operand.where), axis);
  const Value h = tensor_of("gradient", spacing, x.dtype()).as(x.dtype());
  const Dim n = x.dim(a);
  if (n < 2 || h.rank() > 1 || (h.rank() == 1 && h.dim(0) != n)) {
    throw OpError({.op = "gradient",
                   .problem = n < 2 ? "fewer than two elements on axis " + std::to_string(a)
                                    : "the spacing does not fit",
                   .got = {x.shape(), h.shape()},
                   .expected = "an axis of two or more elements, a number or a position for each"},
                  CallSite::current(operand.where));
  }
  if (h.rank() == 1) return slopes(x, along_axis(h, x.rank(), a), a);
  const Value step = steps(x, a);
  const Value inner = (without_last(step, a) + without_first(step, a)) * 0.5;
  return concatenate({slice_axis(step, a, 0, 1), inner, slice_axis(step, a, -1, kEnd)}, a) / h;
}

std::vector<Value> gradient(Operand x, Axes axes) {
  const CallSite site(x.where);
  if (axes.empty()) {
    axes.resize(x.value.dims().size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  std::vector<Value> result;
  for (std::int64_t a : axes) result.push_back(gradient(x, static_cast<int>(a)));
  return result;
}

Value trapezoid(Operand operand, TrapezoidOptions options) {
  const CallSite site(operand.where);
  const Value y = fractions("trapezoid", operand);
  const int a = normalized_axis("trapezoid", Operand(y, operand.where), options.axis);
  const Value pairs = (without_first(y, a) + without_last(y, a)) * 0.5;
  if (!options.x) return sum(pairs, {a}) * options.dx;
  const Value x = options.x->as(y.dtype());
  const bool is_vector = x.rank() == 1 && x.dim(0) == y.dim(a);
  if (!is_vector && x.dims() != y.dims()) {
    throw OpError({.op = "trapezoid",
                   .problem = "the positions do not fit",
                   .got = {y.shape(), x.shape()},
                   .expected = "a vector along the axis, or y's dims"},
                  CallSite::current(operand.where));
  }
  return sum(pairs * steps(is_vector ? along_axis(x, y.rank(), a) : x, a), {a});
}

Value unwrap(Operand operand, int axis, double period) {
  const CallSite site(operand.where);
  const Value x = floating_of("unwrap", operand);
  const int a = normalized_axis("unwrap", Operand(x, operand.where), axis);
  if (x.dim(a) < 2) return x;
  const Value step = steps(x, a);
  const double half = period / 2;
  // Moved into [-half, half); a step of exactly +half stays.
  Value folded = step + half;
  folded = folded - floor(folded / period) * period - half;
  folded =
      select(logical_and(equal(folded, -half), greater(step, 0)), full_like(folded, half), folded);
  const Value correction = select(less(abs(step), half), zeros_like(step), folded - step);
  const Value first = slice_axis(x, a, 0, 1);
  return concatenate({first, without_first(x, a) + cumulative_sum(correction, a)}, a);
}

}  // namespace hilo
