#include "hilo/ops/gamma_function.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/math_formulas.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// log(gamma(b) / gamma(a + b)) for b >= 8 and a <= b, without the cancellation.
Value log_quotient(Value a, Value b) {
  constexpr double kTerms[] = {0.833333333333333e-01, -0.277777777760991e-02,
                               0.793650666825390e-03, -0.595202931351870e-03,
                               0.837308034031215e-03, -0.165322962780713e-02};
  const Value h = a / b, x = 1 / (1 + h), x2 = x * x, t = 1 / (b * b);
  Value s = ones_like(x), power = s, total = s * kTerms[0];  // s = 1 + x + .. + x^(2k)
  for (int k = 1; k < 6; ++k) {
    s = 1 + (x + x2 * s);
    power = power * t;
    total = total + kTerms[k] * s * power;
  }
  const Value w = total * (h * x / b), u = (b + (a - 0.5)) * log1p(h), v = a * (log(b) - 1);
  return select(u <= v, (w - v) - u, (w - u) - v);
}

struct Zeta : FormulaOp<Zeta, 2> {
  static constexpr std::string_view kName = "chlo.zeta";
  [[nodiscard]] Function expansion(Shapes, const std::vector<bool>&) const {
    return {};
  }  // XLA's own
  [[nodiscard]] Function decomposition(Shapes in) const {
    return widened(in, [](std::span<const Value> p) { return formula::zeta(p[0], p[1]); });
  }
  static Derivatives derivatives(const At& at) {
    const Function f = widened(std::vector(2, at.y.shape()), [](std::span<const Value> p) { return formula::zeta_sum(p[0], p[1]); });
    return {slope(f, at.x, 0, at.transforms), -at.x[0] * zeta(at.x[0] + 1, at.x[1])};
  }
};

}  // namespace

void list_gamma_function_ops(OpTable& table) { table.add<Zeta>(); }

Value gammasgn(Operand operand) {
  const CallSite site(operand.where);
  const Value x = promote_floats("gammasgn", {operand})[0], whole = floor(x), one = ones_like(x);
  const Value is_negative = x < 0, is_odd = not_equal(remainder(whole, 2), 0);
  const Value is_negative_zero = logical_and(equal(x, 0), 1 / x < 0);
  const Value is_pole = logical_or(logical_and(is_negative, equal(x, whole)), not_equal(x, x));
  const Value sign =
      select(logical_or(logical_and(is_negative, is_odd), is_negative_zero), -one, one);
  return select(is_pole, std::numeric_limits<double>::quiet_NaN(), sign);
}

Value gamma(Operand x) {
  const CallSite site(x.where);
  return gammasgn(x) * exp(lgamma(x));
}

Value factorial(Operand n) {
  const CallSite site(n.where);
  const Value x = promote_floats("factorial", {n})[0], is_negative = x < 0;
  return select(is_negative, zeros_like(x), exp(lgamma(select(is_negative, zeros_like(x), x) + 1)));
}

Value betaln(Operand a_, Operand b_) {
  const CallSite site(a_.where);
  const std::vector<Value> ab = promote_floats("betaln", {a_, b_});
  const Value a = minimum(ab[0], ab[1]), b = maximum(ab[0], ab[1]);
  const Value is_small = b < 8, safe = select(is_small, 8, b);
  const Value log_rest = select(is_small, lgamma(b) - lgamma(a + b), log_quotient(a, safe));
  return lgamma(a) + log_rest;
}

Value beta(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote_floats("beta", {a, b});
  const Value sign = gammasgn(ab[0]) * gammasgn(ab[1]) * gammasgn(ab[0] + ab[1]);
  return sign * exp(betaln(ab[0], ab[1]));
}

Value comb(Operand n, Operand k) {
  const CallSite site(n.where);
  const std::vector<Value> nk = promote_floats("comb", {n, k});
  const Value exists = logical_and(nk[1] <= nk[0], logical_and(nk[0] >= 0, nk[1] >= 0));
  const Value zero = zeros_like(nk[0]);
  const Value all = select(exists, nk[0], zero), some = select(exists, nk[1], zero);
  const Value ways = exp(lgamma(all + 1) - lgamma(some + 1) - lgamma(all + 1 - some));
  return select(exists, ways, zero);
}

Value multigammaln(Operand operand, int d) {
  const CallSite site(operand.where);
  const Value a = promote_floats("multigammaln", {operand})[0];
  if (d < 1) {
    throw OpError({.op = "multigammaln",
                   .problem = "no matrices of size " + std::to_string(d),
                   .got = {a.shape()},
                   .expected = "d >= 1"},
                  CallSite::current(operand.where));
  }
  Value total = lgamma(a);
  for (int i = 1; i < d; ++i) total = total + lgamma(a - i / 2.0);
  return total + 0.25 * d * (d - 1) * std::log(std::numbers::pi);
}

Value zeta(Operand s, Operand q) { return apply(Zeta{}, promote(Zeta::kName, {s, q}), s.where); }

}  // namespace hilo
