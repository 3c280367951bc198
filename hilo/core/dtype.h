#pragma once
#include <complex>
#include <cstdint>
#include <optional>
#include <string_view>

#include "hilo/core/float16.h"

namespace hilo {

/// The element types of StableHLO and PJRT. `kI1` is the boolean. The last three are no numbers that arrays hold:
/// `kToken` orders side effects; of `kTuple` and `kQuantized` the Shape says more (hilo/core/shape.h).
enum class DType : std::uint8_t {
  kI1,
  kI2, kI4, kI8, kI16, kI32, kI64,
  kU2, kU4, kU8, kU16, kU32, kU64,
  kF4E2M1FN, kF6E2M3FN, kF6E3M2FN,
  kF8E3M4, kF8E4M3, kF8E4M3B11FNUZ, kF8E4M3FN, kF8E4M3FNUZ, kF8E5M2, kF8E5M2FNUZ, kF8E8M0FNU,
  kBF16, kF16, kF32, kF64,
  kC64, kC128,
  kToken, kTuple, kQuantized,
};

inline constexpr int kDTypeCount = static_cast<int>(DType::kQuantized) + 1;

// The usual ones by their own name: `images.as(kF32)`.
inline constexpr DType kI1 = DType::kI1, kI8 = DType::kI8, kI16 = DType::kI16, kI32 = DType::kI32,
                       kI64 = DType::kI64, kU8 = DType::kU8, kU16 = DType::kU16, kU32 = DType::kU32,
                       kU64 = DType::kU64, kBF16 = DType::kBF16, kF16 = DType::kF16,
                       kF32 = DType::kF32, kF64 = DType::kF64, kC64 = DType::kC64, kC128 = DType::kC128;

/// The kinds that rules of promotion and gradients ask for.
enum class DTypeKind : std::uint8_t { kBool, kSigned, kUnsigned, kFloat, kComplex, kToken, kTuple, kQuantized };

/// "f32", "bf16", "i1", "u8", "c64", "f8e4m3fn": the name in shapes and messages.
std::string_view name(DType dtype);
/// The name in StableHLO text: "f32", "ui8", "complex<f32>", "f8E4M3FN".
std::string_view mlir_name(DType dtype);
/// The dtype of that name (either spelling of `name` or `mlir_name`), or none.
std::optional<DType> dtype_from_name(std::string_view text);

DTypeKind kind(DType dtype);
/// Bits of one element, as the format counts them: 4 for i4, 1 for i1.
int bits(DType dtype);
/// Bytes of one element in host memory: sub-byte types and i1 take one byte each.
int bytes(DType dtype);

inline bool is_float(DType d) { return kind(d) == DTypeKind::kFloat; }
inline bool is_complex(DType d) { return kind(d) == DTypeKind::kComplex; }
inline bool is_bool(DType d) { return kind(d) == DTypeKind::kBool; }
inline bool is_signed(DType d) { return kind(d) == DTypeKind::kSigned; }
inline bool is_unsigned(DType d) { return kind(d) == DTypeKind::kUnsigned; }
inline bool is_integer(DType d) { return is_signed(d) || is_unsigned(d); }
/// Whether there are arrays of it.
inline bool has_elements(DType d) { return d < DType::kToken; }
/// Whether gradients flow through it: floats and complex numbers.
inline bool is_differentiable(DType d) { return is_float(d) || is_complex(d); }

/// c64 -> f32, c128 -> f64, anything else itself.
DType real_dtype(DType dtype);
/// f32 -> c64, f64 -> c128; none for the rest.
std::optional<DType> complex_dtype(DType dtype);

/// Spacing of 1.0 and the next larger number; 0 for integers. Tolerances of tests derive from it.
double epsilon(DType dtype);
/// Largest and smallest finite value as a double (integers beyond 2^53 are rounded).
double max_finite(DType dtype);
double min_finite(DType dtype);
/// Whether `wide` holds every value of `narrow` exactly.
bool holds(DType wide, DType narrow);

/// The dtype of a C++ element type: `dtype_of<float>` is kF32. Only types below have one.
template <class T>
inline constexpr bool kHasDType = false;
template <class T>
inline constexpr DType dtype_of = DType::kToken;

#define HILO_DTYPE_OF(type, dtype)               \
  template <>                                    \
  inline constexpr bool kHasDType<type> = true;  \
  template <>                                    \
  inline constexpr DType dtype_of<type> = dtype;
HILO_DTYPE_OF(bool, DType::kI1)
HILO_DTYPE_OF(std::int8_t, DType::kI8)
HILO_DTYPE_OF(std::int16_t, DType::kI16)
HILO_DTYPE_OF(std::int32_t, DType::kI32)
HILO_DTYPE_OF(std::int64_t, DType::kI64)
HILO_DTYPE_OF(std::uint8_t, DType::kU8)
HILO_DTYPE_OF(std::uint16_t, DType::kU16)
HILO_DTYPE_OF(std::uint32_t, DType::kU32)
HILO_DTYPE_OF(std::uint64_t, DType::kU64)
HILO_DTYPE_OF(BFloat16, DType::kBF16)
HILO_DTYPE_OF(Float16, DType::kF16)
HILO_DTYPE_OF(float, DType::kF32)
HILO_DTYPE_OF(double, DType::kF64)
HILO_DTYPE_OF(std::complex<float>, DType::kC64)
HILO_DTYPE_OF(std::complex<double>, DType::kC128)
#undef HILO_DTYPE_OF

}  // namespace hilo
