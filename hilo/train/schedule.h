#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "hilo/graph/value.h"

namespace hilo::train {

/// A learning rate over time: a function of the step (f32[], 0 for the first step) that is built
/// into the training program, so that changing it needs no new compile of anything else and no word
/// from the host. A number is the constant schedule.
class Schedule {
 public:
  Schedule(double constant);
  explicit Schedule(std::function<Value(Value step)> build) : build_(std::move(build)) {}
  /// f32[] -> f32[] (or f64[] -> f64[], for tables).
  [[nodiscard]] Value operator()(Value step) const { return build_(step); }

 private:
  std::function<Value(Value)> build_;
};

// The values are those of optax, step for step. All throw UsageError for settings that make no
// sense: no steps, steps or boundaries below 0, a rate that is not positive.

/// `init` times each factor from its step on: {{30'000, 0.1}, {60'000, 0.1}}.
Schedule step_decay(double init, std::map<std::int64_t, double> factors);
/// `init` at step 0, and that times the product of the factors so far at each of their steps;
/// straight lines between.
Schedule piecewise_linear(double init, std::map<std::int64_t, double> factors);
/// The same with half cosines between. One cycle of Smith and Topin 2018 over 100 steps, up to 0.4:
/// piecewise_cosine(0.4 / 25, {{30, 25}, {100, 1e-4 / 25}}).
Schedule piecewise_cosine(double init, std::map<std::int64_t, double> factors);

struct ExponentialDecay {
  std::int64_t transition_steps = 1;  ///< steps for one factor of `rate`
  double rate = 0.5;
  std::int64_t begin = 0;     ///< constant until then
  bool is_staircase = false;  ///< jumps every transition_steps
  double end = 0;             ///< bound that is not crossed; 0: none
};
Schedule exponential_decay(double init, ExponentialDecay options);

/// From `init` along half a cosine to `alpha * init` at `steps`, and stays; the cosine to the power
/// `exponent`.
Schedule cosine_decay(double init, std::int64_t steps, double alpha = 0, double exponent = 1);
/// Straight from `from` at step `begin` to `to` after `steps`, and stays.
Schedule linear(double from, double to, std::int64_t steps, std::int64_t begin = 0);
/// The same along a curve: the distance to `to` falls as (1 - t)^power.
Schedule polynomial(double from, double to, double power, std::int64_t steps,
                    std::int64_t begin = 0);
/// Straight from `from` to what `after` starts with in `steps`, then `after`, whose step 0 is then.
Schedule warmup(std::int64_t steps, Schedule after, double from = 0);
/// Several schedules one after another, the next from each boundary on; each counts from its own
/// beginning.
/// Throws:  UsageError unless there is a boundary between any two, and they rise.
/// Example: joined({warmup(10, cosine_decay(0.1, 90)), warmup(10, cosine_decay(0.05, 90))}, {100})
Schedule joined(std::vector<Schedule> parts, std::vector<std::int64_t> boundaries);

}  // namespace hilo::train
