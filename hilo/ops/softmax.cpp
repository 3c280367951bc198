#include "hilo/ops/softmax.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// The operand as a floating tensor, and its axes counted from the front. Refusals name `op`.
Value checked(std::string_view op, const Operand& operand, Axes& axes) {
  const Value x = promote(op, {operand})[0];
  try {
    expect_kind(std::span(&x.shape(), 1), kFloats);
    axes = normalized_axes(op, std::move(axes), x.rank());
  } catch (const OpError& e) {
    Refusal r = e.refusal();
    r.op = op;
    r.got = {x.shape()};
    throw OpError(std::move(r), CallSite::current(operand.where));
  }
  return x;
}

}  // namespace

Value softmax(Operand operand, Axes axes) {
  const CallSite site(operand.where);
  const Value x = checked("softmax", operand, axes);
  // The Jacobian diag(y) - y y' is symmetric, so one rule serves both directions.
  return custom_derivative(
      x,
      [&](Value v) {
        const Value e = exp(v - max(v, axes, true));
        return e / sum(e, axes, true);
      },
      [&](Value, Value y, Value d_y) { return y * (d_y - sum(y * d_y, axes, true)); });
}

Value log_softmax(Operand operand, Axes axes) {
  const CallSite site(operand.where);
  const Value x = checked("log_softmax", operand, axes);
  const Value shifted = x - stop_gradient(max(x, axes, true));
  return shifted - log(sum(exp(shifted), axes, true));
}

Value logsumexp(Operand operand, Axes axes, bool keeps_dims) {
  const CallSite site(operand.where);
  const Value x = checked("logsumexp", operand, axes);
  const Value largest = stop_gradient(max(x, axes, true));
  const Value shift =
      select(is_finite(largest), largest, zeros_like(largest));  // inf - inf would be NaN
  const Value total = sum(exp(x - shift), axes, keeps_dims);
  return log(total) + reshape(shift, total.dims());
}

}  // namespace hilo
