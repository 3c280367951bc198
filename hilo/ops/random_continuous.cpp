#include "hilo/ops/random_continuous.h"

#include <numbers>

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/math.h"
#include "hilo/ops/random.h"
#include "hilo/ops/random_rules.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// Draws in the working dtype and rounds.
template <class F>
Value drawn(std::string_view op, const Operand& key, const Shape& shape, F f) {
  const CallSite site(key.where);
  return f(shape.with(working_dtype(op, key, shape))).as(shape.dtype);
}

Value random_sign(const Operand& key, const Shape& shape) {
  return select(bernoulli(key, 0.5, shape.dims), scalar_constant(1, shape.dtype),
                scalar_constant(-1, shape.dtype));
}

}  // namespace

Value rademacher(Operand key, Shape shape) {
  const CallSite site(key.where);
  if (!(kSignedInts | kFloats).from_bits(8).accepts(shape.dtype)) {
    throw random_refusal("rademacher", key, "-1 is no number of this dtype", {shape},
                         "signed numbers of 8 bits or more");
  }
  return random_sign(key, shape);
}

Value laplace(Operand key, Shape shape) {
  return drawn("laplace", key, shape, [&](const Shape& s) {
    return random_sign(fold_in(key, 0), s) * exponential(fold_in(key, 1), s);
  });
}

Value random_logistic(Operand key, Shape shape) {
  return drawn("random_logistic", key, shape, [&](const Shape& s) {
    const Value half = 0.5 * unit_fine_at_zero(fold_in(key, 1), s);  // both tails are the fine one
    return random_sign(fold_in(key, 0), s) * (log1p(-half) - log(half));
  });
}

Value cauchy(Operand key, Shape shape) {
  return drawn("cauchy", key, shape, [&](const Shape& s) {
    const Value angle = std::numbers::pi / 2 * unit_fine_at_zero(fold_in(key, 1), s);
    return random_sign(fold_in(key, 0), s) * (cos(angle) / sin(angle));
  });
}

Value lognormal(Operand key, Shape shape, Operand sigma) {
  return drawn("lognormal", key, shape, [&](const Shape& s) {
    return exp(normal(key, s) * random_parameter("lognormal", sigma, s));
  });
}

Value pareto(Operand key, Shape shape, Operand b) {
  return drawn("pareto", key, shape, [&](const Shape& s) {
    return exp(exponential(key, s) / random_parameter("pareto", b, s));
  });
}

Value rayleigh(Operand key, Shape shape, Operand scale) {
  return drawn("rayleigh", key, shape, [&](const Shape& s) {
    return random_parameter("rayleigh", scale, s) * sqrt(2 * exponential(key, s));
  });
}

Value weibull_min(Operand key, Shape shape, Operand scale, Operand concentration) {
  return drawn("weibull_min", key, shape, [&](const Shape& s) {
    const Value c = random_parameter("weibull_min", concentration, s);
    return random_parameter("weibull_min", scale, s) * power(exponential(key, s), 1 / c);
  });
}

Value maxwell(Operand key, Shape shape) {
  return drawn("maxwell", key, shape, [&](const Shape& s) {
    const auto square_of = [&](int i) { return square(normal(fold_in(key, i), s)); };
    return sqrt(square_of(0) + square_of(1) + square_of(2));
  });
}

Value double_sided_maxwell(Operand key, Shape shape, Operand loc, Operand scale) {
  constexpr std::string_view kOp = "double_sided_maxwell";
  return drawn(kOp, key, shape, [&](const Shape& s) {
    const Value x = random_sign(fold_in(key, 0), s) * maxwell(fold_in(key, 1), s);
    return x * random_parameter(kOp, scale, s) + random_parameter(kOp, loc, s);
  });
}

Value triangular(Operand key, Shape shape, Operand left, Operand mode, Operand right) {
  return drawn("triangular", key, shape, [&](const Shape& s) {
    const Value a = random_parameter("triangular", left, s),
                c = random_parameter("triangular", mode, s),
                b = random_parameter("triangular", right, s);
    const Value u = unit_midpoints(key, s), rises = u < (c - a) / (b - a);
    const Value square = select(rises, u * (b - a) * (c - a), (1 - u) * (b - a) * (b - c));
    return select(rises, a + sqrt(square), b - sqrt(square));
  });
}

Value wald(Operand key, Shape shape, Operand mean) {
  return drawn("wald", key, shape, [&](const Shape& s) {
    const Value m = random_parameter("wald", mean, s);
    const Value h = 0.5 * m * square(normal(fold_in(key, 0), s));
    const Value x = m / (1 + h + sqrt(h * (h + 2)));  // the smaller root; the other one is m^2 / x
    const Value takes_x = unit_midpoints(fold_in(key, 1), s) <= m / (m + x);
    return select(takes_x, x, m * m / x);
  });
}

}  // namespace hilo
