#include "hilo/core/text.h"

#include <cstdint>

namespace hilo {
namespace {

void append_escaped(std::string& result, unsigned char byte) {
  switch (byte) {
    case '\n':
      result += "\\n";
      return;
    case '\r':
      result += "\\r";
      return;
    case '\t':
      result += "\\t";
      return;
    case '"':
      result += "\\\"";
      return;
    case '\\':
      result += "\\\\";
      return;
    default:
      break;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  result += "\\x";
  result += kDigits[byte >> 4];
  result += kDigits[byte & 15];
}

bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte != 0x7F && byte != '"' && byte != '\\';
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  std::uint32_t point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    point = (point << 6) | (byte(i) & 0x3F);
  }
  const bool is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
  return is_overlong || is_surrogate || point > 0x10FFFF ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string quote(std::string_view text, std::size_t max_bytes) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size();) {
    if (i >= max_bytes) return result + "\"..";
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text.substr(i));
    if (length > 1 || (length == 1 && is_plain(byte))) {
      result += text.substr(i, length);
      i += length;
    } else {
      append_escaped(result, byte);
      ++i;
    }
  }
  return result + '"';
}

}  // namespace hilo
