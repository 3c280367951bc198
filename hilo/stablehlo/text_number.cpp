#include "hilo/stablehlo/text_number.h"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "hilo/core/narrow.h"

namespace hilo::stablehlo::ir {
namespace {

template <class T>
void put(std::byte* out, T value) {
  std::memcpy(out, &value, sizeof value);
}

void put_bits(std::byte* out, std::uint64_t value, DType dtype) {
  std::memcpy(out, &value,
              static_cast<std::size_t>(bytes(dtype)));  // little-endian machines, as PJRT's
}

// Whether the number is one of `dtype`; numbers without a sign may use the sign's bit, as in MLIR.
bool fits(const NumberLiteral& n, DType dtype) {
  const int width = bits(dtype);
  if (n.is_negative) {
    if (is_unsigned(dtype)) return n.magnitude == 0;
    return n.magnitude <= std::uint64_t{1} << (width - 1);
  }
  return width == 64 || n.magnitude < std::uint64_t{1} << width;
}

std::optional<std::string> store_integer(const NumberLiteral& n, DType dtype, std::byte* out) {
  if (n.is_real)
    return "a number with a point among integers (" + std::string(mlir_name(dtype)) + ")";
  if (n.is_too_large || !fits(n, dtype))
    return "a number that does not fit " + std::string(mlir_name(dtype));
  std::uint64_t value = n.is_negative ? std::uint64_t{0} - n.magnitude : n.magnitude;
  if (is_bool(dtype)) {
    value &= 1;
  } else if (const int spare = 64 - bits(dtype); is_signed(dtype)) {
    value = static_cast<std::uint64_t>(static_cast<std::int64_t>(value << spare) >> spare);
  }
  put_bits(out, value, dtype);
  return std::nullopt;
}

}  // namespace

NumberLiteral NumberLiteral::read(std::string_view text) {
  NumberLiteral n;
  if (text.starts_with("true") || text.starts_with("false")) {
    n.is_word = true;
    n.magnitude = text[0] == 't' ? 1 : 0;
    n.length = text[0] == 't' ? 4 : 5;
    return n;
  }
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  if (at != end && *at == '-') {
    n.is_negative = true;
    ++at;
  }
  n.is_hex = end - at > 2 && at[0] == '0' && at[1] == 'x';
  const auto whole = std::from_chars(n.is_hex ? at + 2 : at, end, n.magnitude, n.is_hex ? 16 : 10);
  if (whole.ec == std::errc::invalid_argument) return n;
  n.is_too_large = whole.ec == std::errc::result_out_of_range;
  const char* stop = whole.ptr;
  if (!n.is_hex && stop != end && *stop == '.') {
    n.is_real = true;
    const auto real = std::from_chars(begin, end, n.real);
    stop = real.ptr;
    if (real.ec == std::errc::result_out_of_range)
      n.real = std::strtod(std::string(begin, stop).c_str(), nullptr);
  }
  n.length = static_cast<std::size_t>(stop - begin);
  return n;
}

std::optional<std::string> store_number(const NumberLiteral& n, DType dtype, std::byte* out) {
  if (n.is_word && !is_bool(dtype))
    return "true or false among " + std::string(mlir_name(dtype)) + ", expected numbers";
  if (!is_float(dtype)) return store_integer(n, dtype, out);
  if (n.is_real) {
    switch (dtype) {
      case DType::kF64:
        put(out, n.real);
        break;
      case DType::kF32:
        put(out, static_cast<float>(n.real));
        break;
      case DType::kBF16:
        put(out, BFloat16(static_cast<float>(n.real)));
        break;
      case DType::kF16:
        put(out, Float16(static_cast<float>(n.real)));
        break;
      default:
        put(out, encode_narrow(dtype, n.real));
    }
    return std::nullopt;
  }
  if (!n.is_hex || n.is_negative)
    return "a whole number among floats (" + std::string(mlir_name(dtype)) +
           "), expected 1.0 or the bits, 0x3F800000";
  const int width = bits(dtype);
  if (n.is_too_large || (width < 64 && n.magnitude >> width != 0))
    return "more bits than " + std::string(mlir_name(dtype)) + " has";
  put_bits(out, n.magnitude, dtype);
  return std::nullopt;
}

}  // namespace hilo::stablehlo::ir
