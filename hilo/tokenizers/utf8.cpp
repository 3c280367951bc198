#include "hilo/tokenizers/utf8.h"

#include <algorithm>

namespace hilo::tokenizers {

std::uint32_t decode_utf8(std::string_view character) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i]));
  };
  if (character.size() == 1) return byte(0);
  std::uint32_t point = byte(0) & (0xFFU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) point = point << 6 | (byte(i) & 0x3F);
  return point;
}

std::string encode_utf8(std::uint32_t point) {
  if (point < 0x80) return {static_cast<char>(point)};
  const std::size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  std::string bytes(length, '\0');
  for (std::size_t i = length; i-- > 1; point >>= 6)
    bytes[i] = static_cast<char>(0x80 | (point & 0x3F));
  bytes[0] = static_cast<char>((0xF00U >> length & 0xF0) | point);
  return bytes;
}

// A range is cut until all its characters have one length, and until each byte but the last ones
// runs through all its values or holds one: then byte by byte ranges say it.
std::vector<ByteRanges> byte_ranges(CodeRange whole) {
  std::vector<ByteRanges> result;
  std::vector<CodeRange> pending = {whole};
  while (!pending.empty()) {
    const CodeRange range = pending.back();
    pending.pop_back();
    const auto cut_after = [&](std::uint32_t point) {
      if (range.first > point || range.last <= point) return false;
      pending.push_back({point + 1, range.last});
      pending.push_back({range.first, point});
      return true;
    };
    if (cut_after(0x7F) || cut_after(0x7FF) || cut_after(0xFFFF)) continue;
    bool is_cut = false;
    for (unsigned bits = 6; bits <= 18 && !is_cut && range.last >= 0x80; bits += 6) {
      const std::uint32_t low = (1U << bits) - 1;  // what the last bits / 6 bytes hold
      if ((range.first & ~low) == (range.last & ~low)) break;
      if ((range.first & low) != 0) {
        is_cut = cut_after(range.first | low);
      } else if ((range.last & low) != low) {
        is_cut = cut_after((range.last & ~low) - 1);
      }
    }
    if (is_cut) continue;
    const std::string first = encode_utf8(range.first), last = encode_utf8(range.last);
    ByteRanges bytes;
    bytes.length = first.size();
    for (std::size_t i = 0; i < bytes.length; ++i) {
      bytes.bytes[i] = {static_cast<unsigned char>(first[i]), static_cast<unsigned char>(last[i])};
    }
    result.push_back(bytes);
  }
  return result;
}

}  // namespace hilo::tokenizers
