#include "hilo/core/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hilo {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Each number of a 16-bit format, and the points between it and the next, against arithmetic in
// doubles.
template <class Half>
void check_all_patterns() {
  for (std::uint32_t pattern = 0; pattern < 0x10000; ++pattern) {
    Half half;
    half.bits = static_cast<std::uint16_t>(pattern);
    const auto value = static_cast<float>(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Half(value)))) << pattern;
      continue;
    }
    ASSERT_EQ(Half(value), half) << pattern;
    if (std::isinf(value)) continue;
    Half next;
    next.bits = static_cast<std::uint16_t>(pattern + 1);
    const auto above = static_cast<float>(next);
    if (!std::isfinite(above) || std::signbit(value) != std::signbit(above)) continue;
    const auto middle =
        static_cast<float>((static_cast<double>(value) + static_cast<double>(above)) / 2);
    ASSERT_EQ(Half(middle), pattern % 2 == 0 ? half : next)
        << pattern << ": ties go to the even one";
    ASSERT_EQ(Half(std::nextafter(middle, value)), half) << pattern;
    ASSERT_EQ(Half(std::nextafter(middle, above)), next) << pattern;
  }
}

TEST(BFloat16, RoundsToNearestEven) { check_all_patterns<BFloat16>(); }
TEST(Float16, RoundsToNearestEven) { check_all_patterns<Float16>(); }

TEST(Float16, EndsOfItsRange) {
  EXPECT_EQ(Float16(1.0F).bits, 0x3C00);
  EXPECT_EQ(Float16(-2.0F).bits, 0xC000);
  EXPECT_EQ(static_cast<float>(Float16(65504.0F)), 65504.0F);
  EXPECT_EQ(static_cast<float>(Float16(65519.0F)), 65504.0F);
  EXPECT_EQ(static_cast<float>(Float16(65520.0F)), kInfinity);
  EXPECT_EQ(static_cast<float>(Float16(-1e30F)), -kInfinity);
  EXPECT_EQ(static_cast<float>(Float16(0x1p-24F)), 0x1p-24F);
  EXPECT_EQ(static_cast<float>(Float16(0x1p-25F)), 0.0F);
  EXPECT_TRUE(std::signbit(static_cast<float>(Float16(-0.0F))));
}

TEST(BFloat16, EndsOfItsRange) {
  EXPECT_EQ(BFloat16(1.0F).bits, 0x3F80);
  EXPECT_EQ(static_cast<float>(BFloat16(std::numeric_limits<float>::max())), kInfinity);
  EXPECT_EQ(static_cast<float>(BFloat16(-kInfinity)), -kInfinity);
}

}  // namespace
}  // namespace hilo
