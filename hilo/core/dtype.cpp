#include "hilo/core/dtype.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace hilo {
namespace {

struct Row {
  DType dtype;
  std::string_view name, mlir_name;
  DTypeKind kind;
  int bits;
  int fraction_bits;  // floats: stored bits of the fraction
  double max;         // largest finite value
};

using enum DTypeKind;
constexpr double kInt64Max = 9223372036854775807.0, kUint64Max = 18446744073709551615.0;

// One row a dtype, in the order of the enum (checked below).
constexpr std::array<Row, kDTypeCount> kRows = {{
    {DType::kI1, "i1", "i1", kBool, 1, 0, 1},
    {DType::kI2, "i2", "i2", kSigned, 2, 0, 1},
    {DType::kI4, "i4", "i4", kSigned, 4, 0, 7},
    {DType::kI8, "i8", "i8", kSigned, 8, 0, 127},
    {DType::kI16, "i16", "i16", kSigned, 16, 0, 32767},
    {DType::kI32, "i32", "i32", kSigned, 32, 0, 2147483647.0},
    {DType::kI64, "i64", "i64", kSigned, 64, 0, kInt64Max},
    {DType::kU2, "u2", "ui2", kUnsigned, 2, 0, 3},
    {DType::kU4, "u4", "ui4", kUnsigned, 4, 0, 15},
    {DType::kU8, "u8", "ui8", kUnsigned, 8, 0, 255},
    {DType::kU16, "u16", "ui16", kUnsigned, 16, 0, 65535},
    {DType::kU32, "u32", "ui32", kUnsigned, 32, 0, 4294967295.0},
    {DType::kU64, "u64", "ui64", kUnsigned, 64, 0, kUint64Max},
    {DType::kF4E2M1FN, "f4e2m1fn", "f4E2M1FN", kFloat, 4, 1, 6},
    {DType::kF6E2M3FN, "f6e2m3fn", "f6E2M3FN", kFloat, 6, 3, 7.5},
    {DType::kF6E3M2FN, "f6e3m2fn", "f6E3M2FN", kFloat, 6, 2, 28},
    {DType::kF8E3M4, "f8e3m4", "f8E3M4", kFloat, 8, 4, 15.5},
    {DType::kF8E4M3, "f8e4m3", "f8E4M3", kFloat, 8, 3, 240},
    {DType::kF8E4M3B11FNUZ, "f8e4m3b11fnuz", "f8E4M3B11FNUZ", kFloat, 8, 3, 30},
    {DType::kF8E4M3FN, "f8e4m3fn", "f8E4M3FN", kFloat, 8, 3, 448},
    {DType::kF8E4M3FNUZ, "f8e4m3fnuz", "f8E4M3FNUZ", kFloat, 8, 3, 240},
    {DType::kF8E5M2, "f8e5m2", "f8E5M2", kFloat, 8, 2, 57344},
    {DType::kF8E5M2FNUZ, "f8e5m2fnuz", "f8E5M2FNUZ", kFloat, 8, 2, 57344},
    {DType::kF8E8M0FNU, "f8e8m0fnu", "f8E8M0FNU", kFloat, 8, 0, 0x1p127},
    {DType::kBF16, "bf16", "bf16", kFloat, 16, 7, 0x1.FEp127},
    {DType::kF16, "f16", "f16", kFloat, 16, 10, 65504},
    {DType::kF32, "f32", "f32", kFloat, 32, 23, std::numeric_limits<float>::max()},
    {DType::kF64, "f64", "f64", kFloat, 64, 52, std::numeric_limits<double>::max()},
    {DType::kC64, "c64", "complex<f32>", kComplex, 64, 23, std::numeric_limits<float>::max()},
    {DType::kC128, "c128", "complex<f64>", kComplex, 128, 52, std::numeric_limits<double>::max()},
    {DType::kToken, "token", "!stablehlo.token", DTypeKind::kToken, 0, 0, 0},
    {DType::kTuple, "tuple", "tuple", DTypeKind::kTuple, 0, 0, 0},
    {DType::kQuantized, "quantized", "!quant.uniform", DTypeKind::kQuantized, 0, 0, 0},
}};

constexpr bool rows_follow_the_enum() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].dtype) != i) return false;
  }
  return true;
}
static_assert(rows_follow_the_enum());

const Row& row(DType dtype) { return kRows[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::string_view name(DType dtype) { return row(dtype).name; }
std::string_view mlir_name(DType dtype) { return row(dtype).mlir_name; }

std::optional<DType> dtype_from_name(std::string_view text) {
  for (const Row& r : kRows) {
    if (r.name == text || r.mlir_name == text) return r.dtype;
  }
  if (text == "bool" || text == "pred") return DType::kI1;
  return std::nullopt;
}

DTypeKind kind(DType dtype) { return row(dtype).kind; }
int bits(DType dtype) { return row(dtype).bits; }
int bytes(DType dtype) { return (row(dtype).bits + 7) / 8; }

DType real_dtype(DType dtype) {
  if (dtype == DType::kC64) return DType::kF32;
  return dtype == DType::kC128 ? DType::kF64 : dtype;
}

std::optional<DType> complex_dtype(DType dtype) {
  if (dtype == DType::kF32) return DType::kC64;
  if (dtype == DType::kF64) return DType::kC128;
  return std::nullopt;
}

double epsilon(DType dtype) {
  return is_differentiable(dtype) ? std::ldexp(1.0, -row(dtype).fraction_bits) : 0;
}

double max_finite(DType dtype) { return row(dtype).max; }

double min_finite(DType dtype) {
  switch (kind(dtype)) {
    case kSigned: return -std::ldexp(1.0, bits(dtype) - 1);
    case kFloat: return dtype == DType::kF8E8M0FNU ? 0x1p-127 : -max_finite(dtype);
    case kComplex: return -max_finite(dtype);
    default: return 0;
  }
}

bool holds(DType wide, DType narrow) {
  if (wide == narrow) return true;
  const Row &w = row(wide), &n = row(narrow);
  if (!has_elements(wide) || !has_elements(narrow)) return false;
  if (n.kind == kBool) return w.dtype != DType::kF8E8M0FNU;  // which has no zero
  switch (w.kind) {
    case kBool: return false;
    case kSigned:
      return (n.kind == kSigned && n.bits <= w.bits) || (n.kind == kUnsigned && n.bits < w.bits);
    case kUnsigned: return n.kind == kUnsigned && n.bits <= w.bits;
    case kFloat:
    case kComplex: {
      if (w.dtype == DType::kF8E8M0FNU) return false;  // powers of two only
      if (n.kind == kComplex) return w.kind == kComplex && n.bits <= w.bits;
      // Two floats of one size divide the same patterns differently: neither holds the other.
      if (n.kind == kFloat) return n.bits < w.bits && n.fraction_bits <= w.fraction_bits && n.max <= w.max;
      const int value_bits = n.kind == kSigned ? n.bits - 1 : n.bits;
      return value_bits <= w.fraction_bits + 1 && n.max <= w.max;
    }
    default: return false;
  }
}

}  // namespace hilo
