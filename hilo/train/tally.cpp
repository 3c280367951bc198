#include "hilo/train/tally.h"

namespace hilo::train {

Tally::Tally(const std::vector<Metric>& metrics, std::int64_t steps_per_epoch, std::int64_t first_step,
             std::int64_t total_steps)
    : steps_per_epoch_(steps_per_epoch),
      first_step_(first_step),
      total_steps_(total_steps),
      metric_sums_(metrics.size(), 0),
      start_(std::chrono::steady_clock::now()) {
  for (const Metric& m : metrics) names_.push_back(m.name);
}

void Tally::add(const data::Batch& batch, double loss, const std::vector<double>& metrics) {
  if (batch.epoch != epoch_) {
    epoch_ = batch.epoch;
    epoch_examples_ = 0;
    loss_sum_ = 0;
    metric_sums_.assign(metric_sums_.size(), 0);
  }
  const auto weight = static_cast<double>(batch.size());
  last_loss_ = loss;
  loss_sum_ += weight * loss;
  for (std::size_t k = 0; k < metrics.size(); ++k) metric_sums_[k] += weight * metrics[k];
  epoch_examples_ += batch.size();
  examples_ += batch.size();
  ++steps_;
}

Progress Tally::progress(bool is_last) const {
  Progress p;
  p.step = first_step_ + steps_;
  p.total_steps = total_steps_;
  p.steps_per_epoch = steps_per_epoch_;
  p.epoch = p.step / steps_per_epoch_;
  p.total_epochs = (total_steps_ + steps_per_epoch_ - 1) / steps_per_epoch_;
  const double count = epoch_examples_ > 0 ? static_cast<double>(epoch_examples_) : 1;
  p.loss = loss_sum_ / count;
  p.last_loss = last_loss_;
  for (std::size_t k = 0; k < names_.size(); ++k) p.metrics.emplace_back(names_[k], metric_sums_[k] / count);
  p.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  p.examples_per_second = p.seconds > 0 ? static_cast<double>(examples_) / p.seconds : 0;
  p.seconds_left = steps_ > 0 ? p.seconds / static_cast<double>(steps_) * static_cast<double>(total_steps_ - p.step) : 0;
  p.is_last = is_last;
  return p;
}

}  // namespace hilo::train
