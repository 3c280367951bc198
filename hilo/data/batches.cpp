#include "hilo/data/batches.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/data/parallel_for.h"

namespace hilo::data {
namespace {

Shape batched(std::int64_t n, const Shape& one) {
  Shape shape = one;
  shape.dims.insert(shape.dims.begin(), n);
  return shape;
}

}  // namespace

Batches::Batches(Dataset dataset, std::int64_t batch_size, BatchOptions options)
    : dataset_(std::move(dataset)), batch_size_(batch_size), options_(options) {
  if (batch_size < 1 || options.prefetch < 1) {
    throw Error("batches: size " + std::to_string(batch_size) + " and prefetch " +
                std::to_string(options.prefetch) + "; expected 1 or more");
  }
  if (options_.threads == 0 && !dataset_.source().is_slow()) options_.threads = 1;
  options_.threads = thread_count(options_.threads);
}

std::int64_t Batches::steps_per_epoch() const {
  const std::int64_t rounded_up = options_.drops_remainder ? 0 : batch_size_ - 1;
  return (dataset_.size() + rounded_up) / batch_size_;
}

std::int64_t Batches::examples_per_epoch() const {
  return std::min(dataset_.size(), steps_per_epoch() * batch_size_);
}

Batch Batches::at(std::int64_t step) const {
  const std::int64_t steps = steps_per_epoch();
  if (steps == 0) {
    throw Error("batches: " + std::to_string(dataset_.size()) + " examples make no batch of " +
                std::to_string(batch_size_));
  }
  if (step < 0) throw Error("batches: step " + std::to_string(step) + "; expected 0 or more");
  Batch batch{
      .inputs = {}, .labels = {}, .step = step, .epoch = step / steps, .index = step % steps};
  const std::int64_t first = batch.index * batch_size_,
                     n = std::min(batch_size_, dataset_.size() - first);
  const Shape input_shape = dataset_.input_shape(), label_shape = dataset_.label_shape();
  batch.inputs = Array(batched(n, input_shape));
  batch.labels = Array(batched(n, label_shape));
  const auto inputs = batch.inputs.mutable_bytes(), labels = batch.labels.mutable_bytes();
  const auto input_bytes = static_cast<std::size_t>(input_shape.byte_size()),
             label_bytes = static_cast<std::size_t>(label_shape.byte_size());
  const auto order = dataset_.order(batch.epoch);
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    dataset_.source().read((*order)[static_cast<std::size_t>(first) + i],
                           inputs.subspan(i * input_bytes, input_bytes),
                           labels.subspan(i * label_bytes, label_bytes));
  }
  return batch;
}

BatchStream Batches::stream(std::int64_t first_step, std::optional<std::int64_t> end_step) const {
  const std::int64_t end = end_step.value_or(std::numeric_limits<std::int64_t>::max());
  if (first_step < 0)
    throw Error("batches: step " + std::to_string(first_step) + "; expected 0 or more");
  if (first_step < end && steps_per_epoch() == 0) {
    throw Error("batches: " + std::to_string(dataset_.size()) + " examples make no batch of " +
                std::to_string(batch_size_));
  }
  return BatchStream(*this, first_step, end, options_.threads, options_.prefetch);
}

BatchStream Batches::epoch(std::int64_t number) const {
  return stream(number * steps_per_epoch(), (number + 1) * steps_per_epoch());
}

Batches::Iterator Batches::begin() const { return Iterator(epoch(0)); }

// Slot step % slots.size() holds the batch of `step` from when it is made until it is handed out; a
// worker takes up a step only when its slot is free.
struct BatchStream::State {
  State(Batches its_batches, std::int64_t first, std::int64_t its_end, int prefetch)
      : batches(std::move(its_batches)),
        end(its_end),
        claimed(first),
        handed_out(first),
        slots(static_cast<std::size_t>(prefetch)) {}

  const Batches batches;
  const std::int64_t end;
  std::mutex mutex{};
  std::condition_variable_any changed{};
  std::int64_t claimed;     // the next step that a worker takes up
  std::int64_t handed_out;  // the next step that the consumer gets
  std::vector<std::variant<std::monostate, Batch, std::exception_ptr>> slots;
  std::int64_t waits = 0;
  double wait_seconds = 0;
  std::vector<std::jthread>
      workers{};  // last, so that they are joined before what they use is gone

  auto& slot(std::int64_t step) { return slots[static_cast<std::size_t>(step) % slots.size()]; }

  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (true) {
      const auto has_work = [&] {
        return claimed < end && claimed < handed_out + static_cast<std::int64_t>(slots.size());
      };
      if (!changed.wait(lock, stop, has_work) || stop.stop_requested()) return;
      const std::int64_t step = claimed++;
      lock.unlock();
      std::variant<std::monostate, Batch, std::exception_ptr> made;
      try {
        made = batches.at(step);
      } catch (...) {
        made = std::current_exception();
      }
      lock.lock();
      slot(step) = std::move(made);
      changed.notify_all();
    }
  }
};

BatchStream::BatchStream(Batches batches, std::int64_t first_step,
                         std::optional<std::int64_t> end_step, int threads, int prefetch)
    : state_(std::make_unique<State>(std::move(batches), first_step,
                                     end_step.value_or(std::numeric_limits<std::int64_t>::max()),
                                     std::max(threads, prefetch))) {
  for (int i = 0; i < threads && first_step < state_->end; ++i) {
    state_->workers.emplace_back(
        [state = state_.get()](const std::stop_token& stop) { state->work(stop); });
  }
}

BatchStream::~BatchStream() = default;
BatchStream::BatchStream(BatchStream&&) noexcept = default;
BatchStream& BatchStream::operator=(BatchStream&&) noexcept = default;

std::optional<Batch> BatchStream::next() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (state.handed_out >= state.end) return std::nullopt;
  auto& slot = state.slot(state.handed_out);
  if (slot.index() == 0) {
    const auto start = std::chrono::steady_clock::now();
    state.changed.wait(lock, [&] { return slot.index() != 0; });
    ++state.waits;
    state.wait_seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  auto made = std::exchange(slot, std::monostate());
  ++state.handed_out;
  if (const auto* failure = std::get_if<std::exception_ptr>(&made)) {
    state.handed_out = state.end;
    state.claimed = state.end;
    std::rethrow_exception(*failure);
  }
  state.changed.notify_all();
  return std::get<Batch>(std::move(made));
}

BatchStream::Iterator BatchStream::begin() { return Iterator(*this); }

std::int64_t BatchStream::waits() const {
  const std::lock_guard lock(state_->mutex);
  return state_->waits;
}

double BatchStream::wait_seconds() const {
  const std::lock_guard lock(state_->mutex);
  return state_->wait_seconds;
}

}  // namespace hilo::data
