#include "hilo/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "hilo/core/error.h"
#include "hilo/data/batches.h"

namespace hilo::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Inputs u8[n,2] of {i, 2 i}, labels i % 3.
Dataset counting(std::int64_t n) {
  Array inputs(Shape{kU8, {n, 2}}), labels(Shape{kI32, {n}});
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    inputs.mutable_data<std::uint8_t>()[2 * i] = static_cast<std::uint8_t>(i);
    inputs.mutable_data<std::uint8_t>()[2 * i + 1] = static_cast<std::uint8_t>(2 * i);
    labels.mutable_data<std::int32_t>()[i] = static_cast<std::int32_t>(i % 3);
  }
  return Dataset::from_arrays(inputs, labels, {"a", "b", "c"});
}

template <class F>
std::string refusal(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Dataset, ExamplesOfArrays) {
  const Dataset set = counting(5);
  EXPECT_EQ(set.size(), 5);
  EXPECT_EQ(set.input_shape(), (Shape{kU8, {2}}));
  EXPECT_EQ(set.label_shape(), (Shape{kI32, {}}));
  EXPECT_THAT(set.class_names(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(set.input(4), Array::of<std::uint8_t>({2}, {4, 8}));
  EXPECT_EQ(set.label(4), Array::scalar<std::int32_t>(1));
  EXPECT_THAT(refusal([&] { static_cast<void>(set.input(5)); }),
              HasSubstr("example 5; expected 0 to 5 - 1"));
  EXPECT_THAT(refusal([&] { static_cast<void>(set.label(-1)); }), HasSubstr("example -1"));
  EXPECT_EQ(Dataset().size(), 0);
}

TEST(Dataset, LabelsOfAnyShape) {
  const Dataset set = Dataset::from_arrays(Array::of<float>({2, 1}, {1, 2}),
                                           Array::of<float>({2, 2}, {3, 4, 5, 6}));
  EXPECT_EQ(set.label_shape(), (Shape{kF32, {2}}));
  EXPECT_EQ(set.label(1), Array::of<float>({2}, {5, 6}));
}

TEST(Dataset, RefusalsOfArrays) {
  const Array two = Array::of<float>({2}, {1, 2});
  EXPECT_THAT(refusal([&] {
                Dataset::from_arrays(two, Array::of<std::int32_t>({3}, {0, 0, 0}));
              }),
              HasSubstr("inputs f32[2] and labels i32[3]; expected [n,..] and [n,..]"));
  EXPECT_THAT(refusal([&] { Dataset::from_arrays(Array::scalar(1.0F), Array::scalar(1)); }),
              HasSubstr("expected [n,..]"));
  EXPECT_THAT(refusal([&] {
                Dataset::from_arrays(two, Array::of<std::int32_t>({2}, {0, 2}), {"a", "b"});
              }),
              HasSubstr("a label is 2; expected 0 to 2 - 1"));
  EXPECT_THAT(refusal([&] {
                Dataset::from_arrays(two, Array::of<std::int32_t>({2}, {0, -1}), {"a", "b"});
              }),
              HasSubstr("a label is -1"));
  EXPECT_THAT(refusal([&] { Dataset::from_arrays(two, two, {"a"}); }),
              HasSubstr("labels are f32[2]; expected i32[n]"));
}

TEST(Dataset, ShuffleIsAPermutationOfSeedAndEpoch) {
  const Dataset set = counting(100), one = set.shuffled(1);
  EXPECT_EQ(set.order(0), set.order(7));  // not shuffled: each epoch alike
  std::vector<std::int64_t> all(100);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(*set.order(0), all);
  std::set<std::vector<std::int64_t>> seen;
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    for (const std::int64_t epoch : std::vector<std::int64_t>{0, 1, 2, 1'000'000'000'000}) {
      std::vector<std::int64_t> order = *set.shuffled(seed).order(epoch);
      EXPECT_TRUE(seen.insert(order).second) << seed << ' ' << epoch;
      EXPECT_EQ(order, *set.shuffled(seed).order(epoch));
      std::sort(order.begin(), order.end());
      EXPECT_EQ(order, all);
    }
  }
  EXPECT_EQ(one.input(3, 2), set.input((*one.order(2))[3]));
  EXPECT_EQ(one.label(3, 2), set.label((*one.order(2))[3]));
}

// Pinned: a run of today resumes with the binary of tomorrow.
TEST(Dataset, TheOrderDoesNotChangeWithTheVersion) {
  EXPECT_THAT(*counting(8).shuffled(1).order(0), ElementsAre(1, 3, 5, 2, 0, 6, 7, 4));
  EXPECT_THAT(*counting(8).shuffled(7).order(3), ElementsAre(7, 0, 6, 1, 3, 5, 2, 4));
}

// Each example is as likely at each place: counts of 6000 shuffles of 6, expected 1000 each,
// standard deviation 29.
TEST(Dataset, ShufflesAreEven) {
  const Dataset set = counting(6).shuffled(3);
  int counts[6][6] = {};
  for (std::int64_t epoch = 0; epoch < 6000; ++epoch) {
    const auto order = set.order(epoch);
    for (std::size_t place = 0; place < 6; ++place) ++counts[place][(*order)[place]];
  }
  for (const auto& row : counts) {
    for (const int count : row) EXPECT_NEAR(count, 1000, 150);
  }
}

TEST(Dataset, TakeAndSkipSplitIt) {
  const Dataset set = counting(10);
  EXPECT_THAT(*set.take(3).order(0), ElementsAre(0, 1, 2));
  EXPECT_THAT(*set.skip(7).order(0), ElementsAre(7, 8, 9));
  EXPECT_THAT(*set.skip(7).take(2).order(0), ElementsAre(7, 8));
  EXPECT_EQ(set.take(99).size(), 10);
  EXPECT_EQ(set.skip(99).size(), 0);
  EXPECT_EQ(set.take(-1).size(), 0);

  const Dataset train = set.shuffled(1).take(6), held_out = set.shuffled(1).skip(6);
  const std::set<std::int64_t> first(train.order(0)->begin(), train.order(0)->end());
  for (const std::int64_t epoch :
       {0, 1, 2}) {  // shuffled anew each epoch, but always the same examples
    EXPECT_EQ(std::set<std::int64_t>(train.order(epoch)->begin(), train.order(epoch)->end()),
              first);
  }
  EXPECT_NE(*train.order(1), *train.order(2));
  for (const std::int64_t i : *held_out.order(0)) EXPECT_FALSE(first.contains(i));
  EXPECT_EQ(held_out.size() + train.size(), 10);
}

TEST(Dataset, ChannelStatistics) {
  const Dataset set =
      Dataset::from_arrays(Array::of<std::uint8_t>({2, 1, 2, 2}, {0, 10, 255, 10, 255, 10, 0, 10}),
                           Array::of<std::int32_t>({2}, {0, 0}));
  for (const int threads : {1, 2, 5}) {
    const ChannelStatistics statistics = channel_statistics(set, threads);
    ASSERT_EQ(statistics.mean.size(), 2U);
    EXPECT_DOUBLE_EQ(statistics.mean[0], 0.5);
    EXPECT_DOUBLE_EQ(statistics.std[0], 0.5);
    EXPECT_DOUBLE_EQ(statistics.mean[1], 10 / 255.0);
    EXPECT_DOUBLE_EQ(statistics.std[1], 0.0);
  }
  EXPECT_THAT(refusal([] { channel_statistics(Dataset()); }),
              HasSubstr("0 examples of f32[]; expected some, of u8[..,C]"));
}

}  // namespace
}  // namespace hilo::data
