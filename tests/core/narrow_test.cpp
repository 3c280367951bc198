// Floats and integers that C++ has no type for. The expected numbers are those of ml_dtypes 0.5 (JAX's dtypes).
#include "hilo/core/narrow.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hilo/core/array.h"

namespace hilo {
namespace {

constexpr double kInf = HUGE_VAL, kNan = NAN;

struct Case {
  DType dtype;
  double from, to;
};

class Narrow : public testing::TestWithParam<Case> {};

TEST_P(Narrow, rounds) {
  const Case& c = GetParam();
  const double got = from_doubles({c.dtype, {}}, std::span(&c.from, 1)).to_doubles()[0];
  if (std::isnan(c.to)) EXPECT_TRUE(std::isnan(got)) << got;
  else EXPECT_EQ(got, c.to);
}

INSTANTIATE_TEST_SUITE_P(Core, Narrow, testing::ValuesIn(std::vector<Case>{
    {DType::kF8E4M3FN, 448, 448},        {DType::kF8E4M3FN, 464, 448},       {DType::kF8E4M3FN, 465, kNan},
    {DType::kF8E4M3FN, kInf, kNan},      {DType::kF8E4M3FN, 0.3, 0.3125},    {DType::kF8E4M3FN, 0x1p-10, 0},
    {DType::kF8E4M3FN, 0x1.8p-10, 0x1p-9}, {DType::kF8E4M3FN, 1.0625, 1},    {DType::kF8E4M3FN, 1.1875, 1.25},
    {DType::kF8E5M2, 57344, 57344},      {DType::kF8E5M2, 61440, kInf},      {DType::kF8E5M2, -61441, -kInf},
    {DType::kF8E5M2, kNan, kNan},        {DType::kF8E5M2, 0x1p-16, 0x1p-16}, {DType::kF8E5M2, 61439, 57344},
    {DType::kF8E4M3, 240, 240},          {DType::kF8E4M3, 248, kInf},        {DType::kF8E3M4, 15.5, 15.5},
    {DType::kF8E3M4, 15.75, kInf},       {DType::kF8E3M4, -1.03, -1},        {DType::kF8E4M3FNUZ, 240, 240},
    {DType::kF8E4M3FNUZ, 250, kNan},     {DType::kF8E4M3FNUZ, -0.0, 0},      {DType::kF8E4M3FNUZ, 0x1p-10, 0x1p-10},
    {DType::kF8E5M2FNUZ, 1e6, kNan},     {DType::kF8E4M3B11FNUZ, 30, 30},    {DType::kF8E4M3B11FNUZ, 31, kNan},
    {DType::kF4E2M1FN, 2.5, 2},          {DType::kF4E2M1FN, 3.5, 4},         {DType::kF4E2M1FN, 100, 6},
    {DType::kF4E2M1FN, -kInf, -6},       {DType::kF6E2M3FN, 0.1, 0.125},     {DType::kF6E3M2FN, -29, -28},
    {DType::kF8E8M0FNU, 0, kNan},        {DType::kF8E8M0FNU, 3, 4},           {DType::kF8E8M0FNU, 0x1p-127, 0x1p-127}, {DType::kF8E8M0FNU, -1, kNan},
    {DType::kI4, -8, -8},                {DType::kI4, 7.9, 7},               {DType::kI4, -100, -8},
    {DType::kI2, -1, -1},                {DType::kU4, 15, 15},               {DType::kU4, -3, 0},
    {DType::kU2, kNan, 0},
}));

TEST(Narrow, EveryCodeComesBack) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (!is_narrow(dtype)) continue;
    for (int code = 0; code < 1 << bits(dtype); ++code) {
      const double value = decode_narrow(dtype, static_cast<std::uint8_t>(code));
      if (std::isnan(value)) continue;  // several codes are NaN
      EXPECT_EQ(encode_narrow(dtype, value) & ((1 << bits(dtype)) - 1), code) << name(dtype) << " " << value;
    }
  }
}

TEST(Narrow, LargestNumbersAreThoseOfTheTable) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (!is_narrow(dtype)) continue;
    double largest = 0;
    for (int code = 0; code < 1 << bits(dtype); ++code) {
      const double value = decode_narrow(dtype, static_cast<std::uint8_t>(code));
      if (std::isfinite(value)) largest = std::max(largest, value);
    }
    EXPECT_EQ(largest, max_finite(dtype)) << name(dtype);
  }
}

}  // namespace
}  // namespace hilo
