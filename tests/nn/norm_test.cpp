#include <gmock/gmock.h>

#include "hilo/nn/batch_norm.h"
#include "hilo/nn/layer_norm.h"
#include "hilo/nn/normalize_channels.h"
#include "tests/nn/try_model.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::refused;
using test::try_model;
using testing::AllOf;
using testing::HasSubstr;

using Numbers = std::vector<double>;

// x * 2 + 3 by channel shows that scale and bias are used.
const std::map<std::string, Array> kTwoAndThree = {{"n/scale", f32({2}, {2, 2})},
                                                   {"n/bias", f32({2}, {3, 3})}};

TEST(BatchNorm, TrainingUsesTheBatchAndKeepsAverages) {
  // Channel 0: 1, 3, 5, 7 (mean 4, variance 5); channel 1: all 2 (variance 0).
  const Array x = f32({2, 2, 2}, {1, 2, 3, 2, 5, 2, 7, 2});
  auto values = kTwoAndThree;
  values.emplace("n/mean", f32({2}, {10, 10}));
  values.emplace("n/variance", f32({2}, {1, 4}));
  const Model model = [](Scope scope, Value v) {
    return batch_norm(scope / "n", v, {.momentum = 0.9, .epsilon = 0.01});
  };
  const auto tried = try_model(model, x, values, Mode::kTraining);
  ASSERT_EQ(tried.results.size(), 3U);
  const double r = 1 / std::sqrt(5.01);
  test::expect_near(tried.results[0], {-6 * r + 3, 3, -2 * r + 3, 3, 2 * r + 3, 3, 6 * r + 3, 3},
                    1e-5);
  test::expect_near(tried.results[1], {0.9 * 10 + 0.1 * 4, 0.9 * 10 + 0.1 * 2}, 1e-5);
  test::expect_near(tried.results[2], {0.9 * 1 + 0.1 * 5, 0.9 * 4}, 1e-5);
}

TEST(BatchNorm, InferenceUsesTheAverages) {
  auto values = kTwoAndThree;
  values.emplace("n/mean", f32({2}, {1, 2}));
  values.emplace("n/variance", f32({2}, {4, 9}));
  const Model model = [](Scope scope, Value v) {
    return batch_norm(scope / "n", v, {.epsilon = 0});
  };
  const auto tried = try_model(model, f32({2, 2}, {1, 2, 3, 5}), values);
  ASSERT_EQ(tried.results.size(), 1U);
  test::expect_near(tried.results[0], {3, 3, 2 * 1 + 3, 2 * 1 + 3}, 1e-5);
}

TEST(BatchNorm, VariablesAndStates) {
  Store store;
  const Function f = declare(store, [](Scope scope, Value x) { return batch_norm(scope / "n", x); },
                             {kBF16, {2, 4, 4, 8}});
  EXPECT_EQ(f.results()[0].shape(), (Shape{kBF16, {2, 4, 4, 8}}));
  EXPECT_EQ(store.element_count(), 16);
  EXPECT_EQ(store.element_count(Role::kState), 16);
  EXPECT_EQ(store.at("n/scale").shape, (Shape{kBF16, {8}}));
  EXPECT_EQ(store.at("n/variance").shape, (Shape{kF32, {8}}));
  EXPECT_EQ(store.at("n/variance").initializer.name, "ones");
  Store bare;
  declare(bare,
          [](Scope scope, Value x) {
            return batch_norm(scope / "n", x, {.scale = false, .bias = false});
          },
          {kF32, {2, 8}});
  EXPECT_EQ(bare.element_count(), 0);
}

TEST(LayerNorm, ByHand) {
  const Model model = [](Scope scope, Value v) {
    return layer_norm(scope / "n", v, {.epsilon = 0});
  };
  const auto tried = try_model(model, f32({2, 2}, {1, 3, 10, 4}), kTwoAndThree);
  test::expect_near(tried.results[0], {1, 5, 5, 1}, 1e-5);
  EXPECT_EQ(tried.store.element_count(), 4);
}

TEST(LayerNorm, EpsilonStandsUnderTheRoot) {
  const Model model = [](Scope scope, Value v) {
    return layer_norm(scope / "n", v, {.epsilon = 3, .scale = false, .bias = false});
  };
  test::expect_near(try_model(model, f32({1, 2}, {1, 3})).results[0], {-0.5, 0.5}, 1e-6);
}

TEST(GroupNorm, ByHand) {
  // Two places, four channels in two groups: {1, 3, 5, 7} has mean 4, variance 5; {2, 2, 2, 2}
  // none.
  const Model model = [](Scope scope, Value v) {
    return group_norm(scope / "n", v, {.groups = 2, .epsilon = 0.01});
  };
  const auto tried = try_model(model, f32({1, 2, 4}, {1, 3, 2, 2, 5, 7, 2, 2}),
                               {{"n/bias", f32({4}, {0, 10, 20, 30})}});
  const double r = 1 / std::sqrt(5.01);
  test::expect_near(tried.results[0], {-3 * r, -r + 10, 20, 30, r, 3 * r + 10, 20, 30}, 1e-5);
  EXPECT_EQ(tried.store.element_count(), 8);
}

TEST(GroupNorm, OneGroupIsTheWholeExample) {
  const Model model = [](Scope scope, Value v) {
    return group_norm(scope / "n", v, {.groups = 1, .epsilon = 0});
  };
  test::expect_near(try_model(model, f32({2, 2}, {1, 3, 5, 9})).results[0], {-1, 1, -1, 1}, 1e-5);
}

TEST(RmsNorm, ByHand) {
  const Model model = [](Scope scope, Value v) { return rms_norm(scope / "n", v, {.epsilon = 0}); };
  const double r = 1 / std::sqrt(12.5);  // mean of 9 and 16
  test::expect_near(
      try_model(model, f32({1, 2}, {3, 4}), {{"n/scale", f32({2}, {1, 2})}}).results[0],
      {3 * r, 8 * r}, 1e-6);
  const Model offset = [](Scope scope, Value v) {
    return rms_norm(scope / "n", v, {.epsilon = 0, .scale_offset = 1});
  };
  test::expect_near(try_model(offset, f32({1, 2}, {3, 4})).results[0], {3 * r, 4 * r}, 1e-6);
  test::expect_near(
      try_model(offset, f32({1, 2}, {3, 4}), {{"n/scale", f32({2}, {1, 2})}}).results[0],
      {6 * r, 12 * r}, 1e-6);
}

// Few rows of f32 have a kernel.
TEST(RmsNorm, KernelAndGraphAreEqual) {
  for (const Dim rows : {1, 8, 9}) {
    for (const Dim width : {1, 16, 37}) {
      std::vector<float> x(static_cast<std::size_t>(rows * width)), scale(static_cast<std::size_t>(width));
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7 % 11) - 4;
      for (std::size_t i = 0; i < scale.size(); ++i) scale[i] = static_cast<float>(i % 5) / 3;
      const std::vector<Array> in = {f32({rows, width}, x), f32({width}, scale)};
      const auto norm = [](std::span<const Value> p) {
        return std::vector{rms_norm(p[0], p[1], {.epsilon = 0.1, .scale_offset = 1})};
      };
      test::expect_near(test::run(norm, in)[0], test::run_without_kernels(norm, in)[0].to_doubles(), 2e-6);
    }
  }
}

TEST(Norms, NarrowFloatsAreSummedInF32) {
  // 4096 numbers of 1 and -1 around 256: a sum in bf16 would not move any more.
  std::vector<float> x(4096);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? 254.0F : 258.0F;
  const Array input = f32({1, 4096}, x).as(kBF16);
  const Model model = [](Scope scope, Value v) { return layer_norm(scope / "n", v); };
  const Array y = try_model(model, input).results[0];
  EXPECT_EQ(y.shape().dtype, kBF16);
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_NEAR(y.to_doubles()[i], i % 2 == 0 ? -1 : 1, 0.01);
}

TEST(NormalizeChannels, PixelsAndFloats) {
  const Model model = [](Scope scope, Value v) {
    return normalize_channels(scope / "n", v, {.mean = {0.5, 0.2}, .std = {0.25, 0.1}});
  };
  const Numbers expected = {(0 - 0.5) / 0.25, (1 - 0.2) / 0.1, (0.2 - 0.5) / 0.25,
                            (0.4 - 0.2) / 0.1};
  const auto tried =
      try_model(model, Array::of({2, 2}, std::vector<std::uint8_t>{0, 255, 51, 102}));
  EXPECT_EQ(tried.results[0].shape(), (Shape{kF32, {2, 2}}));
  test::expect_near(tried.results[0], expected, 1e-5);
  test::expect_near(try_model(model, f32({2, 2}, {0, 255, 51, 102})).results[0], expected, 1e-5);
  EXPECT_EQ(tried.store.element_count(), 0);
  EXPECT_EQ(tried.store.element_count(Role::kState), 4);
}

TEST(Norms, Refusals) {
  const auto batch = [](BatchNormOptions o) {
    return [o](Scope scope, Value x) { return batch_norm(scope / "n", x, o); };
  };
  EXPECT_THAT(refused(batch({}), {kI32, {2, 3}}),
              AllOf(HasSubstr("batch_norm: x is no float"), HasSubstr("[B,..,C]"),
                    HasSubstr("(scope /n)"), HasSubstr("norm_test.cpp")));
  EXPECT_THAT(refused(batch({}), {kF32, {3}}), HasSubstr("too few axes"));
  EXPECT_THAT(refused(batch({.momentum = 1.5}), {kF32, {2, 3}}), HasSubstr("momentum is 1.5"));
  EXPECT_THAT(refused(batch({.epsilon = -1}), {kF32, {2, 3}}), HasSubstr("epsilon is -1"));
  const auto group = [](Dim groups) {
    return [=](Scope scope, Value x) { return group_norm(scope / "n", x, {.groups = groups}); };
  };
  EXPECT_THAT(refused(group(3), {kF32, {2, 8}}),
              HasSubstr("group_norm: 3 groups do not divide the channels"));
  EXPECT_THAT(refused(group(0), {kF32, {2, 8}}), HasSubstr("groups is 0"));
  EXPECT_THAT(refused([](Scope scope, Value x) { return layer_norm(scope / "n", x); }, {kF32, {}}),
              HasSubstr("layer_norm: x has too few"));
  EXPECT_THAT(refused([](Scope scope, Value x) { return rms_norm(scope / "n", x); }, {kU8, {2}}),
              HasSubstr("rms_norm: x is no float"));
  EXPECT_THAT(
      refused([](Scope scope, Value x) { return rms_norm(scope / "n", x, {.epsilon = -1}); },
              {kF32, {2}}),
      HasSubstr("epsilon >= 0"));
  const auto channels = [](ChannelMoments m) {
    return [m](Scope scope, Value x) { return normalize_channels(scope / "n", x, m); };
  };
  EXPECT_THAT(
      refused(channels({{0, 0}, {1, 1}}), {kU8, {4, 3}}),
      AllOf(HasSubstr("normalize_channels: 2 means and 2 deviations"), HasSubstr("3 of each")));
  EXPECT_THAT(refused(channels({{0}, {0}}), {kU8, {4, 1}}), HasSubstr("std > 0"));
  EXPECT_THAT(refused(channels({{0}, {1}}), {kI32, {4, 1}}), HasSubstr("x is no picture"));
}

}  // namespace
}  // namespace hilo::nn
