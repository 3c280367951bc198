#include "hilo/ops/activation.h"

#include <cmath>
#include <numbers>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/math.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// The operand as a tensor; a bare number is refused.
Value tensor(std::string_view op, const Operand& x) { return promote(op, {x})[0]; }

// The same where all else is refused than floats that have an exp.
Value floating(std::string_view op, const Operand& operand) {
  const Value x = tensor(op, operand);
  expect_kind(op, x, kFloats);
  return x;
}

}  // namespace

Value relu(Operand x) {
  const CallSite site(x.where);
  return custom_derivative(
      tensor("relu", x), [](Value v) { return maximum(v, 0); },
      [](Value v, Value, Value d_y) { return select(greater(v, 0), d_y, zeros_like(d_y)); });
}

Value relu6(Operand x) {
  const CallSite site(x.where);
  return custom_derivative(
      tensor("relu6", x), [](Value v) { return minimum(maximum(v, 0), 6); },
      [](Value v, Value, Value d_y) {
        return select(logical_and(greater(v, 0), less(v, 6)), d_y, zeros_like(d_y));
      });
}

Value leaky_relu(Operand operand, double slope) {
  const CallSite site(operand.where);
  const Value x = floating("leaky_relu", operand);
  return select(greater_equal(x, 0), x, x * slope);
}

Value elu(Operand operand, double alpha) {
  const CallSite site(operand.where);
  const Value x = tensor("elu", operand);
  const Value is_positive = greater(x, 0);
  return select(is_positive, x, alpha * expm1(select(is_positive, zeros_like(x), x)));
}

Value selu(Operand x) {
  const CallSite site(x.where);
  return 1.0507009873554804934 * elu(x, 1.6732632423543772848);
}

Value celu(Operand x, double alpha) {
  const CallSite site(x.where);
  return maximum(x, 0) + alpha * expm1(minimum(x, 0) / alpha);
}

Value sigmoid(Operand x) { return logistic(x); }

Value log_sigmoid(Operand x) {
  const CallSite site(x.where);
  return -softplus(negate(x));
}

Value softplus(Operand x) {
  const CallSite site(x.where);
  return custom_derivative(
      tensor("softplus", x), [](Value v) { return maximum(v, 0) + log1p(exp(-abs(v))); },
      [](Value v, Value, Value d_y) { return d_y * logistic(v); });
}

Value softsign(Operand x) {
  const CallSite site(x.where);
  return x / (1 + abs(x));
}

Value gelu(Operand x) {
  const CallSite site(x.where);
  return 0.5 * x * erfc(negate(x) * std::sqrt(0.5));
}

Value gelu_tanh(Operand operand) {
  const CallSite site(operand.where);
  const Value x = tensor("gelu_tanh", operand);
  const double scale = std::sqrt(2 / std::numbers::pi);
  return x * (0.5 * (1 + tanh(scale * (x + 0.044715 * (x * x * x)))));
}

Value silu(Operand x) {
  const CallSite site(x.where);
  return x * logistic(x);
}

Value mish(Operand x) {
  const CallSite site(x.where);
  return x * tanh(softplus(x));
}

Value hard_tanh(Operand operand) {
  const CallSite site(operand.where);
  const Value x = floating("hard_tanh", operand);
  return select(greater(x, 1), ones_like(x), select(less(x, -1), -ones_like(x), x));
}

Value hard_sigmoid(Operand operand) {
  const CallSite site(operand.where);
  return relu6(floating("hard_sigmoid", operand) + 3) / 6;
}

Value hard_swish(Operand operand) {
  const CallSite site(operand.where);
  const Value x = floating("hard_swish", operand);
  return x * relu6(x + 3) / 6;
}

Value softcap(Operand x, double cap) {
  const CallSite site(x.where);
  return cap * tanh(x / cap);
}

Value glu(Operand operand, int axis) {
  const CallSite site(operand.where);
  const Value x = tensor("glu", operand);
  if (x.dim(axis) % 2 != 0) {
    throw OpError({.op = "glu",
                   .problem = "axis " + std::to_string(axis) + " cannot be halved",
                   .got = {x.shape()},
                   .expected = "an even length"},
                  CallSite::current(operand.where));
  }
  const std::vector<Value> halves = split(x, 2, axis);
  return halves[0] * sigmoid(halves[1]);
}

}  // namespace hilo
