#include "hilo/ops/incomplete_gamma.h"

#include <cmath>
#include <limits>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/elementwise.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/math.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"

namespace hilo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity(),
                 kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostRounds = 2000;  // of the continued fraction

// What is wanted of the integral: itself, its derivative to a, or how a drawn x moves with a.
enum class Part { kValue, kDerivative, kSample };

using State = std::vector<Value>;

// `next` where an element goes on, else what it had. Elements 0 say who goes on.
State kept(const State& next, std::span<const Value> before, std::size_t count) {
  State result(next);
  for (std::size_t i = 1; i < count; ++i) result[i] = select(before[0], next[i], before[i]);
  return result;
}

// The power series, good for x below 1 or a. scale = x^a exp(-x) / gamma(a).
Value series(Value scale, Value x, Value a, Value enabled, Part part) {
  const bool is_value = part == Part::kValue;
  const double eps = epsilon(a.dtype());
  const Value zero = zeros_like(a), one = ones_like(a);
  State state = {enabled, a, one, one};                    // goes on, r, the term c, the sum
  if (!is_value) state.insert(state.end(), {zero, zero});  // their derivatives
  state = while_loop(
      state, [](std::span<const Value> s) { return State{any(s[0])}; },
      [&](std::span<const Value> s) {
        const Value r = s[1] + 1, c = s[2] * (x / r), total = s[3] + c;
        State next = {Value(), r, c, total};
        if (is_value) {
          next[0] = logical_and(s[0], c / total > eps);
        } else {
          const Value d_c = s[4] * (x / r) - s[2] * x / (r * r), d_total = s[5] + d_c;
          next.insert(next.end(), {d_c, d_total});
          next[0] = logical_and(s[0], abs(d_c / d_total) > eps);
        }
        return kept(next, s, next.size());
      });
  if (is_value) return state[3] * scale / a;
  const Value d_log_scale = log(x) - digamma(a + 1);
  const Value both = state[3] * d_log_scale + state[5];
  return part == Part::kDerivative ? scale * both / a : -both * x / a;
}

// Legendre's continued fraction of the upper integral, good for x above 1 and a.
Value fraction(Value scale, Value x, Value a, Value enabled, Part part) {
  const bool is_value = part == Part::kValue;
  const double eps = epsilon(a.dtype());
  const Value zero = zeros_like(x), one = ones_like(x);
  const Value y = 1 - a, z = x + y + 1;
  const Value p1 = x + 1, q1 = z * x, start = p1 / q1;
  // Goes on, the fraction, y, z, numerators and denominators of the last two rounds, their
  // derivatives, that of the fraction; the number of the round.
  State state = {enabled, start, y, z, p1, q1, one, x};
  if (!is_value) state.insert(state.end(), {zero, -x, zero, zero, start * x / q1});
  state.push_back(zeros({a.dtype(), {}}));
  state = while_loop(
      state,
      [](std::span<const Value> s) {
        return State{logical_and(s.back() < kMostRounds, any(s[0]))};
      },
      [&](std::span<const Value> s) {
        const Value round = s.back() + 1, y_next = s[2] + 1, z_next = s[3] + 2, yc = y_next * round;
        const Value p = s[4] * z_next - s[6] * yc, q = s[5] * z_next - s[7] * yc;
        const Value has_ratio = not_equal(q, 0), ratio = p / q;
        const Value total = select(has_ratio, ratio, s[1]);
        const Value change = select(has_ratio, abs((s[1] - ratio) / ratio), one);
        const Value is_large = abs(p) > 1 / eps;
        const auto scaled = [&](Value v) { return select(is_large, v * eps, v); };
        State next = {Value(),   total,     y_next,       z_next,
                      scaled(p), scaled(q), scaled(s[4]), scaled(s[5])};
        if (is_value) {
          next[0] = logical_and(s[0], change > eps);
        } else {
          const Value d_p = s[8] * z_next - s[4] - s[10] * yc + s[6] * round;
          const Value d_q = s[9] * z_next - s[5] - s[11] * yc + s[7] * round;
          const Value d_total = select(has_ratio, (d_p - total * d_q) / q, s[12]);
          next.insert(next.end(), {scaled(d_p), scaled(d_q), scaled(s[8]), scaled(s[9]), d_total});
          const Value d_change = select(has_ratio, abs(d_total - s[12]), one);
          next[0] = logical_and(s[0], d_change > eps);
        }
        next.push_back(round);
        return kept(next, s, next.size() - 1);
      });
  if (is_value) return state[1] * scale;
  const Value both = state[12] + state[1] * (log(x) - digamma(a));
  return part == Part::kDerivative ? scale * both : -both * x;
}

struct Range {
  Value scale, is_outside, is_at_zero, is_at_infinity, goes_on;
};
Range range_of(Value a, Value x) {
  Range r;
  const Value log_scale = a * log(x) - x - lgamma(a);
  const Value is_nan = logical_or(not_equal(a, a), not_equal(x, x));
  r.scale = exp(log_scale);
  r.is_at_zero = equal(x, 0), r.is_at_infinity = equal(x, kInfinity);
  const Value is_negative = logical_or(x < 0, a < 0);
  r.is_outside =
      logical_or(logical_or(is_negative, is_nan), logical_and(equal(a, 0), r.is_at_zero));
  const Value underflows = log_scale < -std::log(max_finite(a.dtype()));
  r.goes_on = logical_not(logical_or(logical_or(r.is_outside, underflows), r.is_at_infinity));
  return r;
}

// Where the continued fraction is the better one.
Value is_far(Value a, Value x) { return logical_and(x >= 1, x > a); }

Value lower(std::span<const Value> p) {
  const Value a = p[0], x = p[1], far = is_far(a, x);
  const Range r = range_of(a, x);
  const Value goes_on = logical_and(r.goes_on, logical_not(r.is_at_zero));
  const Value upper = fraction(r.scale, x, a, logical_and(goes_on, far), Part::kValue);
  const Value near = series(r.scale, x, a, logical_and(goes_on, logical_not(far)), Part::kValue);
  const Value y = select(r.is_at_zero, 0, select(far, 1 - upper, near));
  return select(r.is_outside, kNaN, select(r.is_at_infinity, 1, y));
}

Value upper(std::span<const Value> p) {
  const Value a = p[0], x = p[1], near = logical_or(x < 1, x < a);
  const Range r = range_of(a, x);
  const Value is_zero = equal(a, 0), goes_on = logical_and(r.goes_on, logical_not(is_zero));
  const Value below = series(r.scale, x, a, logical_and(goes_on, near), Part::kValue);
  const Value far = fraction(r.scale, x, a, logical_and(goes_on, logical_not(near)), Part::kValue);
  const Value y = select(near, 1 - below, far);
  return select(r.is_outside, kNaN, select(logical_or(r.is_at_infinity, is_zero), 0, y));
}

template <Part kPart>
Value derivative(std::span<const Value> p) {
  const Value a = p[0], x = p[1], far = is_far(a, x);
  const Range r = range_of(a, x);
  const Value is_outside = logical_or(r.is_outside, equal(a, 0));
  const Value goes_on =
      logical_not(logical_or(logical_not(r.goes_on), logical_or(is_outside, r.is_at_zero)));
  const Value beyond = -fraction(r.scale, x, a, logical_and(goes_on, far), kPart);
  const Value near = series(r.scale, x, a, logical_and(goes_on, logical_not(far)), kPart);
  return select(is_outside, kNaN, select(r.is_at_zero, 0, select(far, beyond, near)));
}

// The derivative of igamma to x.
Value density(Value a, Value x) { return exp(xlogy(a - 1, x) - x - lgamma(a)); }

struct Igamma : FormulaOp<Igamma, 2> {
  static constexpr std::string_view kName = "hilo.igamma";
  static Value formula(std::span<const Value> p) { return lower(p); }
  static Derivatives derivatives(const At& at) {
    return {igamma_grad_a(at.x[0], at.x[1]), density(at.x[0], at.x[1])};
  }
};

struct Igammac : FormulaOp<Igammac, 2> {
  static constexpr std::string_view kName = "hilo.igammac";
  static Value formula(std::span<const Value> p) { return upper(p); }
  static Derivatives derivatives(const At& at) {
    return {-igamma_grad_a(at.x[0], at.x[1]), -density(at.x[0], at.x[1])};
  }
};

Value by_formula(std::string_view op, const Operand& a, const Operand& x, Formula formula) {
  const CallSite site(a.where);
  return elementwise(promote_floats(op, {a, x}), [&](std::span<const Value> p) {
    return call(widened(std::vector(2, p[0].shape()), formula), p);
  });
}

}  // namespace

void list_incomplete_gamma_ops(OpTable& table) {
  table.add<Igamma>();
  table.add<Igammac>();
}

Value igamma(Operand a, Operand x) {
  return apply(Igamma{}, promote(Igamma::kName, {a, x}), a.where);
}
Value igammac(Operand a, Operand x) {
  return apply(Igammac{}, promote(Igammac::kName, {a, x}), a.where);
}
Value igamma_grad_a(Operand a, Operand x) {
  return by_formula("igamma_grad_a", a, x, derivative<Part::kDerivative>);
}
Value random_gamma_grad(Operand a, Operand x) {
  return by_formula("random_gamma_grad", a, x, derivative<Part::kSample>);
}

}  // namespace hilo
