#include "hilo/ops/incomplete_beta.h"

#include <limits>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/entropy.h"
#include "hilo/ops/math.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"

namespace hilo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Numerator number `round` >= 1 of the continued fraction; the first one is 1, the denominators
// are.
Value numerator(Value round, Value a, Value b, Value x) {
  const Value m = floor((round - 1) / 2), is_even = equal(remainder(round, 2), 0);
  const Value even = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
  const Value second = -(a + b) * x / (a + 1);  // the same without a factor that is 0 / 0 at a = 0
  const Value odd = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
  const Value later = select(is_even, select(equal(m, 0), second, even), odd);
  return select(equal(round, 1), ones_like(x), later);
}

// Lentz's way of evaluating it, as Thompson and Barnett have it.
Value fraction(Value a, Value b, Value x) {
  const DType dtype = x.dtype();
  const double small = epsilon(dtype) / 2;
  const double most_rounds = dtype == kF32 ? 200 : 600;
  const Value start = full(x.shape(), small);
  const auto away_from_zero = [&](Value v) { return select(abs(v) < small, start, v); };
  // The number of the round, whether one goes on, two ratios, the fraction.
  const std::vector<Value> end = while_loop(
      {ones({dtype, {}}), full({kI1, {}}, true), start, zeros_like(x), start},
      [&](std::span<const Value> s) { return std::vector{logical_and(s[0] < most_rounds, s[1])}; },
      [&](std::span<const Value> s) {
        const Value n = numerator(s[0], a, b, x);
        const Value c = away_from_zero(n / s[2] + 1), d = 1 / away_from_zero(n * s[3] + 1);
        const Value factor = c * d;
        return std::vector{s[0] + 1, any(abs(factor - 1) >= small), c, d, s[4] * factor};
      });
  return end[4];
}

Value log_beta(Value a, Value b) { return lgamma(a) + (lgamma(b) - lgamma(a + b)); }

Value integral(std::span<const Value> p) {
  const Value a = p[0], b = p[1], x = p[2];
  const Value is_near = x < (a + 1) / (a + b + 2);  // else by symmetry
  const Value u = select(is_near, a, b), v = select(is_near, b, a), t = select(is_near, x, 1 - x);
  // u gamma(u) = gamma(u + 1), which is 1 at 0.
  const double tiny = 4 / max_finite(x.dtype());
  const Value log_rest = lgamma(v) - lgamma(u + v), tail = log1p(-t) * v;
  const Value factor =
      select(u < tiny, exp(tail - log_rest), exp(log(t) * u + tail - (lgamma(u) + log_rest)) / u);
  const Value product = fraction(u, v, t) * factor, y = select(is_near, product, 1 - product);

  const auto either = [](Value c, Value d) { return logical_or(c, d); };
  const auto both = [](Value c, Value d) { return logical_and(c, d); };
  const Value a_is_zero = either(equal(a, 0), equal(b, kInfinity));
  const Value b_is_zero = either(equal(b, 0), equal(a, kInfinity));
  const Value starts = equal(x, 0), ends = equal(x, 1);
  const Value is_zero = either(both(b_is_zero, logical_not(ends)), both(a_is_zero, starts));
  const Value is_one = either(both(a_is_zero, logical_not(starts)), both(b_is_zero, ends));
  const Value is_inside = both(both(a >= 0, b >= 0), both(x >= 0, x <= 1));  // not for NaN
  const Value is_outside = either(logical_not(is_inside), both(a_is_zero, b_is_zero));
  const Value known = select(is_one, 1, select(is_zero, 0, y));
  return select(is_outside, std::numeric_limits<double>::quiet_NaN(), known);
}

struct Betainc : FormulaOp<Betainc, 3> {
  static constexpr std::string_view kName = "hilo.betainc";
  static Value formula(std::span<const Value> p) { return integral(p); }
  static Derivatives derivatives(const At& at) {
    const Value a = at.x[0], b = at.x[1], x = at.x[2];
    const Value is_end = logical_or(equal(x, 0), equal(x, 1));  // the same for all a and b
    const Function f = widened(std::vector(3, a.shape()), formula);
    const auto by_loop = [&](std::size_t k) {
      return select(is_end, zeros_like(x), slope(f, at.x, k, at.transforms));
    };
    const Value density = exp(xlog1py(b - 1, -x) + xlogy(a - 1, x) - log_beta(a, b));
    return {by_loop(0), by_loop(1), density};
  }
};

}  // namespace

void list_incomplete_beta_ops(OpTable& table) { table.add<Betainc>(); }

Value betainc(Operand a, Operand b, Operand x) {
  return apply(Betainc{}, promote(Betainc::kName, {a, b, x}), a.where);
}

}  // namespace hilo
