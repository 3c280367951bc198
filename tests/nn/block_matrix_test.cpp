// Weights in GGUF blocks: kernels and formulas against the decoder of files.
#include "hilo/nn/block_matrix.h"

#include "hilo/kernels/block_products.h"

#include <random>

#include "hilo/autodiff/autodiff.h"
#include "hilo/nn/block_formulas.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "tests/kernels/types_in_place.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::nn {
namespace {

using formats::BlockType;

class Blocks : public testing::TestWithParam<BlockType> {
 protected:
  [[nodiscard]] const formats::BlockTraits& traits() const {
    return formats::block_traits(GetParam());
  }
  // Any bits, with scales below 2.
  Array blocks(Dim rows, Dim columns) {
    Array result(blocks_shape({rows, columns}, GetParam()));
    const auto bytes = result.mutable_data<std::uint8_t>();
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random_());
    for (std::size_t end = 0; end < bytes.size();) {
      const auto size = static_cast<std::size_t>(traits().bytes);
      for (const std::size_t at : {std::size_t{1}, std::min<std::size_t>(3, size - 1)}) bytes[end + at] &= 0xBF;
      end += size;
      for (const std::size_t at : {1U, 3U}) {
        if (at <= size) bytes[end - at] &= 0xBF;
      }
    }
    return result;
  }
  Array numbers(Dims dims) {
    Array result(Shape{kF32, std::move(dims)});
    std::normal_distribution<float> normal;
    for (float& x : result.mutable_data<float>()) x = normal(random_);
    return result;
  }
  [[nodiscard]] Array decoded(const Array& blocks, Dim rows, Dim columns) const {
    Array result(Shape{kF32, {rows, columns}});
    formats::decode_blocks(GetParam(), blocks.bytes(), result.mutable_data<float>());
    return result;
  }
  [[nodiscard]] double largest(const Array& x) const {
    double most = 0;
    for (double v : x.to_doubles()) most = std::max(most, std::abs(v));
    return most;
  }

  std::mt19937 random_{11};
};

TEST_P(Blocks, AreDecodedAsTheFormatSays) {
  const Array b = blocks(3, 512), expected = decoded(b, 3, 512);
  const Array got =
      test::run_one([](std::span<const Value> p) { return decode_blocks(p[0], GetParam()); }, {b});
  EXPECT_EQ(got.shape(), expected.shape());
  EXPECT_EQ(got.to_doubles(), expected.to_doubles());

  const Dim count = 3 * 512 / traits().elements;
  const Array by_formula =
      test::run_one([](std::span<const Value> p) { return decoded_by_formula(p[0], GetParam()); },
                    {b.reshaped({count, traits().bytes})});
  // XLA may join a product and a sum.
  test::expect_near(by_formula, expected.to_doubles(), 2e-7 * largest(expected));
}

TEST_P(Blocks, ProductsOfFewVectorsRoundThemAndOfManyWhereThatGains) {
  const Dim n = 9, k = 512;
  const Array b = blocks(n, k), w = decoded(b, n, k);
  for (const Dim vectors : {Dim{1}, Dim{6}, kMostRoundedVectors, kMostRoundedVectors + 1}) {
    SCOPED_TRACE(vectors);
    const Array x = numbers({vectors, k});
    const Array got = test::run_one(
        [](std::span<const Value> p) { return block_dot(p[0], p[1], GetParam()); }, {x, b});
    const std::vector<double> xs = x.to_doubles(), ws = w.to_doubles(), y = got.to_doubles();
    double error = 0, size = 0;
    for (Dim v = 0; v < vectors; ++v) {
      for (Dim r = 0; r < n; ++r) {
        double expected = 0;
        for (Dim i = 0; i < k; ++i) {
          const double product =
              xs[static_cast<std::size_t>(v * k + i)] * ws[static_cast<std::size_t>(r * k + i)];
          expected += product;
          size += product * product;
        }
        error += std::pow(y[static_cast<std::size_t>(v * n + r)] - expected, 2);
      }
    }
    // Normal numbers are rounded to steps of about 2.2 / 127: each product has an error of its own,
    // of 0.5 % of the usual one.
    const bool is_half = traits().elements == 1,
               is_exact = is_half || (vectors > kMostRoundedVectors && !kernels::multiplies_many(GetParam()));
    EXPECT_LT(std::sqrt(error / size), is_exact ? 1e-5 : 2e-2);
  }
}

TEST_P(Blocks, ProductsHaveTheGradientOfPlainOnes) {
  const Array b = blocks(5, 256), w = decoded(b, 5, 256), x = numbers({2, 256}),
              d = numbers({2, 5});
  const auto gradient = [&](auto product, const Array& weights) {
    return test::run_one(
        [&](std::span<const Value> p) {
          const Value y = sum(product(p[0], p[1]) * p[2]);
          return grad(y, p[0]);
        },
        {x, weights, d});
  };
  const Array expected = gradient([](Value a, Value m) { return matmul(a, transpose(m)); }, w);
  const Array got = gradient([](Value a, Value m) { return block_dot(a, m, GetParam()); }, b);
  test::expect_near(got, expected.to_doubles(), 1e-5 * largest(expected));
}

// A few vectors, and as many as tiles take; the second matrix is of another type.
TEST_P(Blocks, SeveralMatricesAreReadTogether) {
  constexpr Dim kRows = 37, k = 512;
  const Array first = blocks(kRows, k), second(blocks_shape({kRows, k}, BlockType::kQ4_0));
  for (const Dim vectors : {1, 3, 20}) {
    SCOPED_TRACE(vectors);
    const std::vector<Array> in = {numbers({vectors, k}), first, second};
    const std::vector<Array> apart = test::run(
        [](std::span<const Value> p) {
          const Value a = block_dot(p[0], p[1], GetParam()), b = block_dot(p[0], p[2], BlockType::kQ4_0);
          return std::vector{a, b, gelu_tanh(a) * a};
        },
        in);
    const std::vector<Array> together = test::run(
        [](std::span<const Value> p) {
          const BlockMatrix one{p[1], GetParam()}, other{p[2], BlockType::kQ4_0};
          std::vector<Value> y = block_dots(p[0], {one, other});
          y.push_back(gated_block_dot(p[0], one, one));
          return y;
        },
        in);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(together[i].to_doubles(), apart[i].to_doubles());
    test::expect_near(together[2], apart[2].to_doubles(), 1e-6 * largest(apart[2]));
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Blocks, test::types_in_place(), test::type_name);

TEST(BlockMatrices, ThatDoNotFitAreRefused) {
  const auto refused = [](Shape x, Shape blocks, BlockType type) {
    return test::refusal([&] {
      (void)test::build_only([&](auto p) { return block_dot(p[0], p[1], type); }, {x, blocks});
    });
  };
  const Shape x{kF32, {1, 64}};
  EXPECT_EQ(refused(x, {kU8, {3, 68}}, BlockType::kQ8_0), "");
  EXPECT_NE(refused(x, {kU8, {3, 34}}, BlockType::kQ8_0).find("f32[..,32] and u8[n,bytes]"),
            std::string::npos);
  EXPECT_NE(refused(x, {kU8, {3, 69}}, BlockType::kQ8_0).find("these are no blocks of Q8_0"),
            std::string::npos);
  EXPECT_NE(refused(x, {kI8, {3, 68}}, BlockType::kQ8_0).find("u8[..,34 n]"), std::string::npos);
  EXPECT_NE(refused(x, {kU8, {3, 256}}, BlockType::kF32).find("F32 is no type"),
            std::string::npos);
  EXPECT_NE(test::refusal([&] {
              (void)test::build_only(
                  [](auto p) {
                    return gated_block_dot(p[0], {p[1], BlockType::kQ8_0}, {p[2], BlockType::kQ8_0});
                  },
                  {x, {kU8, {3, 68}}, {kU8, {4, 68}}});
            }).find("gate and up differ"),
            std::string::npos);
  EXPECT_NE(test::refusal([] {
              (void)blocks_shape({3, 40}, BlockType::kQ8_0);
            }).find("rows are no whole number of blocks of Q8_0"),
            std::string::npos);
}

}  // namespace
}  // namespace hilo::nn
