// Transposed, depthwise and separable convolutions, and norms of groups, against JAX with
// gradients.
#include "hilo/nn/separable_conv.h"

#include <gmock/gmock.h>

#include "hilo/nn/layer_norm.h"
#include "hilo/ops/conv_transpose.h"
#include "tests/nn/golden_layer.h"

namespace hilo::nn {
namespace {

using test::refused;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const test::Goldens& goldens() {
  static const auto& all = *new test::Goldens("layer_goldens.npz");
  return all;
}

using Conv = Value (*)(Scope, Value, const ConvLayerOptions&);

TEST(ConvTranspose, AgreesWithJaxWithGradients) {
  const auto expect = [](const std::string& name, Conv conv, const ConvLayerOptions& options) {
    goldens().expect("conv_transpose/" + name,
                     [&](Scope scope, Value x) { return conv(scope / "layer", x, options); });
  };
  for (const char* padding : {"same", "valid"}) {
    for (const int stride : {1, 2, 3}) {
      expect(std::string("2d_") + padding + "_" + std::to_string(stride), conv_transpose2d,
             {.filters = 3, .kernel = {3, 2}, .strides = stride, .padding = padding});
    }
  }
  expect("2d_one_place", conv_transpose2d, {.filters = 2, .kernel = 1, .strides = 2});
  expect("2d_dilated", conv_transpose2d,
         {.filters = 3, .kernel = {3, 2}, .strides = {2, 1}, .dilations = {2, 3}});
  expect(
      "2d_dilated_valid", conv_transpose2d,
      {.filters = 3, .kernel = {3, 2}, .strides = {2, 1}, .padding = "valid", .dilations = {2, 3}});
  expect("2d_explicit", conv_transpose2d,
         {.filters = 3, .kernel = {3, 2}, .strides = {2, 3}, .padding = {{2, 1}, {0, 3}}});
  expect("1d", conv_transpose1d, {.filters = 2, .kernel = 4, .strides = 3});
  expect("3d", conv_transpose3d, {.filters = 2, .kernel = {2, 3, 1}, .strides = {2, 1, 2}});
  goldens().expect("conv_transpose/mirrored", [](Scope scope, Value x) {
    const Value kernel = (scope / "layer").variable("kernel", {kF64, {3, 2, 3, 2}}, zeros());
    return hilo::conv_transpose(x, kernel,
                                {.strides = 2, .padding = "same", .transposes_kernel = true});
  });
}

TEST(DepthwiseConv, AgreesWithJaxWithGradients) {
  using Depthwise = Value (*)(Scope, Value, const DepthwiseConvOptions&);
  const auto expect = [](const std::string& name, Depthwise conv,
                         const DepthwiseConvOptions& options) {
    goldens().expect("depthwise/" + name,
                     [&](Scope scope, Value x) { return conv(scope / "layer", x, options); });
  };
  expect("2d", depthwise_conv2d, {});
  expect("2d_multiplied", depthwise_conv2d,
         {.multiplier = 2, .kernel = {3, 2}, .strides = 2, .padding = "valid"});
  expect("1d", depthwise_conv1d, {.multiplier = 2, .dilations = 2});
  expect("3d", depthwise_conv3d, {.kernel = 2});
}

TEST(SeparableConv, AgreesWithJaxWithGradients) {
  goldens().expect("separable", [](Scope scope, Value x) {
    return separable_conv2d(scope / "layer", x, {.filters = 4, .multiplier = 2, .strides = 2});
  });
}

TEST(SeparableConv, OfOneAndThreeAxes) {
  Store store;
  declare(store,
          [](Scope scope, Value x) {
            EXPECT_EQ(separable_conv1d(scope / "a", x, {.filters = 5}).shape(),
                      (Shape{kF32, {2, 6, 5}}));
            return x;
          },
          {kF32, {2, 6, 3}});
  declare(store,
          [](Scope scope, Value x) {
            EXPECT_EQ(separable_conv3d(scope / "b", x, {.filters = 5, .bias = false}).shape(),
                      (Shape{kF32, {2, 4, 4, 4, 5}}));
            return x;
          },
          {kF32, {2, 4, 4, 4, 3}});
  EXPECT_THAT(model_paths(store),
              ElementsAre("a/depthwise/kernel", "a/pointwise/bias", "a/pointwise/kernel",
                          "b/depthwise/kernel", "b/pointwise/kernel"));
}

TEST(GroupNorm, AgreesWithJaxWithGradients) {
  goldens().expect("group_norm", [](Scope scope, Value x) {
    return group_norm(scope / "layer", x, {.groups = 2});
  });
  goldens().expect("instance_norm",
                   [](Scope scope, Value x) { return instance_norm(scope / "layer", x); });
}

TEST(SeparableConv, Refusals) {
  const Shape x{kF32, {1, 4, 4, 3}};
  EXPECT_THAT(refused([](Scope scope, Value v) { return conv_transpose2d(scope / "c", v, {}); }, x),
              AllOf(HasSubstr("conv_transpose2d: filters is not set"), HasSubstr("(scope /c)")));
  EXPECT_THAT(refused(
                  [](Scope scope, Value v) {
                    return conv_transpose2d(scope / "c", v, {.filters = 3, .strides = 0});
                  },
                  x),
              HasSubstr("strides of [0] do not fit"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return conv_transpose1d(scope / "c", v, {.filters = 3}); },
              x),
      HasSubstr("conv_transpose1d: x has too many axes"));
  EXPECT_THAT(refused([](Scope scope,
                         Value v) { return depthwise_conv2d(scope / "c", v, {.multiplier = 0}); },
                      x),
              HasSubstr("depthwise_conv2d: multiplier is 0"));
  EXPECT_THAT(refused([](Scope scope, Value v) { return depthwise_conv2d(scope / "c", v); },
                      {kI32, {1, 4, 4, 3}}),
              HasSubstr("depthwise_conv2d: x is no float"));
  EXPECT_THAT(refused([](Scope scope, Value v) { return separable_conv2d(scope / "c", v, {}); }, x),
              HasSubstr("filters is not set"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return instance_norm(scope / "n", v); }, {kF32, {3}}),
      HasSubstr("instance_norm: x has too few axes"));
}

}  // namespace
}  // namespace hilo::nn
