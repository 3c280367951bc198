#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hilo/core/dtype.h"

namespace hilo::stablehlo::ir {

/// A number as it is written: `true`, `-3`, `0x7FC00000`, `1.5e-3`.
struct NumberLiteral {
  bool is_word = false;  ///< true or false
  bool is_real = false;  ///< with a point
  bool is_hex = false;
  bool is_negative = false;
  bool is_too_large = false;  ///< whole, and beyond 64 bits
  std::uint64_t magnitude = 0;
  double real = 0;
  std::size_t length = 0;  ///< characters; 0: no number

  /// The number that `text` begins with.
  static NumberLiteral read(std::string_view text);
};

/// Writes it as one element of `dtype`, which is not complex; says what is wrong where it cannot.
/// Hexadecimal digits are the bits of a float.
std::optional<std::string> store_number(const NumberLiteral& number, DType dtype, std::byte* out);

}  // namespace hilo::stablehlo::ir
