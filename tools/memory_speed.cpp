#include "tools/memory_speed.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

namespace hilo::tools {
namespace {

constexpr std::size_t kBytes = 256 << 20, kLane = 8;
constexpr int kPasses = 8;

// In independent sums, so that reading is all that takes time.
std::uint64_t sum_of(std::span<const std::uint64_t> numbers) {
  std::uint64_t sums[kLane] = {};
  for (std::size_t i = 0; i + kLane <= numbers.size(); i += kLane) {
    for (std::size_t j = 0; j < kLane; ++j) sums[j] += numbers[i + j];
  }
  std::uint64_t total = 0;
  for (const std::uint64_t sum : sums) total += sum;
  return total;
}

}  // namespace

double memory_bytes_per_second(int threads) {
  const std::vector<std::uint64_t> numbers(kBytes / sizeof(std::uint64_t), 1);
  const std::size_t piece = numbers.size() / static_cast<std::size_t>(threads);
  std::atomic<std::uint64_t> seen = 0;
  double best = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> readers;
    for (std::size_t t = 0; t < static_cast<std::size_t>(threads); ++t) {
      readers.emplace_back(
          [&, t] { seen += sum_of(std::span(numbers).subspan(t * piece, piece)); });
    }
    for (std::thread& reader : readers) reader.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(kBytes) / took.count());
  }
  return seen > 0 ? best : 0;
}

}  // namespace hilo::tools
