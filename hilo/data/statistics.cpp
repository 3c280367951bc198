#include <algorithm>
#include <cmath>
#include <mutex>

#include "hilo/core/error.h"
#include "hilo/data/dataset.h"
#include "hilo/data/parallel_for.h"

namespace hilo::data {

// Sums are integers, so their order does not matter: the same result with any number of threads.
ChannelStatistics channel_statistics(const Dataset& dataset, int threads) {
  const Shape shape = dataset.input_shape();
  if (shape.dtype != kU8 || shape.rank() < 1 || shape.size() == 0 || dataset.size() == 0) {
    throw Error("channel_statistics: " + std::to_string(dataset.size()) + " examples of " +
                to_string(shape) + "; expected some, of u8[..,C]");
  }
  constexpr std::int64_t kChunk = 256;
  const auto channels = static_cast<std::size_t>(shape.dims.back());
  std::vector<std::uint64_t> sums(channels), squares(channels);
  std::mutex mutex;
  const auto order = dataset.order(0);
  const auto count_chunk = [&](std::int64_t chunk) {
    std::vector<std::uint64_t> sum(channels), square(channels);
    std::vector<std::byte> input(static_cast<std::size_t>(shape.byte_size()));
    std::vector<std::byte> label(static_cast<std::size_t>(dataset.label_shape().byte_size()));
    for (std::int64_t k = chunk * kChunk; k < std::min((chunk + 1) * kChunk, dataset.size()); ++k) {
      dataset.source().read((*order)[static_cast<std::size_t>(k)], input, label);
      for (std::size_t i = 0; i < input.size(); i += channels) {
        for (std::size_t c = 0; c < channels; ++c) {
          const auto value = static_cast<std::uint64_t>(input[i + c]);
          sum[c] += value;
          square[c] += value * value;
        }
      }
    }
    const std::lock_guard lock(mutex);
    for (std::size_t c = 0; c < channels; ++c) {
      sums[c] += sum[c];
      squares[c] += square[c];
    }
  };
  parallel_for((dataset.size() + kChunk - 1) / kChunk, threads, count_chunk);
  ChannelStatistics result;
  const double count = static_cast<double>(dataset.size()) * static_cast<double>(shape.size()) /
                       static_cast<double>(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean = static_cast<double>(sums[c]) / count;
    const double variance = std::max(static_cast<double>(squares[c]) / count - mean * mean, 0.0);
    result.mean.push_back(mean / 255.0);
    result.std.push_back(std::sqrt(variance) / 255.0);
  }
  return result;
}

}  // namespace hilo::data
