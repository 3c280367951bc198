#include "hilo/train/schedule.h"

#include <cmath>
#include <numbers>
#include <string>

#include "hilo/core/error.h"
#include "hilo/graph/graph.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo::train {
namespace {

void expect(bool is_right, std::string_view schedule, const std::string& problem) {
  if (!is_right) throw UsageError(std::string(schedule) + ": " + problem);
}

void expect_steps(std::string_view schedule, std::int64_t steps, std::int64_t begin = 0) {
  expect(steps > 0, schedule, "steps is " + std::to_string(steps) + "; expected at least 1");
  expect(begin >= 0, schedule, "begin is " + std::to_string(begin) + "; expected at least 0");
}

void expect_boundaries(std::string_view schedule, const std::map<std::int64_t, double>& factors,
                       std::int64_t least) {
  if (factors.empty()) return;
  expect(factors.begin()->first >= least, schedule,
         "a factor stands at step " + std::to_string(factors.begin()->first) +
             "; expected at least " + std::to_string(least));
}

// How much of `steps` has passed since `begin`, in 0..1.
Value progress(Value step, std::int64_t steps, std::int64_t begin = 0) {
  return clamp(0, (step - begin) / steps, 1);
}

// `curve` goes from 0 to 1 as its argument does.
Schedule piecewise(double init, std::map<std::int64_t, double> factors,
                   Value (*curve)(Value passed)) {
  return Schedule([init, curve, factors = std::move(factors)](Value step) {
    Value rate = full(step.shape(), init);
    double from = init;
    std::int64_t begin = 0;
    for (const auto& [boundary, factor] : factors) {
      const double to = from * factor;
      rate = select(step >= begin,
                    from + (to - from) * curve(progress(step, boundary - begin, begin)), rate);
      from = to;
      begin = boundary;
    }
    return rate;
  });
}

}  // namespace

Schedule::Schedule(double constant)
    : build_([constant](Value step) { return full(step.shape(), constant); }) {}

Schedule step_decay(double init, std::map<std::int64_t, double> factors) {
  expect_boundaries("step_decay", factors, 0);
  return Schedule([init, factors = std::move(factors)](Value step) {
    Value rate = full(step.shape(), init);
    double value = init;
    for (const auto& [boundary, factor] : factors) {
      value *= factor;
      rate = select(step >= boundary, full(step.shape(), value), rate);
    }
    return rate;
  });
}

Schedule piecewise_linear(double init, std::map<std::int64_t, double> factors) {
  expect_boundaries("piecewise_linear", factors, 1);
  return piecewise(init, std::move(factors), [](Value passed) { return passed; });
}

Schedule piecewise_cosine(double init, std::map<std::int64_t, double> factors) {
  expect_boundaries("piecewise_cosine", factors, 1);
  return piecewise(init, std::move(factors),
                   [](Value passed) { return 0.5 * (1 - cos(passed * std::numbers::pi)); });
}

Schedule exponential_decay(double init, ExponentialDecay options) {
  expect_steps("exponential_decay", options.transition_steps, options.begin);
  expect(options.rate > 0, "exponential_decay",
         "rate is " + std::to_string(options.rate) + "; expected more than 0");
  return Schedule([init, options](Value step) {
    const Value since = maximum(step - options.begin, 0);
    Value times = since / options.transition_steps;
    if (options.is_staircase) times = floor(times);
    const Value rate = init * exp(times * std::log(options.rate));
    if (options.end == 0) return rate;
    return options.rate < 1 ? maximum(rate, options.end) : minimum(rate, options.end);
  });
}

Schedule cosine_decay(double init, std::int64_t steps, double alpha, double exponent) {
  expect_steps("cosine_decay", steps);
  expect(exponent > 0, "cosine_decay",
         "exponent is " + std::to_string(exponent) + "; expected more than 0");
  return Schedule([=](Value step) {
    Value fall = 0.5 * (1 + cos(progress(step, steps) * std::numbers::pi));
    if (exponent != 1) fall = power(maximum(fall, 0), exponent);
    return init * ((1 - alpha) * fall + alpha);
  });
}

Schedule linear(double from, double to, std::int64_t steps, std::int64_t begin) {
  return polynomial(from, to, 1, steps, begin);
}

Schedule polynomial(double from, double to, double power, std::int64_t steps, std::int64_t begin) {
  expect_steps("polynomial", steps, begin);
  expect(power > 0, "polynomial", "power is " + std::to_string(power) + "; expected more than 0");
  return Schedule([=](Value step) {
    Value left = 1 - progress(step, steps, begin);
    if (power != 1) left = hilo::power(left, power);
    return to + (from - to) * left;
  });
}

Schedule warmup(std::int64_t steps, Schedule after, double from) {
  expect_steps("warmup", steps);
  return Schedule([=, after = std::move(after)](Value step) {
    const Value to = after(full(step.shape(), 0));
    return select(step < steps, from + (to - from) * progress(step, steps),
                  after(maximum(step - steps, 0)));
  });
}

Schedule joined(std::vector<Schedule> parts, std::vector<std::int64_t> boundaries) {
  expect(parts.size() == boundaries.size() + 1, "joined",
         std::to_string(parts.size()) + " parts and " + std::to_string(boundaries.size()) +
             " boundaries; expected one boundary between any two parts");
  for (std::size_t i = 0; i < boundaries.size(); ++i) {
    expect(boundaries[i] > (i == 0 ? 0 : boundaries[i - 1]), "joined",
           "boundary " + std::to_string(boundaries[i]) +
               " does not rise; expected steps in order, from 1 on");
  }
  return Schedule([parts = std::move(parts), boundaries = std::move(boundaries)](Value step) {
    Value rate = parts[0](step);
    for (std::size_t i = 0; i < boundaries.size(); ++i) {
      rate = select(step < boundaries[i], rate, parts[i + 1](maximum(step - boundaries[i], 0)));
    }
    return rate;
  });
}

}  // namespace hilo::train
