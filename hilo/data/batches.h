#pragma once
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>

#include "hilo/core/array.h"
#include "hilo/data/dataset.h"

namespace hilo::data {

/// Examples that are worked on in one step.
struct Batch {
  Array inputs;           ///< [n,..]: u8[64,32,32,3]
  Array labels;           ///< [n,..]: i32[64]
  std::int64_t step = 0;  ///< counted from the start of epoch 0
  std::int64_t epoch = 0;
  std::int64_t index = 0;  ///< of the batch in its epoch

  [[nodiscard]] std::int64_t size() const { return inputs.shape().dims.front(); }
};

class BatchStream;

/// A dataset cut into batches. A cheap value; every batch can be made by number, so a run resumes
/// at step k with no replay.
/// Example:
/// for (const Batch& batch : test_set.batches(1'000)) ..      // one epoch, read ahead in the
/// background
class Batches {
 public:
  Batches(Dataset dataset, std::int64_t batch_size, BatchOptions options);

  [[nodiscard]] const Dataset& dataset() const { return dataset_; }
  [[nodiscard]] std::int64_t batch_size() const { return batch_size_; }
  /// 0 for an empty dataset, or one smaller than a batch whose remainder is dropped.
  [[nodiscard]] std::int64_t steps_per_epoch() const;
  /// Examples of one epoch that reach a batch.
  [[nodiscard]] std::int64_t examples_per_epoch() const;

  /// The batch of one step, made by the calling thread. Step s is batch s % steps_per_epoch of
  /// epoch s / steps_per_epoch.
  [[nodiscard]] Batch at(std::int64_t step) const;

  /// Batches first_step, first_step + 1, .. up to, not including, end_step, made ahead by
  /// background threads. Without `end_step` the stream never ends. Throws Error if an epoch has no
  /// batch.
  [[nodiscard]] BatchStream stream(std::int64_t first_step = 0,
                                   std::optional<std::int64_t> end_step = {}) const;
  /// Epoch 0, in a range-for.
  [[nodiscard]] BatchStream epoch(std::int64_t number = 0) const;

  class Iterator;
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  Dataset dataset_;
  std::int64_t batch_size_;
  BatchOptions options_;
};

/// Batches in order, made ahead by background threads into a bounded queue. Destroying it stops and
/// joins them. An exception of a thread is thrown by `next` where its batch would have come; the
/// stream is over after that. Used by one thread at a time.
class BatchStream {
 public:
  BatchStream(Batches batches, std::int64_t first_step, std::optional<std::int64_t> end_step,
              int threads, int prefetch);
  ~BatchStream();
  BatchStream(BatchStream&&) noexcept;
  BatchStream& operator=(BatchStream&&) noexcept;

  /// The next batch, or none at the end. Waits if it is not ready.
  std::optional<Batch> next();
  /// How often, and for how long in all, `next` had to wait: whether the data or the device is the
  /// slow one.
  [[nodiscard]] std::int64_t waits() const;
  [[nodiscard]] double wait_seconds() const;

  class Iterator;
  [[nodiscard]] Iterator begin();
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Single pass.
class BatchStream::Iterator {
 public:
  explicit Iterator(BatchStream& stream) : stream_(&stream), batch_(stream.next()) {}
  const Batch& operator*() const { return *batch_; }
  const Batch* operator->() const { return &*batch_; }
  Iterator& operator++() {
    batch_ = stream_->next();
    return *this;
  }
  bool operator==(std::default_sentinel_t) const { return !batch_; }

 private:
  BatchStream* stream_;
  std::optional<Batch> batch_;
};

/// Single pass over one epoch; owns its stream.
class Batches::Iterator {
 public:
  explicit Iterator(BatchStream stream)
      : stream_(std::make_unique<BatchStream>(std::move(stream))), batch_(stream_->next()) {}
  const Batch& operator*() const { return *batch_; }
  const Batch* operator->() const { return &*batch_; }
  Iterator& operator++() {
    batch_ = stream_->next();
    return *this;
  }
  bool operator==(std::default_sentinel_t) const { return !batch_; }

 private:
  std::unique_ptr<BatchStream> stream_;
  std::optional<Batch> batch_;
};

}  // namespace hilo::data
