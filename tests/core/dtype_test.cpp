#include "hilo/core/dtype.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hilo {
namespace {

std::vector<DType> all() {
  std::vector<DType> result;
  for (int i = 0; i < kDTypeCount; ++i) result.push_back(static_cast<DType>(i));
  return result;
}

TEST(DType, NamesAreFoundAgain) {
  for (const DType d : all()) {
    EXPECT_EQ(dtype_from_name(name(d)), d) << name(d);
    EXPECT_EQ(dtype_from_name(mlir_name(d)), d) << mlir_name(d);
  }
  EXPECT_EQ(dtype_from_name("bool"), kI1);
  EXPECT_EQ(dtype_from_name("complex<f32>"), kC64);
  EXPECT_EQ(dtype_from_name("float32"), std::nullopt);
  EXPECT_EQ(dtype_from_name(""), std::nullopt);
}

struct Row {
  DType dtype;
  const char* name;
  const char* mlir_name;
  DTypeKind kind;
  int bits, bytes;
  double epsilon, min, max;
};

class DTypeRow : public testing::TestWithParam<Row> {};

TEST_P(DTypeRow, IsWhatTheFormatSays) {
  const Row& row = GetParam();
  EXPECT_EQ(name(row.dtype), row.name);
  EXPECT_EQ(mlir_name(row.dtype), row.mlir_name);
  EXPECT_EQ(kind(row.dtype), row.kind);
  EXPECT_EQ(bits(row.dtype), row.bits);
  EXPECT_EQ(bytes(row.dtype), row.bytes);
  EXPECT_EQ(epsilon(row.dtype), row.epsilon);
  EXPECT_EQ(min_finite(row.dtype), row.min);
  EXPECT_EQ(max_finite(row.dtype), row.max);
}

using enum DTypeKind;
INSTANTIATE_TEST_SUITE_P(
    Rows, DTypeRow,
    testing::Values(
        Row{kI1, "i1", "i1", kBool, 1, 1, 0, 0, 1},
        Row{DType::kI2, "i2", "i2", kSigned, 2, 1, 0, -2, 1},
        Row{DType::kI4, "i4", "i4", kSigned, 4, 1, 0, -8, 7},
        Row{kI8, "i8", "i8", kSigned, 8, 1, 0, -128, 127},
        Row{kI32, "i32", "i32", kSigned, 32, 4, 0, -2147483648.0, 2147483647.0},
        Row{DType::kU4, "u4", "ui4", kUnsigned, 4, 1, 0, 0, 15},
        Row{kU8, "u8", "ui8", kUnsigned, 8, 1, 0, 0, 255},
        Row{DType::kF4E2M1FN, "f4e2m1fn", "f4E2M1FN", kFloat, 4, 1, 0.5, -6, 6},
        Row{DType::kF8E4M3FN, "f8e4m3fn", "f8E4M3FN", kFloat, 8, 1, 0.125, -448, 448},
        Row{DType::kF8E5M2, "f8e5m2", "f8E5M2", kFloat, 8, 1, 0.25, -57344, 57344},
        Row{DType::kF8E8M0FNU, "f8e8m0fnu", "f8E8M0FNU", kFloat, 8, 1, 1, 0x1p-127, 0x1p127},
        Row{kBF16, "bf16", "bf16", kFloat, 16, 2, 0x1p-7, -0x1.FEp127, 0x1.FEp127},
        Row{kF16, "f16", "f16", kFloat, 16, 2, 0x1p-10, -65504, 65504},
        Row{kF32, "f32", "f32", kFloat, 32, 4, 0x1p-23, -0x1.FFFFFEp127, 0x1.FFFFFEp127},
        Row{kC64, "c64", "complex<f32>", kComplex, 64, 8, 0x1p-23, -0x1.FFFFFEp127,
            0x1.FFFFFEp127}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(DType, RealAndComplexGoTogether) {
  EXPECT_EQ(real_dtype(kC64), kF32);
  EXPECT_EQ(real_dtype(kC128), kF64);
  EXPECT_EQ(real_dtype(kI8), kI8);
  EXPECT_EQ(complex_dtype(kF64), kC128);
  EXPECT_EQ(complex_dtype(kBF16), std::nullopt);
}

struct Pair {
  DType wide, narrow;
};

class Holds : public testing::TestWithParam<Pair> {};
class HoldsNot : public testing::TestWithParam<Pair> {};
TEST_P(Holds, EveryValue) { EXPECT_TRUE(holds(GetParam().wide, GetParam().narrow)); }
TEST_P(HoldsNot, EveryValue) { EXPECT_FALSE(holds(GetParam().wide, GetParam().narrow)); }

INSTANTIATE_TEST_SUITE_P(Rows, Holds,
                         testing::Values(Pair{kF32, kBF16}, Pair{kF32, kF16}, Pair{kF64, kI32},
                                         Pair{kF32, kI16}, Pair{kI16, kU8}, Pair{kI32, kI32},
                                         Pair{kC64, kF32}, Pair{kC128, kC64}, Pair{kF16, kI8},
                                         Pair{kF32, kI1}, Pair{kBF16, DType::kF8E8M0FNU},
                                         Pair{kBF16, kU8}, Pair{kF16, DType::kF8E5M2},
                                         Pair{DType::kF8E4M3FN, DType::kF4E2M1FN}, Pair{kU8, kI1}));
INSTANTIATE_TEST_SUITE_P(Rows, HoldsNot,
                         testing::Values(Pair{kF32, kI32}, Pair{kF32, kF64}, Pair{kF16, kBF16},
                                         Pair{kBF16, kF16}, Pair{kI8, kU8}, Pair{kU16, kI8},
                                         Pair{kF64, kI64}, Pair{kF32, kC64}, Pair{kBF16, kI16},
                                         Pair{kI1, kI8}, Pair{DType::kF8E8M0FNU, kI1},
                                         Pair{DType::kF8E5M2, DType::kF8E5M2FNUZ},
                                         Pair{kF32, DType::kToken}));

TEST(DType, NothingHoldsMoreThanItself) {
  for (const DType a : all()) {
    EXPECT_TRUE(holds(a, a)) << name(a);
    for (const DType b : all())
      EXPECT_FALSE(a != b && holds(a, b) && holds(b, a)) << name(a) << " " << name(b);
  }
}

TEST(DType, OfCppTypes) {
  static_assert(dtype_of<float> == kF32 && dtype_of<std::uint8_t> == kU8 && dtype_of<bool> == kI1);
  static_assert(dtype_of<std::complex<double>> == kC128 && dtype_of<BFloat16> == kBF16);
  static_assert(!kHasDType<long double> && !kHasDType<char>);
  for (const DType d : {dtype_of<std::int64_t>, dtype_of<Float16>, dtype_of<double>})
    EXPECT_GT(bytes(d), 1);
}

}  // namespace
}  // namespace hilo
