#include "hilo/data/batches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "hilo/core/error.h"

namespace hilo::data {
namespace {

using testing::HasSubstr;

// A source that computes: input and label are i, and reading some examples takes time, so threads
// finish out of order.
class Computed : public Source {
 public:
  explicit Computed(std::int64_t size, std::int64_t bad = -1) : size_(size), bad_(bad) {}
  [[nodiscard]] std::int64_t size() const override { return size_; }
  [[nodiscard]] Shape input_shape() const override { return {kI64, {1}}; }

  void read(std::int64_t i, std::span<std::byte> input, std::span<std::byte> label) const override {
    ++reads;
    if (i == bad_) throw Error("example " + std::to_string(i) + " is bad");
    if (i % 5 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
    const auto class_index = static_cast<std::int32_t>(i);
    std::memcpy(input.data(), &i, input.size());
    std::memcpy(label.data(), &class_index, label.size());
  }

  mutable std::atomic<std::int64_t> reads{0};

 private:
  std::int64_t size_, bad_;
};

Dataset computed(std::int64_t size, std::int64_t bad = -1) {
  return Dataset(std::make_shared<Computed>(size, bad));
}

bool same(const Batch& a, const Batch& b) {
  return a.inputs == b.inputs && a.labels == b.labels && a.step == b.step && a.epoch == b.epoch &&
         a.index == b.index;
}

TEST(Batches, CountAndRemainder) {
  struct Row {
    std::int64_t examples, size;
    bool drops_remainder;
    std::int64_t steps, used;
  };
  for (const Row& row : {Row{10, 4, false, 3, 10}, Row{10, 4, true, 2, 8}, Row{8, 4, false, 2, 8},
                         Row{3, 4, true, 0, 0}, Row{3, 4, false, 1, 3}, Row{0, 4, false, 0, 0}}) {
    const Batches batches =
        computed(row.examples).batches(row.size, {.drops_remainder = row.drops_remainder});
    EXPECT_EQ(batches.steps_per_epoch(), row.steps);
    EXPECT_EQ(batches.examples_per_epoch(), row.used);
    std::int64_t steps = 0, examples = 0;
    for (const Batch& batch : batches) {
      EXPECT_EQ(batch.step, steps++);
      EXPECT_EQ(batch.labels.shape().dims.front(), batch.size());
      examples += batch.size();
    }
    EXPECT_EQ(steps, row.steps);
    EXPECT_EQ(examples, row.used);
  }
}

TEST(Batches, ABatchIsAFunctionOfItsStep) {
  const Dataset set = computed(10).shuffled(4);
  const Batches batches = set.batches(4);
  const Batch batch = batches.at(5);  // epoch 1, the last one
  EXPECT_EQ(batch.epoch, 1);
  EXPECT_EQ(batch.index, 2);
  ASSERT_EQ(batch.inputs.shape(), (Shape{kI64, {2, 1}}));
  EXPECT_EQ(batch.inputs.data<std::int64_t>()[1], (*set.order(1))[9]);
  EXPECT_EQ(batch.labels.data<std::int32_t>()[0], static_cast<std::int32_t>((*set.order(1))[8]));
}

// With any number of threads, from any step on: what a resumed run sees is what an uninterrupted
// one saw.
TEST(Batches, AStreamIsTheStepsInOrder) {
  const Dataset set = computed(23).shuffled(9);
  for (const int threads : {1, 2, 5}) {
    for (const int prefetch : {1, 3}) {
      const Batches batches = set.batches(4, {.threads = threads, .prefetch = prefetch});
      for (const std::int64_t first : {0, 5, 17}) {
        std::int64_t step = first;
        BatchStream stream = batches.stream(first, 20);
        while (const auto batch = stream.next())
          EXPECT_TRUE(same(*batch, batches.at(step++))) << step;
        EXPECT_EQ(step, 20);
        EXPECT_FALSE(stream.next());
      }
    }
  }
}

TEST(Batches, EpochsInARangeFor) {
  const Batches batches = computed(6).shuffled(2).batches(4);
  std::int64_t step = 4;
  for (const Batch& batch : batches.epoch(2)) EXPECT_TRUE(same(batch, batches.at(step++)));
  EXPECT_EQ(step, 6);
}

TEST(Batches, AnEndlessStreamReadsAheadNoFurtherThanItMay) {
  const auto source = std::make_shared<Computed>(1000);
  {
    BatchStream stream = Dataset(source).batches(1, {.threads = 2, .prefetch = 3}).stream();
    EXPECT_EQ(stream.next()->step, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_LE(source->reads, 4);  // the one taken and three more
    for (std::int64_t step = 1; step < 2500; ++step)
      ASSERT_EQ(stream.next()->step, step);  // past the end of an epoch
    EXPECT_GE(stream.waits(), 0);
    EXPECT_GE(stream.wait_seconds(), 0.0);
  }  // joined here, though the stream has no end
  const std::int64_t reads = source->reads;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(source->reads, reads);
}

TEST(Batches, ASlowSourceIsWaitedFor) {
  BatchStream stream = computed(100).batches(50, {.threads = 1, .prefetch = 1}).stream();
  EXPECT_TRUE(stream.next());
  EXPECT_GE(stream.waits(), 1);
  EXPECT_GT(stream.wait_seconds(), 0.0);
}

TEST(Batches, AnExceptionComesWhereItsBatchWouldHave) {
  for (const int threads : {1, 4}) {
    BatchStream stream = computed(20, 13).batches(4, {.threads = threads}).stream(0, 100);
    for (int step = 0; step < 3; ++step) EXPECT_EQ(stream.next()->step, step);
    try {
      stream.next();
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "example 13 is bad");
    }
    EXPECT_FALSE(stream.next());
  }
}

TEST(Batches, StreamsAreMoved) {
  const Batches batches = computed(20).batches(4);
  BatchStream stream = batches.stream(0, 3);
  EXPECT_EQ(stream.next()->step, 0);
  BatchStream moved = std::move(stream);
  EXPECT_EQ(moved.next()->step, 1);
  moved = batches.stream(7, 9);
  EXPECT_EQ(moved.next()->step, 7);
}

TEST(Batches, Refusals) {
  const auto refusal = [](auto f) -> std::string {
    try {
      f();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(refusal([] { static_cast<void>(computed(4).batches(0)); }),
              HasSubstr("size 0 and prefetch 4"));
  EXPECT_THAT(refusal([] { static_cast<void>(computed(4).batches(1, {.prefetch = 0})); }),
              HasSubstr("prefetch 0"));
  EXPECT_THAT(refusal([] { static_cast<void>(computed(4).batches(1, {.threads = -1})); }),
              HasSubstr("-1 threads"));
  EXPECT_THAT(refusal([] { static_cast<void>(computed(4).batches(1).at(-1)); }),
              HasSubstr("step -1"));
  EXPECT_THAT(refusal([] { static_cast<void>(computed(4).batches(1).stream(-1)); }),
              HasSubstr("step -1"));
  EXPECT_THAT(refusal([] { static_cast<void>(computed(0).batches(8).at(0)); }),
              HasSubstr("0 examples make no batch of 8"));
  EXPECT_THAT(refusal([] {
                static_cast<void>(computed(4).batches(8, {.drops_remainder = true}).stream());
              }),
              HasSubstr("4 examples make no batch of 8"));
}

}  // namespace
}  // namespace hilo::data
