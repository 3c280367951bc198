#pragma once
#include <chrono>
#include <vector>

#include "hilo/train/trainer.h"

namespace hilo::train {

/// Sums up what the steps report, an epoch at a time, and the pace.
class Tally {
 public:
  Tally(const std::vector<Metric>& metrics, std::int64_t steps_per_epoch, std::int64_t first_step, std::int64_t total_steps);
  /// The figures of a step, in order of steps. A new epoch starts its means again.
  void add(const data::Batch& batch, double loss, const std::vector<double>& metrics);
  [[nodiscard]] Progress progress(bool is_last) const;

 private:
  std::vector<std::string> names_;
  std::int64_t steps_per_epoch_, first_step_, total_steps_;
  std::int64_t steps_ = 0, examples_ = 0;               // since the start
  std::int64_t epoch_ = -1, epoch_examples_ = 0;        // of the epoch under way
  double last_loss_ = 0, loss_sum_ = 0;
  std::vector<double> metric_sums_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace hilo::train
