#include "hilo/ops/random_gamma.h"

#include <limits>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/incomplete_gamma.h"
#include "hilo/ops/random.h"
#include "hilo/ops/random_continuous.h"
#include "hilo/ops/random_rules.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"

namespace hilo {
namespace {

// (drawn, a) -> drawn, which moves with a.
struct GammaSample : FormulaOp<GammaSample, 2> {
  static constexpr std::string_view kName = "hilo.gamma_sample";
  static Value formula(std::span<const Value> p) { return p[0]; }
  static Derivatives derivatives(const At& at) {
    return {Value(), random_gamma_grad(at.x[1], at.y)};
  }
};

struct LogGammaSample : FormulaOp<LogGammaSample, 2> {
  static constexpr std::string_view kName = "hilo.loggamma_sample";
  static Value formula(std::span<const Value> p) { return p[0]; }
  static Derivatives derivatives(const At& at) {
    const Value x = maximum(exp(at.y), 4 / max_finite(at.y.dtype()));  // the smallest normal number
    return {Value(), random_gamma_grad(at.x[1], x) / x};
  }
};

// The cube v of a normal number around 1, drawn until it is accepted: d v follows the gamma
// distribution of d + 1/3.
Value accepted_cube(Value key, Value d) {
  const Value c = 1 / (3 * sqrt(d));
  return while_loop(
      {zeros({kI32, {}}), equal(zeros_like(d), 0), ones_like(d)},
      [](std::span<const Value> s) { return std::vector{any(s[1])}; },
      [&](std::span<const Value> s) {
        const Value round = fold_in(key, s[0]);
        const Value x = normal(fold_in(round, 0), d.shape());
        const Value u = unit_fine_at_zero(fold_in(round, 1), d.shape());
        const Value t = 1 + c * x, v = t * t * t, x2 = x * x;
        const Value is_unlikely =
            logical_and(u >= 1 - 0.0331 * x2 * x2, log(u) >= 0.5 * x2 + d * (1 - v + log(v)));
        const Value is_rejected = logical_or(t <= 0, is_unlikely);  // never for NaN
        return std::vector{s[0] + 1, logical_and(s[1], is_rejected), select(s[1], v, s[2])};
      })[2];
}

template <class Sample>
Value gamma_of(std::string_view op, const Operand& key, const Shape& shape, const Operand& a_) {
  constexpr bool kIsLog = std::is_same_v<Sample, LogGammaSample>;
  const CallSite site(key.where);
  const Value parameter = random_parameter(op, a_, shape.with(working_dtype(op, key, shape)));
  const Value a = stop_gradient(parameter), is_small = a < 1;
  const Value d = select(is_small, a + 1, a) - 1.0 / 3;
  const Value v = accepted_cube(fold_in(key, 1), d);
  // A number of a + 1 times u^(1/a) is one of a.
  const Value e = exponential(fold_in(key, 0), a.shape()) / a;
  const Value log_boost = select(is_small, -e, zeros_like(e));
  const Value x = kIsLog ? log(d) + log(v) + log_boost : d * v * exp(log_boost);
  const Value sample = select(a >= 0, x, std::numeric_limits<double>::quiet_NaN());
  return apply(Sample{}, {sample, parameter}).as(shape.dtype);
}

void expect_axis(std::string_view op, const Operand& key, const Shape& shape) {
  if (shape.rank() > 0) return;
  throw random_refusal(op, key, "no axis for the vectors", {shape}, "a shape of at least one axis");
}

}  // namespace

void list_random_gamma_ops(OpTable& table) {
  table.add<GammaSample>();
  table.add<LogGammaSample>();
}

Value random_gamma(Operand key, Shape shape, Operand a) {
  return gamma_of<GammaSample>("random_gamma", key, shape, a);
}

Value random_loggamma(Operand key, Shape shape, Operand a) {
  return gamma_of<LogGammaSample>("random_loggamma", key, shape, a);
}

Value random_beta(Operand key, Shape shape, Operand a, Operand b) {
  const CallSite site(key.where);
  const Shape wide = shape.with(working_dtype("random_beta", key, shape));
  const Value x = random_loggamma(fold_in(key, 0), wide, a);
  const Value y = random_loggamma(fold_in(key, 1), wide, b);
  return logistic(x - y).as(shape.dtype);
}

Value dirichlet(Operand key, Shape shape, Operand alpha) {
  const CallSite site(key.where);
  expect_axis("dirichlet", key, shape);
  const Shape wide = shape.with(working_dtype("dirichlet", key, shape));
  return softmax(random_loggamma(key, wide, alpha), {-1}).as(shape.dtype);
}

Value chisquare(Operand key, Shape shape, Operand df) {
  const CallSite site(key.where);
  const Shape wide = shape.with(working_dtype("chisquare", key, shape));
  return (2 * random_gamma(key, wide, 0.5 * random_parameter("chisquare", df, wide)))
      .as(shape.dtype);
}

Value student_t(Operand key, Shape shape, Operand df) {
  const CallSite site(key.where);
  const Shape wide = shape.with(working_dtype("student_t", key, shape));
  const Value half = 0.5 * random_parameter("student_t", df, wide);
  const Value log_g = random_loggamma(fold_in(key, 1), wide, half);
  return (normal(fold_in(key, 0), wide) * exp(0.5 * (log(half) - log_g))).as(shape.dtype);
}

Value fisher_f(Operand key, Shape shape, Operand numerator_df, Operand denominator_df) {
  const CallSite site(key.where);
  const Shape wide = shape.with(working_dtype("fisher_f", key, shape));
  const Value n = random_parameter("fisher_f", numerator_df, wide);
  const Value d = random_parameter("fisher_f", denominator_df, wide);
  const Value log_n = random_loggamma(fold_in(key, 0), wide, 0.5 * n) - log(n);
  const Value log_d = random_loggamma(fold_in(key, 1), wide, 0.5 * d) - log(d);
  return exp(log_n - log_d).as(shape.dtype);
}

Value generalized_normal(Operand key, Shape shape, Operand p) {
  const CallSite site(key.where);
  const Shape wide = shape.with(working_dtype("generalized_normal", key, shape));
  const Value root = 1 / random_parameter("generalized_normal", p, wide);
  const Value size = exp(root * random_loggamma(fold_in(key, 0), wide, root));
  return (rademacher(fold_in(key, 1), wide) * size).as(shape.dtype);
}

Value ball(Operand key, Shape shape, double p) {
  const CallSite site(key.where);
  expect_axis("ball", key, shape);
  const Shape wide = shape.with(working_dtype("ball", key, shape));
  Shape outer = wide;
  outer.dims.pop_back();
  const Value g = generalized_normal(fold_in(key, 0), wide, p);
  const Value total = sum(power(abs(g), p), {-1}) + exponential(fold_in(key, 1), outer);
  return (g / expand_dims(power(total, 1 / p), {-1})).as(shape.dtype);
}

}  // namespace hilo
