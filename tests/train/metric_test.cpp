#include "hilo/train/metric.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/nn/run_on_cpu.h"

namespace hilo::metric {
namespace {

using test::f32;
using test::i32;
using testing::HasSubstr;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

struct Row {
  const char* name;
  train::Metric metric;
  Array outputs, labels;
  std::vector<double> values;
};

std::vector<Row> rows() {
  const Array logits = f32({3, 4}, {1, 2, 3, 4, 9, 8, 7, 6, 0, 5, 0, 1});
  return {
      {"accuracy", accuracy, logits, i32({3}, {3, 1, 1}), {1, 0, 1}},
      {"u8 labels",
       accuracy,
       logits,
       Array::of({3}, std::vector<std::uint8_t>{3, 1, 1}),
       {1, 0, 1}},
      {"probabilities",
       accuracy,
       f32({2, 2}, {1, 2, 1, 2}),
       f32({2, 2}, {0.1F, 0.9F, 0.6F, 0.4F}),
       {1, 0}},
      {"ties: the first wins", accuracy, f32({2, 2}, {1, 1, 1, 1}), i32({2}, {0, 1}), {1, 0}},
      {"NaN is never right",
       accuracy,
       f32({3, 2}, {kNaN, 1, kNaN, 1, kNaN, kNaN}),
       i32({3}, {0, 1, 0}),
       {0, 0, 0}},
      {"no such class", accuracy, f32({2, 2}, {1, 2, -1, -2}), i32({2}, {2, -1}), {0, 0}},
      {"top 1", top_k_accuracy(1), logits, i32({3}, {3, 1, 1}), {1, 0, 1}},
      {"top 2", top_k_accuracy(2), logits, i32({3}, {2, 2, 3}), {1, 0, 1}},
      {"top 9 of 4", top_k_accuracy(9), logits, i32({3}, {0, 1, 2}), {1, 1, 1}},
      {"top 2 of ties",
       top_k_accuracy(2),
       f32({3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1}),
       i32({3}, {0, 1, 2}),
       {1, 1, 0}},
      {"absolute",
       mean_absolute_error,
       f32({2, 2}, {1, 2, 3, 4}),
       f32({2, 2}, {0, 0, 0, 0}),
       {1.5, 3.5}},
      {"squared", mean_squared_error, f32({2}, {1, -2}), f32({2}, {0, 0}), {1, 4}},
  };
}

TEST(Metric, Values) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const Array values =
        test::run_one([&](std::span<const Value> p) { return row.metric.values(p[0], p[1]); },
                      {row.outputs, row.labels});
    EXPECT_EQ(values.shape(), (Shape{kF32, {row.outputs.shape().dims[0]}}));
    test::expect_near(values, row.values, 1e-6);
  }
}

TEST(Metric, Names) {
  EXPECT_EQ(accuracy().name, "accuracy");
  EXPECT_EQ(top_k_accuracy(5).name, "top_5_accuracy");
  const train::Metric unnamed = accuracy;  // no parentheses needed
  EXPECT_EQ(unnamed.name, "accuracy");
}

TEST(Metric, Refusals) {
  EXPECT_THAT(test::refusal([] { (void)top_k_accuracy(0); }),
              HasSubstr("top_k_accuracy: k is 0; expected at least 1"));
  const auto message = [](const Shape& logits, const Shape& labels) {
    return test::refusal([&] {
      test::build_only(
          [](std::span<const Value> p) { return top_k_accuracy(3).values(p[0], p[1]); },
          {logits, labels});
    });
  };
  EXPECT_THAT(message({kF32, {4, 10}}, {kI32, {5}}),
              HasSubstr("top_3_accuracy: logits and labels do not fit"));
  EXPECT_THAT(message({kF32, {4, 10}}, {kF32, {4}}), HasSubstr("f32[4,10], f32[4]"));
  EXPECT_THAT(message({kF32, {4}}, {kI32, {4}}), HasSubstr("floats [B,C]"));
}

}  // namespace
}  // namespace hilo::metric
