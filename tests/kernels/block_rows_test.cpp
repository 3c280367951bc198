// Products with blocks: every type, every instruction set that this CPU has.
#include "hilo/kernels/block_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tests/kernels/types_in_place.h"

namespace hilo::kernels {
namespace {

using formats::BlockType;

constexpr std::int64_t kColumns = 768, kRows = 21, kVectors = 11;

class BlockRowsTest : public testing::TestWithParam<BlockType> {
 protected:
  // Blocks of any bits, but for scales, which are finite.
  void SetUp() override {
    const formats::BlockTraits& traits = formats::block_traits(GetParam());
    row_bytes_ = static_cast<std::size_t>(kColumns / traits.elements * traits.bytes);
    blocks_.resize(row_bytes_ * kRows);
    for (std::byte& b : blocks_) b = static_cast<std::byte>(random_() & 0xFF);
    decoded_.resize(kColumns * kRows);
    const auto size = static_cast<std::size_t>(traits.bytes);
    for (std::size_t at = 0; at < blocks_.size(); at += size)
      make_finite(blocks_.data() + at, traits);
    traits.decode(blocks_, decoded_.data());
    std::normal_distribution<float> normal;
    x_.resize(kColumns * kVectors);
    for (float& x : x_) x = normal(random_) * (random_() % 50 == 0 ? 20.0F : 1.0F);
  }

  void make_finite(std::byte* block, const formats::BlockTraits& traits) {
    // The scales stand in the first four bytes of a block, or in the last four.
    for (int at : {0, traits.bytes - 4}) {
      for (int half : {at, at + 2}) {
        if (half >= 0 && half < traits.bytes) block[half + 1] &= static_cast<std::byte>(0xBF);  // below 2
      }
    }
  }

  // Those that this CPU has: rows times all vectors, rows times one after the other, tiles.
  enum class Way { kTogether, kAlone, kTiled };
  struct Version {
    Isa isa;
    Way way;
  };
  [[nodiscard]] static std::vector<Version> versions() {
    std::vector<Version> all;
    for (const Isa isa : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512}) {
      if (isa > best_isa()) continue;
      for (const Way way : {Way::kTogether, Way::kAlone}) all.push_back({isa, way});
      if (block_kernel(GetParam(), isa).tiles != nullptr) all.push_back({isa, Way::kTiled});
    }
    return all;
  }
  static std::string name(const Version& v) {
    const char* ways[] = {"", " one by one", " in tiles"};
    return std::to_string(static_cast<int>(v.isa)) + ways[static_cast<int>(v.way)];
  }

  std::vector<float> run(const Version& version) {
    const BlockKernel kernel = block_kernel(GetParam(), version.isa);
    const Quantize quantize = quantizer(version.isa);
    std::vector<float> out(kRows * kVectors, -1);
    const auto product = [&](std::int64_t vector, std::int64_t count, BlockProduct times, std::int64_t middle) {
      QuantizedVectors x(x_.data() + vector * kColumns, count, kColumns, true);
      x.round(quantize, 0, count);
      for (const auto& [first, last] : {std::pair(std::int64_t{0}, middle), std::pair(middle, kRows)})
        times(blocks_.data(), row_bytes_, first, last, x.matrix(), out.data() + vector * kRows, kRows);
    };
    if (version.way == Way::kTiled) product(0, kVectors, kernel.tiles, 16);
    if (version.way == Way::kTogether) product(0, kVectors, kernel.rows, 3);
    for (std::int64_t v = 0; version.way == Way::kAlone && v < kVectors; ++v) product(v, 1, kernel.rows, 3);
    return out;
  }

  // Calls with vector, row, and the products of both.
  void for_each_product(auto visit) const {
    for (std::int64_t v = 0; v < kVectors; ++v) {
      for (std::int64_t r = 0; r < kRows; ++r) {
        visit(static_cast<std::size_t>(v * kRows + r), x_.data() + v * kColumns,
              decoded_.data() + r * kColumns);
      }
    }
  }

  std::mt19937 random_{7};
  std::size_t row_bytes_ = 0;
  std::vector<std::byte> blocks_;
  std::vector<float> decoded_, x_;
};

TEST_P(BlockRowsTest, AreTheProductsButForTheRoundingOfActivations) {
  for (const Version& version : versions()) {
    SCOPED_TRACE(name(version));
    const std::vector<float> got = run(version);
    for_each_product([&](std::size_t i, const float* x, const float* w) {
      double expected = 0, bound = 0, size = 0;
      for (std::int64_t at = 0; at < kColumns; at += kGroup) {
        double largest = 0, weights = 0;
        for (std::int64_t j = at; j < at + kGroup; ++j) {
          expected += double{w[j]} * x[j];
          size += std::abs(double{w[j]} * x[j]);
          largest = std::max(largest, std::abs(double{x[j]}));
          weights += std::abs(w[j]);
        }
        if (block_kernel(GetParam(), version.isa).is_rounded) bound += weights * largest / 127 * 0.5001;
      }
      EXPECT_NEAR(got[i], expected, bound + 1e-4 * size) << i;
    });
  }
}

TEST_P(BlockRowsTest, AreEqualForAllInstructionSets) {
  const std::vector<float> expected = run({Isa::kPortable, Way::kTogether});
  for (const Version& version : versions()) {
    SCOPED_TRACE(name(version));
    const std::vector<float> got = run(version);
    for_each_product([&](std::size_t i, const float* x, const float* w) {
      double size = 0;  // also of what cancels: of weights with a minimum, |d q| + |m|
      for (std::int64_t j = 0; j < kColumns; ++j) size += std::abs(double{w[j]} * x[j]);
      EXPECT_NEAR(got[i], expected[i], 2e-5 * size) << i;
    });
  }
}

TEST_P(BlockRowsTest, NumbersThatAreNotFiniteStayWhatTheyAre) {
  x_[5] = std::numeric_limits<float>::infinity();
  x_[kColumns + 40] = std::numeric_limits<float>::quiet_NaN();
  for (std::int64_t j = 0; j < kColumns; ++j) x_[static_cast<std::size_t>(2 * kColumns + j)] = 0;
  x_[3 * kColumns] = 1e-42F;  // too small to divide by, in a group of its own
  for (std::int64_t j = 1; j < kColumns; ++j) x_[static_cast<std::size_t>(3 * kColumns + j)] = 0;
  for (const Version& version : versions()) {
    SCOPED_TRACE(name(version));
    const std::vector<float> got = run(version);
    for (std::size_t r = 0; r < kRows; ++r) {
      if (block_kernel(GetParam(), version.isa).is_rounded)
        EXPECT_TRUE(std::isnan(got[r]));
      else  // infinity times a number
        EXPECT_FALSE(std::isfinite(got[r]));
      EXPECT_TRUE(std::isnan(got[kRows + r]));
      EXPECT_EQ(got[2 * kRows + r], 0);
      EXPECT_NEAR(got[3 * kRows + r], 0, 1e-36);
      EXPECT_TRUE(std::isfinite(got[4 * kRows + r]));
    }
  }
}

template <class Half>
void expect_all_numbers(BlockType type) {
  constexpr std::int64_t kCount = 1 << 16, kWidth = 16;
  std::vector<Half> rows(kCount * kWidth);
  for (std::size_t i = 0; i < kCount; ++i) rows[i * kWidth].bits = static_cast<std::uint16_t>(i);
  const BlockKernel kernel = block_kernel(type, best_isa());
  for (const bool is_tiled : {false, true}) {
    SCOPED_TRACE(is_tiled);
    const std::int64_t vectors = is_tiled ? 9 : 1;
    std::vector<float> x(static_cast<std::size_t>(vectors * kWidth)), y(static_cast<std::size_t>(vectors * kCount));
    for (std::size_t v = 0; v < x.size(); v += kWidth) x[v] = 1;
    const QuantizedVectors in(x.data(), vectors, kWidth, false);
    (is_tiled ? kernel.tiles : kernel.rows)(reinterpret_cast<const std::byte*>(rows.data()), kWidth * sizeof(Half), 0,
                                            kCount, in.matrix(), y.data(), kCount);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const auto expected = static_cast<float>(rows[i % kCount * kWidth]);
      if (std::isnan(expected))
        EXPECT_TRUE(std::isnan(y[i])) << i;
      else
        EXPECT_EQ(y[i], expected) << i;
    }
  }
}
TEST(HalfRows, EveryNumberIsItself) {
  expect_all_numbers<Float16>(BlockType::kF16);
  expect_all_numbers<BFloat16>(BlockType::kBF16);
}

INSTANTIATE_TEST_SUITE_P(Types, BlockRowsTest, test::types_in_place(), test::type_name);

}  // namespace
}  // namespace hilo::kernels
