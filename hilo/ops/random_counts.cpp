#include "hilo/ops/random_counts.h"

#include <limits>

#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/math.h"
#include "hilo/ops/random.h"
#include "hilo/ops/random_rules.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"

namespace hilo {
namespace {

using State = std::vector<Value>;

// Parameters without gradients, in f32 or f64, in the dims of `shape`.
State parameters(std::string_view op, const Operand& key, const Shape& shape,
                 const std::vector<Operand>& list) {
  if (!(kInts | kFloats).from_bits(8).accepts(shape.dtype)) {
    throw random_refusal(op, key, "no counts of this dtype", {shape},
                         "integers of 8 bits or more, or f64, f32, f16 or bf16");
  }
  DType dtype = kF32;
  for (const Operand& p : list) {
    if (p.value && p.value.dtype() == kF64) dtype = kF64;
  }
  State result;
  for (const Operand& p : list) {
    result.push_back(stop_gradient(random_parameter(op, p, shape.with(dtype))));
  }
  return result;
}

// Whole numbers as `dtype`, at most its largest; NaN as -1 or 0 where there is none.
Value as_counts(Value x, DType dtype) {
  if (!is_integer(dtype)) return x.as(dtype);
  const Value unknown = is_unsigned(dtype) ? zeros_like(x) : -ones_like(x);
  const bool is_exact = bits(dtype) <= (x.dtype() == kF64 ? 53 : 24);
  const double largest = max_finite(dtype) * (is_exact ? 1 : 1 - epsilon(x.dtype()));
  return minimum(select(not_equal(x, x), unknown, x), largest).as(dtype);
}

Value nan_unless(Value is_valid, Value x) {
  return select(is_valid, x, std::numeric_limits<double>::quiet_NaN());
}

// The number of tries to a success of a geometric distribution, log_failure = log(1 - p).
Value tries(const Value& key, Value log_failure) {
  const Value u = unit_fine_at_zero(key, log_failure.shape());
  return maximum(ceil(log(u) / log_failure), 1);
}

// How many steps it takes, after the first, for the sum of steps to pass `limit`.
Value steps_within(Value key, Value limit, const std::function<Value(Value)>& step) {
  return while_loop(
      {zeros({kI32, {}}), zeros_like(limit), zeros_like(limit)},
      [&](std::span<const Value> s) { return State{any(s[1] <= limit)}; },
      [&](std::span<const Value> s) {
        const Value total = s[1] + step(fold_in(key, s[0]));
        return State{s[0] + 1, total, s[2] + (total <= limit).as(limit.dtype())};
      })[2];
}

// Hoermann's transformed rejection: candidates k of a hat around the middle, taken at once or if
// their log probability says so, until all that `waits` have one.
struct Hat {
  Value a, b, middle, v_r;
  std::function<Value(Value k)> log_probability;  // less that of the middle, as the paper scales it
  Value inverse_alpha;
  Value largest;  // of k; none: no limit
};
Value rejected_from(Value key, const Hat& hat, Value waits) {
  const Shape shape = hat.a.shape();
  return while_loop(
      {zeros({kI32, {}}), waits, zeros(shape)},
      [](std::span<const Value> s) { return State{any(s[1])}; },
      [&](std::span<const Value> s) {
        const Value round = fold_in(key, s[0]);
        const Value u = unit_midpoints(fold_in(round, 0), shape) - 0.5;
        const Value v = unit_midpoints(fold_in(round, 1), shape);
        const Value edge = 0.5 - abs(u);
        const Value k = floor((2 * hat.a / edge + hat.b) * u + hat.middle);
        Value is_outside = k < 0;
        if (hat.largest) is_outside = logical_or(is_outside, k > hat.largest);
        const Value is_inner = logical_and(edge >= 0.07, v <= hat.v_r);
        const Value inside = select(is_outside, zeros_like(k), k);
        const Value bound = log(v * hat.inverse_alpha / (hat.a / (edge * edge) + hat.b));
        const Value is_likely = bound <= hat.log_probability(inside);
        const Value takes = logical_and(logical_not(is_outside), logical_or(is_inner, is_likely));
        return State{s[0] + 1, logical_and(s[1], logical_not(takes)), select(s[1], k, s[2])};
      })[2];
}

Value large_poisson(Value key, Value rate, Value waits) {
  const Value b = 0.931 + 2.53 * sqrt(rate);
  const Value log_rate = log(rate);
  return rejected_from(
      key,
      {.a = -0.059 + 0.02483 * b,
       .b = b,
       .middle = rate + 0.43,
       .v_r = 0.9277 - 3.6224 / (b - 2),
       .log_probability = [&](Value k) { return k * log_rate - rate - lgamma(k + 1); },
       .inverse_alpha = 1.1239 + 1.1328 / (b - 3.4),
       .largest = Value()},
      waits);
}

// lgamma(k + 1) less Stirling's formula for it, for whole k >= 0.
Value stirling_rest(Value k) {
  constexpr double kFirst[] = {0.0810614667953272,  0.0413406959554092, 0.0276779256849983,
                               0.02079067210376509, 0.0166446911898211, 0.0138761288230707,
                               0.0118967099458917,  0.0104112652619720, 0.00925546218271273,
                               0.00833056343336287};
  const Value square = (k + 1) * (k + 1);
  Value result = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
  for (int i = 0; i < 10; ++i) result = select(equal(k, i), kFirst[i], result);
  return result;
}

Value large_binomial(Value key, Value n, Value p, Value waits) {
  const Value deviation = sqrt(n * p * (1 - p));
  const Value b = 1.15 + 2.53 * deviation, r = p / (1 - p);
  const Value m = floor((n + 1) * p);
  const Value of_middle =
      (m + 0.5) * log((m + 1) / (r * (n - m + 1))) + stirling_rest(m) + stirling_rest(n - m);
  const auto log_probability = [&](Value k) {
    const Value rest = select(k > n, zeros_like(k), n - k);
    return of_middle + (n + 1) * log((n - m + 1) / (rest + 1)) +
           (k + 0.5) * log(r * (rest + 1) / (k + 1)) - stirling_rest(k) - stirling_rest(rest);
  };
  return rejected_from(key,
                       {.a = -0.0873 + 0.0248 * b + 0.01 * p,
                        .b = b,
                        .middle = n * p + 0.5,
                        .v_r = 0.92 - 4.2 / b,
                        .log_probability = log_probability,
                        .inverse_alpha = (2.83 + 5.1 / b) * deviation,
                        .largest = n},
                       waits);
}

// Of whole n, at most 0.5 for p.
Value small_side_binomial(Value key, Value n, Value p) {
  const Value is_large = n * p > 10;
  const Value few = select(is_large, zeros_like(n), n),
              many = select(is_large, n, full(n.shape(), 1e4));
  const Value log_failure = log1p(-p);
  const Value small =
      steps_within(fold_in(key, 0), few, [&](Value k) { return tries(k, log_failure); });
  const Value large =
      large_binomial(fold_in(key, 1), many, select(is_large, p, full(p.shape(), 0.5)), is_large);
  return select(is_large, large, small);
}

}  // namespace

Value geometric(Operand key, Shape shape, Operand p_) {
  const CallSite site(key.where);
  const Value p = parameters("geometric", key, shape, {p_})[0];
  const Value is_valid = logical_and(p > 0, p <= 1);
  const Value safe = select(is_valid, p, ones_like(p));
  return as_counts(nan_unless(is_valid, tries(key.value, log1p(-safe))), shape.dtype);
}

Value poisson(Operand key, Shape shape, Operand rate_) {
  const CallSite site(key.where);
  const Value rate = parameters("poisson", key, shape, {rate_})[0];
  const Value is_valid = logical_and(rate >= 0, is_finite(rate)), is_large = rate >= 10;
  const Value few = select(logical_and(is_valid, logical_not(is_large)), rate, zeros_like(rate));
  const Value waits = logical_and(is_valid, is_large);
  const Value many = select(waits, rate, full(rate.shape(), 100));
  const Value small =
      steps_within(fold_in(key, 0), few, [&](Value k) { return exponential(k, few.shape()); });
  const Value large = large_poisson(fold_in(key, 1), many, waits);
  return as_counts(nan_unless(is_valid, select(is_large, large, small)), shape.dtype);
}

Value binomial(Operand key, Shape shape, Operand count, Operand p_) {
  const CallSite site(key.where);
  const State np = parameters("binomial", key, shape, {count, p_});
  const Value is_valid =
      logical_and(logical_and(np[0] >= 0, is_finite(np[0])), logical_and(np[1] >= 0, np[1] <= 1));
  const Value n = select(is_valid, floor(np[0]), zeros_like(np[0])),
              p = select(is_valid, np[1], zeros_like(np[1]));
  const Value is_rare = p < 0.5;
  const Value k = small_side_binomial(key.value, n, select(is_rare, p, 1 - p));
  return as_counts(nan_unless(is_valid, select(is_rare, k, n - k)), shape.dtype);
}

Value multinomial(Operand key, Shape shape, Operand count, Operand p_) {
  const CallSite site(key.where);
  if (shape.rank() == 0) {
    throw random_refusal("multinomial", key, "no axis for the outcomes", {shape},
                         "a shape of at least one axis");
  }
  const Value p = parameters("multinomial", key, shape, {p_})[0];
  const Shape outer{p.dtype(), Dims(shape.dims.begin(), shape.dims.end() - 1)};
  const Value n = stop_gradient(random_parameter("multinomial", count, outer));
  const Value left = cumulative_sum(p, -1, {.is_reversed = true});  // of the probabilities
  const Value ratios = p / select(equal(left, 0), ones_like(left), left);
  Axes last_first{shape.rank() - 1};
  for (int i = 0; i + 1 < shape.rank(); ++i) last_first.push_back(i);
  const Carried all = scan({n}, {transpose(ratios, last_first), split_key(key, shape.dims.back())},
                           [&](std::span<const Value> carry, std::span<const Value> x) {
                             const Value k = binomial(x[1], outer, carry[0], clamp(0, x[0], 1));
                             return Carried{.carry = {carry[0] - k}, .ys = {k}};
                           });
  Axes back;
  for (int i = 1; i < shape.rank(); ++i) back.push_back(i);
  back.push_back(0);
  return as_counts(transpose(all.ys[0], back), shape.dtype);
}

}  // namespace hilo
