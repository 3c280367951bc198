// Norms and the products behind them: kernels of CUDA's where the device has them, against the
// graph that stands for them.
#include "hilo/models/gemma/normed_products.h"

#include <gtest/gtest.h>

#include <random>

#include "hilo/ops/convert.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {
namespace {

struct Case {
  const char* name;
  Dim batch = 1, tokens = 1, width = 48, count = 20;
  bool is_gated = false, adds = true, norms_added = true;
};

class NormedProducts : public testing::TestWithParam<Case> {};

TEST_P(NormedProducts, AreThoseOfASumThatIsNormed) {
  const Case& c = GetParam();
  Config config;
  config.width = c.width;
  config.norm_epsilon = 1e-6;
  config.precision = Precision::of(kBF16);
  std::mt19937 random(7);
  const auto numbers = [&](Dims dims, float by = 1) {
    Array result(Shape{kF32, std::move(dims)});
    std::normal_distribution<float> normal(0, by);
    for (float& x : result.mutable_data<float>()) x = normal(random);
    return result;
  };
  const std::vector<Array> in = {
      numbers({c.batch, c.tokens, c.width}), numbers({c.batch, c.tokens, c.width}),
      numbers({c.width}, 0.1F), numbers({c.width}, 0.1F),
      numbers({c.count, c.width}, 1 / std::sqrt(static_cast<float>(c.width)))};
  const auto stream_of = [&](std::span<const Value> p) {
    return Stream{.x = p[0],
                  .added = c.adds ? p[1] : Value(),
                  .added_scale = c.adds && c.norms_added ? p[2] : Value()};
  };
  const auto products = [&](std::span<const Value> p) {
    Stream stream = stream_of(p);
    const Value y = normed_products(stream, p[3], convert(p[4], kBF16), c.is_gated, config);
    return std::vector{convert(y, kF32), stream.x};
  };
  const std::vector<Array> got = test::run(products, in),
                           expected = test::run_without_kernels(products, in);
  const Array sum = test::run(
      [&](std::span<const Value> p) {
        Stream stream = stream_of(p);
        (void)normed(stream, p[3], config);
        return std::vector{stream.x};
      },
      in)[0];
  EXPECT_EQ(got[0].shape().dims, (Dims{c.batch, c.tokens, c.count / (c.is_gated ? 2 : 1)}));
  test::expect_near(got[0], expected[0].to_doubles(), 0.03);
  test::expect_near(got[1], sum.to_doubles(), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, NormedProducts,
    testing::Values(Case{.name = "OneRow"}, Case{.name = "OneRowGated", .is_gated = true},
                    Case{.name = "WithNothingToAdd", .adds = false},
                    Case{.name = "AddedAsItIs", .is_gated = true, .norms_added = false},
                    Case{.name = "AWideRow", .width = 2304, .count = 100, .is_gated = true},
                    Case{.name = "SeveralTexts", .batch = 5},
                    Case{.name = "SeveralTokensGated", .batch = 2, .tokens = 3, .is_gated = true},
                    Case{.name = "AWidthThatNoKernelHas", .width = 42}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(PlainProducts, OfOneRow) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  for (const Dim width : {48, 1200, 9216}) {
    const auto numbers = [&](Dims dims) {  // in bf16, which XLA would not round to on its way
      const Shape shape{kBF16, std::move(dims)};
      std::vector<double> values(static_cast<std::size_t>(shape.size()));
      for (double& x : values) x = normal(random);
      return from_doubles(shape, values);
    };
    const Array x = numbers({1, 1, width}), matrix = numbers({20, width});
    const std::vector<double> a = x.to_doubles(), b = matrix.to_doubles();
    std::vector<double> expected(20);
    for (std::size_t i = 0; i < b.size(); ++i) expected[i / a.size()] += a[i % a.size()] * b[i];
    test::expect_near(
        test::run([](std::span<const Value> p) { return std::vector{plain_products(p[0], p[1])}; },
                  {x, matrix})[0],
        expected, 1e-3);
  }
}

}  // namespace
}  // namespace hilo::models::gemma
