#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/core/shape.h"

namespace hilo::data {

class Batches;

/// Examples that can be read in any order, from several threads at once. Derive from it to bring
/// data of your own.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual std::int64_t size() const = 0;
  /// The shape of one example's input: u8[32,32,3].
  [[nodiscard]] virtual Shape input_shape() const = 0;
  /// The shape of one example's label; i32[] is a class.
  [[nodiscard]] virtual Shape label_shape() const { return {kI32, {}}; }
  /// Writes example `i` (0 <= i < size) to buffers of exactly these shapes' bytes. Called from
  /// several threads.
  virtual void read(std::int64_t i, std::span<std::byte> input,
                    std::span<std::byte> label) const = 0;
  /// Whether reading computes (decodes a picture), so that several threads are worth it.
  [[nodiscard]] virtual bool is_slow() const { return true; }
};

/// A file that was left out when a dataset was opened.
struct SkippedFile {
  std::string file;
  std::string reason;
};

struct BatchOptions {
  bool drops_remainder = false;  ///< true: a last batch smaller than the rest is left out
  int threads = 0;               ///< that read ahead; 0: one for data in memory, else one a core
  int prefetch = 4;              ///< batches kept ready, at least 1
};

/// A list of examples with labels, in a certain order. A cheap value: copies share the data.
///
/// Order is a function of (seed, epoch) alone: example k of epoch e is the same on every machine,
/// with any number of threads, and after a resume.
class Dataset {
 public:
  /// No examples: f32[0].
  Dataset();
  explicit Dataset(std::shared_ptr<const Source> source, std::vector<std::string> class_names = {},
                   std::vector<SkippedFile> skipped = {});
  /// Examples held in memory.
  /// Shapes:  inputs is [n,..] of any dtype; labels is [n] or [n,..]. Classes are i32[n].
  /// Throws:  Error if the counts differ, or a class is not in 0..class_names.size()-1 (where names
  ///          are given).
  static Dataset from_arrays(Array inputs, Array labels, std::vector<std::string> class_names = {},
                             std::vector<SkippedFile> skipped = {});

  [[nodiscard]] std::int64_t size() const;
  /// The shape of one example's input, u8[32,32,3], and of its label, i32[].
  [[nodiscard]] Shape input_shape() const;
  [[nodiscard]] Shape label_shape() const;
  [[nodiscard]] const std::vector<std::string>& class_names() const;
  /// Files that were left out on opening, where the caller asked for that.
  [[nodiscard]] const std::vector<SkippedFile>& skipped() const;

  /// The same examples in a new random order each epoch, drawn from (seed, epoch).
  [[nodiscard]] Dataset shuffled(std::uint64_t seed) const;
  /// The first n examples (all if there are fewer), and the rest. Of a shuffled dataset: of the
  /// order of epoch 0, so `d.shuffled(1).take(n)` and `d.shuffled(1).skip(n)` share no example;
  /// each still shuffles its own, every epoch.
  [[nodiscard]] Dataset take(std::int64_t n) const;
  [[nodiscard]] Dataset skip(std::int64_t n) const;

  /// Input and label of the k-th example of an epoch.
  [[nodiscard]] Array input(std::int64_t k, std::int64_t epoch = 0) const;
  [[nodiscard]] Array label(std::int64_t k, std::int64_t epoch = 0) const;

  /// Cuts each epoch into batches of `size` examples, in order; the last one may be smaller.
  /// Throws:  Error if size or prefetch is not positive.
  [[nodiscard]] Batches batches(std::int64_t size, BatchOptions options = {}) const;

  /// The positions in the source of an epoch's examples, in order. Cached for the last epochs asked
  /// for.
  [[nodiscard]] std::shared_ptr<const std::vector<std::int64_t>> order(std::int64_t epoch) const;
  [[nodiscard]] const Source& source() const;

 private:
  struct State;
  explicit Dataset(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

/// Training data and test data; either may be empty.
/// Example: auto [train_set, test_set] = data::cifar10(dir);
struct Split {
  Dataset train;
  Dataset test;
};

/// Mean and standard deviation of each channel (the last axis of the inputs), of pixels in 0..1 as
/// `to_tensor` makes them.
struct ChannelStatistics {
  std::vector<double> mean;
  std::vector<double> std;
};
/// Reads the whole dataset once, in `threads` threads (0: one a core); the result does not depend
/// on their number.
/// Throws:  Error unless the inputs are u8 with at least one axis and there is an example.
ChannelStatistics channel_statistics(const Dataset& dataset, int threads = 0);

}  // namespace hilo::data
