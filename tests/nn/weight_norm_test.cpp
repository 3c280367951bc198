#include "hilo/nn/weight_norm.h"

#include <gmock/gmock.h>

#include "hilo/nn/conv.h"
#include "hilo/ops/binary.h"
#include "tests/nn/golden_layer.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::refused;
using testing::HasSubstr;

const KernelTransform kWeightNorm = [](Scope scope, Value kernel) {
  return weight_norm(scope, kernel);
};
const KernelTransform kSpectralNorm = [](Scope scope, Value kernel) {
  return spectral_norm(scope, kernel);
};

TEST(WeightNorm, AgreesWithJaxWithGradients) {
  const test::Goldens goldens("layer_goldens.npz");
  for (const auto& [name, transform] : {std::pair{std::string("weight_norm"), kWeightNorm},
                                        std::pair{std::string("spectral_norm"), kSpectralNorm}}) {
    const KernelTransform& used = transform;
    goldens.expect(name + "_dense", [&](Scope scope, Value x) {
      return dense(scope / "layer", x, 5, {.bias = false, .kernel_transform = used});
    });
    goldens.expect(name + "_conv", [&](Scope scope, Value x) {
      return conv2d(scope / "layer", x, {.filters = 3, .bias = false, .kernel_transform = used});
    });
  }
}

TEST(SpectralNorm, FindsTheLargestSingularValueInTraining) {
  const Model model = [](Scope scope, Value x) {
    return spectral_norm(scope / "s", scope.variable("kernel", {kF32, {2, 3}}, zeros()),
                         {.steps = 40}) +
           0 * x;
  };
  // Singular values 5 and 2.
  const auto tried = test::try_model(
      model, f32({}, {0}), {{"kernel", f32({2, 3}, {3, 4, 0, 0, 0, 2})}}, Mode::kTraining);
  test::expect_near(tried.results[0], {0.6, 0.8, 0, 0, 0, 0.4}, 1e-5);
  ASSERT_EQ(tried.results.size(), 2U);
  const std::vector<double> u = tried.results[1].to_doubles();
  EXPECT_NEAR(std::abs(u[0]), 0.6, 1e-4);
  EXPECT_NEAR(u[1] / u[0], 4.0 / 3, 1e-4);
  EXPECT_NEAR(u[2], 0, 1e-4);
  // In inference u stays, and a kernel of another size is divided by the size in its direction.
  const auto after = test::try_model(
      model, f32({}, {0}),
      {{"kernel", f32({2, 3}, {6, 8, 0, 0, 0, 4})}, {"s/u", f32({3}, {0.6F, 0.8F, 0})}});
  ASSERT_EQ(after.results.size(), 1U);
  test::expect_near(after.results[0], {0.6, 0.8, 0, 0, 0, 0.4}, 1e-5);
}

TEST(WeightNorm, KeepsNarrowKernels) {
  Store store;
  declare(store,
          [](Scope scope, Value x) {
            EXPECT_EQ(dense(scope / "a", x, 4, {.kernel_transform = kWeightNorm}).dtype(), kBF16);
            EXPECT_EQ(dense(scope / "b", x, 4, {.kernel_transform = kSpectralNorm}).dtype(), kBF16);
            return x;
          },
          {kBF16, {2, 3}});
  EXPECT_EQ(store.at("a/scale").shape, (Shape{kBF16, {4}}));
  EXPECT_EQ(store.at("b/u").shape, (Shape{kF32, {4}}));
  EXPECT_EQ(store.at("b/u").role, Role::kState);
}

TEST(WeightNorm, Refusals) {
  const Shape x{kF32, {2, 3}};
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return weight_norm(scope / "w", v, {.epsilon = -1}); }, x),
      HasSubstr("weight_norm: epsilon is -1"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return weight_norm(scope / "w", v); }, {kI32, {2}}),
      HasSubstr("weight_norm: x is no float"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return spectral_norm(scope / "w", v, {.steps = 0}); }, x),
      HasSubstr("spectral_norm: steps is 0"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return spectral_norm(scope / "w", v); }, {kF32, {0, 3}}),
      HasSubstr("the kernel is empty"));
}

}  // namespace
}  // namespace hilo::nn
