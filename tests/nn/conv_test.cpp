#include "hilo/nn/conv.h"

#include <gmock/gmock.h>

#include "tests/nn/try_model.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::refused;
using test::try_model;
using testing::AllOf;
using testing::HasSubstr;

struct Row {
  const char* name;
  Value (*layer)(Scope, Value, const ConvLayerOptions&);
  ConvLayerOptions options;
  Shape x, y, kernel;
};

std::vector<Row> rows() {
  return {
      {"same",
       conv2d,
       {.filters = 32, .kernel = 3},
       {kF32, {8, 32, 32, 3}},
       {kF32, {8, 32, 32, 32}},
       {kF32, {3, 3, 3, 32}}},
      {"valid",
       conv2d,
       {.filters = 4, .kernel = 5, .padding = "valid"},
       {kF32, {1, 28, 28, 1}},
       {kF32, {1, 24, 24, 4}},
       {kF32, {5, 5, 1, 4}}},
      {"explicit",
       conv2d,
       {.filters = 4, .kernel = {3, 1}, .padding = {{1, 2}, {0, 0}}},
       {kF32, {1, 8, 8, 2}},
       {kF32, {1, 9, 8, 4}},
       {kF32, {3, 1, 2, 4}}},
      {"strides",
       conv2d,
       {.filters = 4, .strides = {2, 1}},
       {kF32, {1, 7, 7, 2}},
       {kF32, {1, 4, 7, 4}},
       {kF32, {3, 3, 2, 4}}},
      {"dilations",
       conv2d,
       {.filters = 4, .padding = "valid", .dilations = 2},
       {kF32, {1, 9, 9, 2}},
       {kF32, {1, 5, 5, 4}},
       {kF32, {3, 3, 2, 4}}},
      {"groups",
       conv2d,
       {.filters = 6, .groups = 3},
       {kF32, {1, 4, 4, 3}},
       {kF32, {1, 4, 4, 6}},
       {kF32, {3, 3, 1, 6}}},
      {"bf16",
       conv2d,
       {.filters = 6},
       {kBF16, {1, 4, 4, 3}},
       {kBF16, {1, 4, 4, 6}},
       {kBF16, {3, 3, 3, 6}}},
      {"1d",
       conv1d,
       {.filters = 6, .kernel = 4, .strides = 2},
       {kF32, {2, 9, 3}},
       {kF32, {2, 5, 6}},
       {kF32, {4, 3, 6}}},
      {"3d",
       conv3d,
       {.filters = 6, .kernel = {1, 2, 3}},
       {kF32, {2, 5, 6, 7, 3}},
       {kF32, {2, 5, 6, 7, 6}},
       {kF32, {1, 2, 3, 3, 6}}},
  };
}

TEST(Conv, ShapesAndParameters) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    for (const bool bias : {true, false}) {
      ConvLayerOptions options = row.options;
      options.bias = bias;
      Store store;
      const Function f = declare(
          store, [&](Scope scope, Value x) { return row.layer(scope / "c", x, options); }, row.x);
      EXPECT_EQ(f.results()[0].shape(), row.y);
      EXPECT_EQ(store.at("c/kernel").shape, row.kernel);
      EXPECT_EQ(store.element_count(), row.kernel.size() + (bias ? row.options.filters : 0));
    }
  }
}

TEST(Conv, ValuesByHand) {
  // A kernel that adds the left neighbour and twice the place itself; the edge sees zeros.
  const auto tried = try_model(
      [](Scope scope, Value x) {
        return conv2d(scope / "c", x, {.filters = 1, .kernel = {1, 3}});
      },
      f32({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6}),
      {{"c/kernel", f32({1, 3, 1, 1}, {1, 2, 0})}, {"c/bias", f32({1}, {100})}});
  test::expect_near(tried.results[0], {102, 105, 108, 108, 114, 117}, 1e-4);
}

TEST(Conv, GroupsDoNotMix) {
  const auto tried = try_model(
      [](Scope scope, Value x) {
        return conv1d(scope / "c", x, {.filters = 2, .kernel = 1, .groups = 2, .bias = false});
      },
      f32({1, 2, 2}, {1, 10, 2, 20}), {{"c/kernel", f32({1, 1, 2}, {3, 5})}});
  test::expect_near(tried.results[0], {3, 50, 6, 100}, 1e-4);
}

TEST(Conv, Refusals) {
  const auto layer = [](const ConvLayerOptions& options) {
    return [options](Scope scope, Value x) { return conv2d(scope / "conv1", x, options); };
  };
  const Shape x{kF32, {1, 8, 8, 3}};
  EXPECT_THAT(refused(layer({.filters = 4}), {kU8, {1, 8, 8, 3}}),
              AllOf(HasSubstr("conv2d: x is no float"), HasSubstr("x.as(kF32)"),
                    HasSubstr("(scope /conv1)")));
  EXPECT_THAT(refused(layer({.filters = 4}), {kF32, {8, 8, 3}}),
              AllOf(HasSubstr("too few axes"), HasSubstr("floats [B,H,W,C]")));
  EXPECT_THAT(refused(layer({.filters = 4}), {kF32, {1, 1, 8, 8, 3}}), HasSubstr("too many axes"));
  EXPECT_THAT(refused(layer({}), x),
              AllOf(HasSubstr("filters is not set"), HasSubstr("{.filters = 32}")));
  EXPECT_THAT(refused(layer({.filters = -4}), x), HasSubstr("filters is -4"));
  EXPECT_THAT(refused(layer({.filters = 4, .kernel = {3, 3, 3}}), x),
              AllOf(HasSubstr("kernel of [3,3,3] do not fit"), HasSubstr("f32[1,8,8,3]"),
                    HasSubstr("(scope /conv1)")));
  EXPECT_THAT(refused(layer({.filters = 4, .strides = 0}), x),
              HasSubstr("strides of [0] do not fit"));
  EXPECT_THAT(refused(layer({.filters = 4, .groups = 2}), x),
              HasSubstr("2 groups do not divide 3 features in and 4 out"));
  EXPECT_THAT(refused(layer({.filters = 4, .groups = 3}), x),
              HasSubstr("3 groups do not divide 3 features in and 4 out"));
  EXPECT_THAT(refused(layer({.filters = 4, .groups = 0}), x), HasSubstr("groups is 0"));
  EXPECT_THAT(refused(layer({.filters = 4, .padding = {{1, 1}}}), x),
              HasSubstr("1 pairs of padding"));
}

}  // namespace
}  // namespace hilo::nn
