#include "hilo/data/parallel_for.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "hilo/core/error.h"

namespace hilo::data {
namespace {

TEST(ParallelFor, EveryIndexOnce) {
  for (const int threads : {1, 2, 5}) {
    for (const std::int64_t count : {0, 1, 7, 1000}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
      parallel_for(count, threads, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
      for (const auto& c : calls) EXPECT_EQ(c, 1);
    }
  }
}

TEST(ParallelFor, TheSmallestFailureIsThrown) {
  for (const int threads : {1, 2, 5}) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      try {
        parallel_for(500, threads, [](std::int64_t i) {
          if (i == 100)
            std::this_thread::sleep_for(
                std::chrono::milliseconds(1));  // the later failures come first
          if (i >= 100 && i % 10 == 0) throw Error(std::to_string(i));
        });
        FAIL() << "nothing was thrown";
      } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "100");
      }
    }
  }
}

TEST(ParallelFor, ProgressComesFromTheCaller) {
  const auto caller = std::this_thread::get_id();
  std::int64_t last = 0;
  parallel_for(
      1000, 3, [](std::int64_t) {},
      [&](std::int64_t done, std::int64_t total) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_GE(done, last);
        EXPECT_EQ(total, 1000);
        last = done;
      });
  EXPECT_EQ(last, 1000);
}

TEST(ParallelFor, ProgressMayStopIt) {
  std::atomic<int> calls = 0;
  const auto body = [&](std::int64_t) {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    ++calls;
  };
  EXPECT_THROW(parallel_for(100'000, 2, body, [](auto, auto) { throw std::runtime_error("stop"); }),
               std::runtime_error);
  EXPECT_LT(calls, 1000);
}

TEST(ParallelFor, ThreadCounts) {
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_GE(thread_count(0), 1);
  EXPECT_THROW(thread_count(-1), Error);
}

}  // namespace
}  // namespace hilo::data
