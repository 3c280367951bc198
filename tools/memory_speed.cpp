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

constexpr std::size_t kBytes = 256 << 20, kLine = 8;
constexpr int kPasses = 12;  // the best of them

// Reads Streams places far from each other in turns, a line of the cache each: what of them a CPU
// fetches ahead is up to the CPU. In independent sums, so that reading is all that takes time.
template <std::size_t Streams>
std::uint64_t sum_of(std::span<const std::uint64_t> numbers) {
  const std::size_t apart = numbers.size() / Streams / kLine * kLine;
  std::uint64_t sums[kLine] = {};
  for (std::size_t i = 0; i < apart; i += kLine) {
    for (std::size_t s = 0; s < Streams; ++s) {
      for (std::size_t j = 0; j < kLine; ++j) sums[j] += numbers[s * apart + i + j];
    }
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
      readers.emplace_back([&, t] {
        const auto own = std::span(numbers).subspan(t * piece, piece);
        seen += pass % 2 == 0 ? sum_of<1>(own) : sum_of<4>(own);
      });
    }
    for (std::thread& reader : readers) reader.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::max(best, static_cast<double>(kBytes) / took.count());
  }
  return seen > 0 ? best : 0;
}

}  // namespace hilo::tools
