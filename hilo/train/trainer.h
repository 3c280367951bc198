#pragma once
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hilo/data/batches.h"
#include "hilo/exec/executor.h"
#include "hilo/nn/scope.h"
#include "hilo/pjrt/client.h"
#include "hilo/train/loss.h"
#include "hilo/train/metric.h"
#include "hilo/train/optimizer.h"

namespace hilo::train {

struct TrainerOptions {
  std::uint64_t seed = 0;            ///< of the weights and of every random number in training
  std::vector<Metric> metrics{};     ///< reported beside the loss
  int steps_in_flight = 3;           ///< the host runs at most this far ahead of the device
};

/// How far a training is. Rates are those since `fit` began.
struct Progress {
  std::int64_t step = 0, total_steps = 0;     ///< steps done, of the whole run
  std::int64_t epoch = 0, total_epochs = 0;   ///< epochs done, whole ones
  std::int64_t steps_per_epoch = 0;
  double loss = 0;                            ///< mean over the epoch so far
  double last_loss = 0;                       ///< of the last step
  std::vector<std::pair<std::string, double>> metrics{};  ///< means over the epoch so far
  double examples_per_second = 0;
  double seconds = 0, seconds_left = 0;
  bool is_last = false;                       ///< nothing follows: the end, or a stop that was asked for
};

class Trainer;
class Tally;
using Callback = std::function<void(Trainer&, const Progress&)>;

/// When a callback is called. Every one is also called at the very end.
struct When {
  std::int64_t steps = 0;                        ///< every so many steps
  std::int64_t epochs = 0;                       ///< at the end of every so many epochs
  std::chrono::steady_clock::duration time{};    ///< every so much time
};
inline When every(std::int64_t steps) { return {.steps = steps}; }
inline When every_epoch(std::int64_t epochs = 1) { return {.epochs = epochs}; }
template <class Rep, class Period>
When every(std::chrono::duration<Rep, Period> time) {
  return {.time = std::chrono::duration_cast<std::chrono::steady_clock::duration>(time)};
}

/// Totals of the run, also of one that was resumed. One of them is set.
struct FitOptions {
  std::int64_t epochs = 0;
  std::int64_t steps = 0;
};

/// Means over a data set.
struct Evaluation {
  double loss = 0;
  std::vector<std::pair<std::string, double>> metrics{};
  std::int64_t examples = 0;
  /// Throws Error with near names if there is no such metric.
  [[nodiscard]] double at(std::string_view metric) const;
};

/// A loss or gradient became NaN or infinite. The weights are those before that step.
class NonFiniteError : public Error {
 public:
  using Error::Error;
};

/// Trains a model. One program does a step: forward, backward, and the new weights in the memory of the old ones. The
/// host never waits for a step's result before it has handed over the next ones.
///
/// A step whose loss or gradient is not finite changes nothing; `fit` then throws NonFiniteError, which names the step,
/// the op and the layer. The same seed, data, plugin and core count give the same weights, bit for bit, also when a run
/// is stopped and resumed.
class Trainer {
 public:
  Trainer(pjrt::Client client, nn::Model model, Loss loss, Optimizer optimizer, TrainerOptions options = {});

  /// Calls `callback` in `fit`, in the order they were added. It sees the state after exactly that step.
  void on_step(When when, Callback callback);
  /// Trains until the totals are reached or a stop is asked for; from `step()` on, so a resumed trainer goes on.
  /// Throws:  UsageError for totals that are not set, NonFiniteError, what the data or a callback throws.
  void fit(const data::Batches& batches, FitOptions options);
  /// Means over one epoch, with the model in inference. A last, smaller batch counts in full.
  Evaluation evaluate(const data::Batches& batches, const std::vector<Metric>& metrics);
  Evaluation evaluate(const data::Batches& batches, const Metric& metric) { return evaluate(batches, std::vector{metric}); }

  /// Ends `fit` after the step under way (or its first one). May be called from another thread or a signal handler.
  void request_stop() { stop_.store(true); }
  /// Whether the last `fit` ended so.
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

  /// Declares and initialises everything for inputs of that shape (with the batch axis), if it is not done.
  void prepare(const Shape& input);
  /// Steps done, also before a resume.
  [[nodiscard]] std::int64_t step() const { return step_; }
  [[nodiscard]] const nn::Store& store() const { return store_; }
  /// Puts saved values in the place of the prepared ones. Throws Error that lists the differences, side by side, if
  /// paths or shapes are not exactly those of the model.
  void restore(const std::vector<std::pair<std::string, Array>>& values);
  [[nodiscard]] const nn::Model& model() const { return model_; }
  [[nodiscard]] const pjrt::Client& client() const { return client_; }
  [[nodiscard]] const TrainerOptions& options() const { return options_; }
  [[nodiscard]] const Optimizer& optimizer() const { return optimizer_; }
  /// Data of the `fit` under way, or of the last one.
  [[nodiscard]] const std::optional<data::Dataset>& dataset() const { return dataset_; }
  /// A table of the layers; after `prepare`.
  [[nodiscard]] std::string summary() const;
  /// The program of a step on batches of these shapes, compiled now if need be.
  [[nodiscard]] Program step_program(const Shape& inputs, const Shape& labels);
  /// The same as StableHLO text, for compilers of devices that are not here.
  [[nodiscard]] std::string step_text(const Shape& inputs, const Shape& labels);

 private:
  struct Pending {
    std::int64_t step;
    data::Batch batch;
    std::vector<Tensor> figures;  // loss, is_healthy, metrics..
  };
  std::vector<Value> build_step(std::span<const Value> parameters) const;
  [[nodiscard]] std::vector<Shape> step_shapes(const Shape& inputs, const Shape& labels) const;
  void start_step(const data::Batch& batch);
  void settle(std::size_t left, Tally& tally);
  void run_steps(data::BatchStream stream, std::int64_t per_epoch, std::int64_t total, Tally& tally);
  [[noreturn]] void refuse_non_finite(const Pending& pending);

  pjrt::Client client_;
  nn::Model model_;
  Loss loss_;
  Optimizer optimizer_;
  TrainerOptions options_;
  nn::Store store_;
  std::vector<std::string> paths_;  // of all variables, in order: what a step takes and returns
  std::optional<Function> built_;
  std::optional<Executor> step_executor_;
  std::deque<Pending> pending_;
  std::vector<std::pair<When, Callback>> callbacks_;
  std::optional<data::Dataset> dataset_;
  std::int64_t step_ = 0;
  std::atomic<bool> stop_{false};
  bool is_stopped_ = false;
};

}  // namespace hilo::train
