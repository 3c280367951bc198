#include "hilo/train/progress_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace hilo::train {
namespace {

constexpr double kWindowSeconds = 30;

// The pace of the last half minute: the first step, which compiles, would spoil it.
class Pace {
 public:
  void add(const Progress& p) {
    samples_.push_back({p.seconds, static_cast<double>(p.step), p.examples_per_second * p.seconds});
    while (samples_.size() > 2 && samples_.back().seconds - samples_.front().seconds > kWindowSeconds) samples_.pop_front();
    const Sample &from = samples_.front(), &to = samples_.back();
    const double seconds = to.seconds - from.seconds;
    const bool is_known = seconds > 0 && to.step > from.step;
    examples_per_second = is_known ? (to.examples - from.examples) / seconds : p.examples_per_second;
    seconds_left = is_known ? static_cast<double>(p.total_steps - p.step) * seconds / (to.step - from.step) : p.seconds_left;
  }
  double examples_per_second = 0, seconds_left = 0;

 private:
  struct Sample {
    double seconds, step, examples;
  };
  std::deque<Sample> samples_;
};

// Pictures are u8[height,width,channels].
std::string unit_of(const Trainer& trainer) {
  const auto& dataset = trainer.dataset();
  const bool is_image = dataset && dataset->input_shape().rank() == 3 && dataset->input_shape().dtype == kU8;
  return is_image ? "images/s" : "examples/s";
}

std::vector<std::string> facts(const Progress& p, const Pace& pace, const std::string& unit) {
  std::vector<std::string> result = {fmt::format("loss {:.4f}", p.loss)};
  for (const auto& [name, value] : p.metrics) result.push_back(fmt::format("{} {:.4f}", name, value));
  result.push_back(fmt::format("{} {}", count_text(static_cast<std::int64_t>(pace.examples_per_second + 0.5)), unit));
  if (!p.is_last && p.step < p.total_steps) result.push_back(duration_text(pace.seconds_left) + " left");
  return result;
}

}  // namespace

Callback progress_bar(Screen screen) {
  struct State {
    explicit State(Screen screen) : bar({.redrawn_every = 0}, std::move(screen)) {}
    Bar bar;
    Pace pace{};
    std::int64_t epoch = -1;
  };
  // A training calls often enough by itself: every call draws.
  const auto state = std::make_shared<State>(std::move(screen));
  return [state](Trainer& trainer, const Progress& p) {
    const std::int64_t epoch = (p.step - 1) / p.steps_per_epoch, first = epoch * p.steps_per_epoch;
    const std::int64_t end = std::min(first + p.steps_per_epoch, p.total_steps);
    if (epoch != state->epoch) state->bar.finish();  // the end of the last one was not shown
    state->epoch = epoch;
    state->pace.add(p);
    const std::string label = fmt::format("epoch {:>{}}/{}", epoch + 1, std::to_string(p.total_epochs).size(), p.total_epochs);
    state->bar.show(label, static_cast<double>(p.step - first) / static_cast<double>(end - first),
                    facts(p, state->pace, unit_of(trainer)));
    if (p.is_last) state->bar.finish();
  };
}

}  // namespace hilo::train
