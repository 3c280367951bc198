#include "hilo/core/narrow.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hilo {
namespace {

// What stands where the exponent is largest, or at -0.
enum class Specials { kIeee, kNone, kNanAtTop, kNanAtMinusZero };

struct Layout {
  int fraction_bits, bias;
  Specials specials;
};

Layout layout(DType dtype) {
  switch (dtype) {
    case DType::kF4E2M1FN: return {1, 1, Specials::kNone};
    case DType::kF6E2M3FN: return {3, 1, Specials::kNone};
    case DType::kF6E3M2FN: return {2, 3, Specials::kNone};
    case DType::kF8E3M4: return {4, 3, Specials::kIeee};
    case DType::kF8E4M3: return {3, 7, Specials::kIeee};
    case DType::kF8E4M3B11FNUZ: return {3, 11, Specials::kNanAtMinusZero};
    case DType::kF8E4M3FN: return {3, 7, Specials::kNanAtTop};
    case DType::kF8E4M3FNUZ: return {3, 8, Specials::kNanAtMinusZero};
    case DType::kF8E5M2: return {2, 15, Specials::kIeee};
    default: return {2, 16, Specials::kNanAtMinusZero};  // f8e5m2fnuz
  }
}

// A magnitude's code is its exponent field and its fraction, one behind the other, so codes are in the order of numbers,
// and a code is its significand counted from that of the exponent below: of subnormals too.
double decode_magnitude(const Layout& f, int code) {
  const int exponent = std::max(code >> f.fraction_bits, 1);
  return std::ldexp(code - ((exponent - 1) << f.fraction_bits), exponent - f.bias - f.fraction_bits);
}

int encode_magnitude(const Layout& f, double magnitude) {
  const int exponent = magnitude == 0 ? 1 - f.bias : std::max(std::ilogb(magnitude), 1 - f.bias);
  const double significand = std::nearbyint(std::ldexp(magnitude, f.fraction_bits - exponent));  // ties to even
  return ((exponent + f.bias - 1) << f.fraction_bits) + static_cast<int>(significand);
}

std::uint8_t byte_of(int code) { return static_cast<std::uint8_t>(code); }

// Powers of two, without sign or zero, and NaN (of zero too).
constexpr Layout kE8M0{0, 127, Specials::kNanAtTop};

std::uint8_t encode_e8m0(double value) {
  return value > 0 && !std::isinf(value) ? byte_of(std::min(encode_magnitude(kE8M0, value), 0xFF)) : 0xFF;
}

std::uint8_t encode_integer(DType dtype, double value) {
  if (std::isnan(value)) return 0;
  return byte_of(static_cast<int>(std::trunc(std::clamp(value, min_finite(dtype), max_finite(dtype)))));
}

double decode_integer(DType dtype, int code) {
  const int sign = 1 << (bits(dtype) - 1);
  code &= 2 * sign - 1;
  return is_signed(dtype) && (code & sign) != 0 ? code - 2 * sign : code;
}

}  // namespace

bool is_narrow(DType dtype) {
  return (is_integer(dtype) && bits(dtype) < 8) || (is_float(dtype) && bits(dtype) < 16);
}

double decode_narrow(DType dtype, std::uint8_t byte) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (is_integer(dtype)) return decode_integer(dtype, byte);
  if (dtype == DType::kF8E8M0FNU) return byte == 0xFF ? kNan : std::ldexp(1.0, byte - 127);
  const Layout f = layout(dtype);
  const int sign = 1 << (bits(dtype) - 1), code = byte & (sign - 1);
  const bool is_negative = (byte & sign) != 0;
  const double magnitude = decode_magnitude(f, code);
  if (f.specials == Specials::kNanAtMinusZero && is_negative && code == 0) return kNan;
  if (f.specials != Specials::kNanAtMinusZero && magnitude > max_finite(dtype)) {
    const bool is_infinite = f.specials == Specials::kIeee && (code & ((1 << f.fraction_bits) - 1)) == 0;
    return !is_infinite ? kNan : is_negative ? -HUGE_VAL : HUGE_VAL;
  }
  return is_negative ? -magnitude : magnitude;
}

std::uint8_t encode_narrow(DType dtype, double value) {
  if (is_integer(dtype)) return encode_integer(dtype, value);
  if (dtype == DType::kF8E8M0FNU) return encode_e8m0(value);
  const Layout f = layout(dtype);
  const int sign = 1 << (bits(dtype) - 1), largest = encode_magnitude(f, max_finite(dtype));
  const int nan = f.specials == Specials::kNanAtMinusZero ? sign : sign - 1;
  if (std::isnan(value)) return byte_of(f.specials == Specials::kNone ? sign : nan);  // -0, as XLA has it
  const bool is_negative = std::signbit(value);
  const int code = std::isinf(value) ? sign : encode_magnitude(f, std::min(std::abs(value), 0x1p100));
  if (code > largest) {  // beyond the range
    if (f.specials == Specials::kNone) return byte_of(is_negative ? sign | largest : largest);
    if (f.specials == Specials::kNanAtMinusZero) return byte_of(nan);
    return byte_of((is_negative ? sign : 0) | (largest + 1));  // infinity, or the NaN at the top
  }
  if (f.specials == Specials::kNanAtMinusZero && code == 0) return 0;
  return byte_of(is_negative ? sign | code : code);
}

}  // namespace hilo
