#include "hilo/train/loss.h"

#include <gmock/gmock.h>

#include <limits>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/reduce.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::loss {
namespace {

using test::f32;
using test::i32;
using test::refusal;
using testing::AllOf;
using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The loss and its gradient to the outputs, each example weighing 1.
std::vector<Array> with_gradient(const train::Loss& loss, const Array& outputs,
                                 const Array& labels) {
  return test::run(
      [&](std::span<const Value> p) {
        const Value l = loss(p[0], p[1]);
        return std::vector{l, grad(sum(l), p[0])};
      },
      {outputs, labels});
}

struct Row {
  const char* name;
  train::Loss loss;
  Array outputs, labels;
  std::vector<double> values, gradients;
};

std::vector<Row> rows() {
  const double e = std::exp(1.0), ee = std::exp(2.0), z = 1 + e + ee;
  const double p0 = 1 / z, p1 = e / z, p2 = ee / z;
  const double s = 1 / (1 + std::exp(-2.0));
  return {
      {"classes",
       softmax_cross_entropy,
       f32({2, 3}, {0, 1, 2, 0, 1, 2}),
       i32({2}, {2, 0}),
       {std::log(z) - 2, std::log(z)},
       {p0, p1, p2 - 1, p0 - 1, p1, p2}},
      {"classes as u8",
       softmax_cross_entropy,
       f32({1, 3}, {0, 1, 2}),
       Array::of({1}, std::vector<std::uint8_t>{1}),
       {std::log(z) - 1},
       {p0, p1 - 1, p2}},
      {"probabilities",
       softmax_cross_entropy,
       f32({1, 3}, {0, 1, 2}),
       f32({1, 3}, {0.5, 0.25, 0.25}),
       {std::log(z) - 0.75},
       {p0 - 0.5, p1 - 0.25, p2 - 0.25}},
      {"large logits",
       softmax_cross_entropy,
       f32({1, 2}, {1000, -1000}),
       i32({1}, {1}),
       {2000},
       {1, -1}},
      {"binary",
       binary_cross_entropy_with_logits,
       f32({2, 2}, {2, 2, 0, 0}),
       f32({2, 2}, {1, 0, 0.5, 0.5}),
       {(-std::log(s) - std::log(1 - s)) / 2, std::log(2.0)},
       {(s - 1) / 2, s / 2, 0, 0}},
      {"binary, labels [B]",
       binary_cross_entropy_with_logits,
       f32({2, 1}, {2, 2}),
       i32({2}, {1, 0}),
       {-std::log(s), -std::log(1 - s)},
       {s - 1, s}},
      {"binary, sure",
       binary_cross_entropy_with_logits,
       f32({2}, {200, -200}),
       f32({2}, {1, 1}),
       {0, 200},
       {0, -1}},
      {"squared",
       mean_squared_error,
       f32({2, 2}, {1, 2, 3, 4}),
       f32({2, 2}, {1, 0, 3, 1}),
       {2, 4.5},
       {0, 2, 0, 3}},
      {"squared, one output",
       mean_squared_error,
       f32({2}, {1, 5}),
       f32({2}, {2, 2}),
       {1, 9},
       {-2, 6}},
      {"squared, rank 3",
       mean_squared_error,
       f32({1, 2, 2}, {1, 2, 3, 4}),
       f32({1, 2, 2}, {0, 0, 0, 0}),
       {7.5},
       {0.5, 1, 1.5, 2}},
      {"absolute",
       mean_absolute_error,
       f32({2, 2}, {1, 2, 3, 4}),
       f32({2, 2}, {1, 0, 3, 5}),
       {1, 0.5},
       {0.5, 0.5, 0.5, -0.5}},  // |0| has slope 1, as in JAX
      {"huber",
       [](Value x, Value y) { return huber(x, y, 2); },
       f32({4}, {0, 1, -3, 5}),
       f32({4}, {0, 0, 0, 0}),
       {0, 0.5, 4, 8},
       {0, 1, -2, 2}},
  };
}

TEST(Loss, ValuesAndGradients) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const auto results = with_gradient(row.loss, row.outputs, row.labels);
    EXPECT_EQ(results[0].shape(), (Shape{kF32, {row.outputs.shape().dims[0]}}));
    test::expect_near(results[0], row.values, 2e-6 * std::max(1.0, row.values[0]));
    test::expect_near(results[1], row.gradients, 1e-6);
  }
}

TEST(Loss, ClassOutOfRangeIsNaN) {
  const auto results =
      with_gradient(softmax_cross_entropy, f32({3, 2}, {1, 2, 1, 2, 1, 1}), i32({3}, {2, -1, 0}));
  test::expect_near(results[0], {kNaN, kNaN, std::log(2.0)}, 1e-6);
}

TEST(Loss, ManyClassesWithNarrowLabels) {  // i8 does not count to 300
  std::vector<float> logits(300, 0);
  logits[1] = 5;
  const auto results = with_gradient(softmax_cross_entropy, f32({1, 300}, logits),
                                     Array::of({1}, std::vector<std::int8_t>{1}));
  test::expect_near(results[0], {std::log(std::exp(5.0) + 299) - 5}, 1e-5);
}

TEST(Loss, NarrowFloatsAreComputedInF32) {
  const Array outputs = f32({1, 2}, {1, 2}).as(kBF16);
  const auto results = with_gradient(softmax_cross_entropy, outputs, i32({1}, {0}));
  EXPECT_EQ(results[0].shape().dtype, kF32);
  EXPECT_EQ(results[1].shape().dtype, kBF16);
  test::expect_near(results[0], {std::log1p(std::exp(1.0))}, 1e-6);
}

TEST(Loss, Refusals) {
  const auto message = [](const train::Loss& loss, const Shape& outputs, const Shape& labels) {
    return refusal([&] {
      test::build_only([&](std::span<const Value> p) { return loss(p[0], p[1]); },
                       {outputs, labels});
    });
  };
  const Shape logits{kF32, {4, 10}};
  EXPECT_THAT(message(softmax_cross_entropy, logits, {kI32, {5}}),
              AllOf(HasSubstr("softmax_cross_entropy: different numbers of examples"),
                    HasSubstr("f32[4,10], i32[5]"), HasSubstr("floats [B,C] and integers [B]")));
  EXPECT_THAT(
      message([](Value x, Value y) { return softmax_cross_entropy(x, y); }, logits, {kI32, {5}}),
      HasSubstr("tests/train/loss_test.cpp:"));
  EXPECT_THAT(message(softmax_cross_entropy, logits, {kI32, {4, 1}}),
              HasSubstr("hint:     squeeze(labels, {1})"));
  EXPECT_THAT(message(softmax_cross_entropy, logits, {kF32, {4}}),
              HasSubstr("neither classes nor probabilities"));
  EXPECT_THAT(message(softmax_cross_entropy, logits, {kF32, {4, 9}}),
              HasSubstr("different numbers of classes"));
  EXPECT_THAT(message(softmax_cross_entropy, {kI32, {4, 10}}, {kI32, {4}}),
              HasSubstr("logits are no floats [B,C]"));
  EXPECT_THAT(message(softmax_cross_entropy, {kF32, {4}}, {kI32, {4}}),
              HasSubstr("logits are no floats [B,C]"));
  EXPECT_THAT(message(mean_squared_error, {kF32, {4, 2}}, {kF32, {8}}),
              AllOf(HasSubstr("labels do not match the outputs"),
                    HasSubstr("reshape(labels, outputs.dims())")));
  EXPECT_THAT(message(mean_absolute_error, {kI32, {4}}, {kF32, {4}}),
              HasSubstr("outputs are no floats"));
  EXPECT_THAT(message(binary_cross_entropy_with_logits, {kF32, {}}, {kF32, {}}),
              HasSubstr("labels do not match"));
  EXPECT_THAT(message(mean_squared_error, {kF32, {4}}, {kC64, {4}}),
              HasSubstr("labels are complex"));
  EXPECT_THAT(message([](Value x, Value y) { return huber(x, y, 0); }, {kF32, {4}}, {kF32, {4}}),
              HasSubstr("delta > 0"));
  EXPECT_THAT(
      message([](Value x, Value) { return mean_squared_error(1.0, x); }, {kF32, {4}}, {kF32, {4}}),
      HasSubstr("no operand is a tensor"));
}

}  // namespace
}  // namespace hilo::loss
