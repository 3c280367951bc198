#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/tokenizers/pattern.h"

namespace hilo::tokenizers {

inline constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

/// The code point of one UTF-8 character.
std::uint32_t decode_utf8(std::string_view character);
/// Its bytes.
std::string encode_utf8(std::uint32_t point);

/// Sequences of 1 to 4 byte ranges.
struct ByteRanges {
  struct Range {
    unsigned char first = 0, last = 0;
  };
  std::array<Range, 4> bytes{};
  std::size_t length = 0;
};

/// The byte sequences of the characters of a range: few sequences of ranges in the place of many
/// characters.
std::vector<ByteRanges> byte_ranges(CodeRange range);

}  // namespace hilo::tokenizers
