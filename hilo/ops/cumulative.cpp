#include "hilo/ops/cumulative.h"

#include <limits>

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/math.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

// x moved by `by` along the axis (back, if negative); what moves in is the neutral element.
Value moved(Value x, int axis, Dim by, Value neutral) {
  const Dim n = x.dim(axis);
  const Dim k = std::min(by < 0 ? -by : by, n);
  if (by >= 0) return pad_axis(slice_axis(x, axis, 0, n - k), neutral, axis, k, 0);
  return pad_axis(slice_axis(x, axis, k, n), neutral, axis, 0, k);
}

// Doubling: after the pass with distance k, element i folds the 2k elements up to i.
Value cumulative(std::string_view name, const Operand& operand, int axis, CumulativeOptions options,
                 BinaryOp op, std::string_view reducer) {
  const CallSite site(operand.where);
  Value x = operand.value;
  const int a = normalized_axis(name, operand, axis);
  const Value neutral = neutral_element(name, reducer, x.dtype());
  const Dim direction = options.is_reversed ? -1 : 1, n = x.dim(a);
  if (options.is_exclusive) x = moved(x, a, direction, neutral);
  for (Dim k = 1; k < n; k *= 2) x = op(x, moved(x, a, direction * k, neutral));
  return x;
}

// logaddexp, but for two -inf, the sums of nothing that exclusive ones begin with, with gradient 0.
Value add_logarithms(Operand a, Operand b) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Value nothing = logical_and(equal(a, -infinity), equal(b, -infinity));
  const Value sum = logaddexp(select(nothing, zeros_like(a.value), a), b);
  return select(nothing, full(sum.shape(), -infinity), sum);
}

}  // namespace

Value cumulative_sum(Operand x, int axis, CumulativeOptions options) {
  const CallSite site(x.where);
  expect_numbers("cumulative_sum", x.value, "x.as(kI32)");
  return cumulative("cumulative_sum", x, axis, options, add, "add");
}
Value cumulative_prod(Operand x, int axis, CumulativeOptions options) {
  const CallSite site(x.where);
  expect_numbers("cumulative_prod", x.value, "cumulative_min(x)");
  return cumulative("cumulative_prod", x, axis, options, multiply, "multiply");
}
Value cumulative_max(Operand x, int axis, CumulativeOptions options) {
  return cumulative("cumulative_max", x, axis, options, maximum, "maximum");
}
Value cumulative_min(Operand x, int axis, CumulativeOptions options) {
  return cumulative("cumulative_min", x, axis, options, minimum, "minimum");
}
Value cumulative_logsumexp(Operand x, int axis, CumulativeOptions options) {
  return cumulative("cumulative_logsumexp", x, axis, options, options.is_exclusive ? add_logarithms : logaddexp, "maximum");
}

}  // namespace hilo
