#include "hilo/ops/masked.h"

#include <limits>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// x, and the mask in its dims.
struct Masked {
  Value x, mask;
  Masked(std::string_view op, const Operand& operand, const Operand& keeps)
      : x(promote(op, {operand})[0]), mask(tensor_of(op, keeps, kI1)) {
    const Dims dims = broadcast_dims(op, std::vector{x.shape(), mask.shape()});
    if (mask.dtype() != kI1 || dims != x.dims()) {
      throw OpError({.op = std::string(op),
                     .problem = "the mask does not fit",
                     .got = {x.shape(), mask.shape()},
                     .expected = "booleans that broadcast to x"},
                    CallSite::current(operand.where));
    }
    mask = broadcast_to(mask, dims);
  }
  // x with `filler` where the mask is false.
  [[nodiscard]] Value with(Value filler) const {
    return select(mask, x, broadcast_to(filler, x.dims()));
  }
  [[nodiscard]] Value with_neutral(std::string_view op, std::string_view reducer) const {
    return with(neutral_element(op, reducer, x.dtype()));
  }
  [[nodiscard]] Value count(const Axes& axes, bool keeps_dims) const {
    return sum(mask.as(x.dtype()), axes, keeps_dims);
  }
};

Masked with_fractions(std::string_view op, const Operand& x, const Operand& mask) {
  return {op, Operand(floating_of(op, x), x.where), mask};
}

Value variance_of(const Masked& m, const Axes& axes, bool keeps_dims, int ddof) {
  const Value mean = sum(m.with(zeros_like(m.x)), axes, true) / maximum(m.count(axes, true), 1.0);
  const Value centred = select(m.mask, m.x - mean, zeros_like(m.x));
  const Value divisor = m.count(axes, keeps_dims) - static_cast<double>(ddof);
  const Value total = sum(centred * centred, axes, keeps_dims);
  const Value is_defined = greater(divisor, 0);
  return select(is_defined, total / select(is_defined, divisor, ones_like(divisor)),
                full_like(total, std::numeric_limits<double>::quiet_NaN()));
}

// `y` where any element of the lane is there, else NaN.
Value or_nan(Value y, Value mask, const Axes& axes, bool keeps_dims) {
  return select(any(mask, axes, keeps_dims), y,
                full_like(y, std::numeric_limits<double>::quiet_NaN()));
}

// What is not NaN; all of the integers.
Value numbers_of(std::string_view op, const Operand& operand) {
  const Value x = promote(op, {operand})[0];
  return is_differentiable(x.dtype()) ? equal(x, x) : full_like(x.as(kI1), true);
}

Value nanarg(std::string_view op, const Operand& operand, int axis, bool keeps_dims, bool is_max) {
  const CallSite site(operand.where);
  const Value x = floating_of(op, operand), is_number = equal(x, x);
  const double worst =
      is_max ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  const Operand safe(select(is_number, x, full_like(x, worst)), operand.where);
  const Value at = is_max ? argmax(safe, axis, keeps_dims) : argmin(safe, axis, keeps_dims);
  return select(any(is_number, {axis}, keeps_dims), at, full_like(at, -1));
}

}  // namespace

Value sum_where(Operand x, Operand mask, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Masked m("sum_where", x, mask);
  return sum(m.with(zeros_like(m.x)), std::move(axes), keeps_dims);
}
Value prod_where(Operand x, Operand mask, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Masked m("prod_where", x, mask);
  return prod(m.with(ones_like(m.x)), std::move(axes), keeps_dims);
}
Value mean_where(Operand x, Operand mask, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Masked m = with_fractions("mean_where", x, mask);
  return sum(m.with(zeros_like(m.x)), axes, keeps_dims) / m.count(axes, keeps_dims);
}
Value max_where(Operand x, Operand mask, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  return max(Masked("max_where", x, mask).with_neutral("max_where", "maximum"), std::move(axes),
             keeps_dims);
}
Value min_where(Operand x, Operand mask, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  return min(Masked("min_where", x, mask).with_neutral("min_where", "minimum"), std::move(axes),
             keeps_dims);
}
Value variance_where(Operand x, Operand mask, Axes axes, bool keeps_dims, int ddof) {
  const CallSite site(x.where);
  return variance_of(with_fractions("variance_where", x, mask), axes, keeps_dims, ddof);
}
Value standard_deviation_where(Operand x, Operand mask, Axes axes, bool keeps_dims, int ddof) {
  const CallSite site(x.where);
  return sqrt(variance_where(x, mask, std::move(axes), keeps_dims, ddof));
}

Value nansum(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  return sum_where(x, numbers_of("nansum", x), std::move(axes), keeps_dims);
}
Value nanprod(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  return prod_where(x, numbers_of("nanprod", x), std::move(axes), keeps_dims);
}
Value nanmean(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  return mean_where(x, numbers_of("nanmean", x), std::move(axes), keeps_dims);
}
Value nanmax(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Value is_number = numbers_of("nanmax", x), y = max_where(x, is_number, axes, keeps_dims);
  return is_float(y.dtype()) ? or_nan(y, is_number, axes, keeps_dims) : y;
}
Value nanmin(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Value is_number = numbers_of("nanmin", x), y = min_where(x, is_number, axes, keeps_dims);
  return is_float(y.dtype()) ? or_nan(y, is_number, axes, keeps_dims) : y;
}
Value nanvar(Operand x, Axes axes, bool keeps_dims, int ddof) {
  const CallSite site(x.where);
  return variance_where(x, numbers_of("nanvar", x), std::move(axes), keeps_dims, ddof);
}
Value nanstd(Operand x, Axes axes, bool keeps_dims, int ddof) {
  const CallSite site(x.where);
  return sqrt(nanvar(x, std::move(axes), keeps_dims, ddof));
}
Value nanargmax(Operand x, int axis, bool keeps_dims) {
  return nanarg("nanargmax", x, axis, keeps_dims, true);
}
Value nanargmin(Operand x, int axis, bool keeps_dims) {
  return nanarg("nanargmin", x, axis, keeps_dims, false);
}

}  // namespace hilo
