#include "hilo/tokenizers/normalizer.h"

#include <algorithm>
#include <cstring>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::tokenizers {
namespace {

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// A unit of a Darts-clone double array. Of a leaf: the value below the sign bit. Else: the label in
// the lowest byte, whether a leaf is among its children in bit 8, and from bit 10 on where its
// children are, relative and by exclusive or.
constexpr std::uint32_t kLeafBit = 1U << 31;
bool has_leaf(std::uint32_t unit) { return (unit >> 8 & 1) != 0; }
std::uint32_t label(std::uint32_t unit) { return unit & (kLeafBit | 0xFF); }
std::size_t children(std::uint32_t unit) { return (unit >> 10) << ((unit & (1U << 9)) >> 6); }

constexpr std::size_t kMaxMatches = 32;        // SentencePiece looks at no more of them
constexpr std::size_t kMaxReplacement = 1024;  // bytes for a match; NFKC needs 33

}  // namespace

Normalizer::Normalizer(const NormalizerRules& rules, const PrefixMatcher& user_defined,
                       bool puts_whitespace_last, std::string_view name)
    : rules_(rules), user_defined_(user_defined), puts_whitespace_last_(puts_whitespace_last) {
  const std::string_view map = rules.character_map;
  if (map.empty()) return;
  const std::uint32_t bytes = map.size() < 4 ? 0 : little_endian(map);
  if (map.size() < 4 || bytes > map.size() - 4 || bytes % 4 != 0) {
    throw FormatError(name, "character map of " + std::to_string(map.size()) +
                                " bytes with a trie of " + std::to_string(bytes) +
                                "; expected whole units of 4 bytes, within the map");
  }
  units_ = map.substr(4, bytes);
  replacements_ = map.substr(4 + bytes);
  for (std::size_t at = 0, end = 0; at < replacements_.size(); at = end + 1) {
    end = std::min(replacements_.find('\0', at), replacements_.size());
    if (end - at > kMaxReplacement) {
      throw FormatError(name, "character map with a replacement of " + std::to_string(end - at) +
                                  " bytes; expected at most " + std::to_string(kMaxReplacement));
    }
  }
}

// A map that leads outside of itself ends there: unit 0 has no children that match.
std::uint32_t Normalizer::unit(std::size_t index) const {
  return index < units_.size() / 4 ? little_endian(units_.substr(index * 4)) : 0;
}

// The longest beginning that the map replaces, else one character.
Normalizer::Step Normalizer::step(std::string_view input) const {
  if (const auto match = user_defined_.longest(input); match.length > 0) {
    return {input.substr(0, match.length), match.length};
  }
  std::size_t longest = 0, value = 0, found = 0;
  if (!units_.empty()) {
    std::size_t position = children(unit(0));
    for (std::size_t i = 0; i < input.size() && found < kMaxMatches; ++i) {
      const auto byte = static_cast<unsigned char>(input[i]);
      position ^= byte;
      const std::uint32_t node = unit(position);
      if (byte == 0 || label(node) != byte) break;
      position ^= children(node);
      if (has_leaf(node)) {
        longest = i + 1;
        value = unit(position) & ~kLeafBit;
        ++found;
      }
    }
  }
  if (longest > 0 && value < replacements_.size()) {
    const std::string_view text = replacements_.substr(value);
    return {text.substr(0, text.find('\0')), longest};
  }
  const std::size_t length = utf8_length(input);
  if (length == 0) return {kReplacement, 1};
  return {input.substr(0, length), length};
}

std::string Normalizer::normalize(std::string_view input) const {
  const std::string_view space = rules_.escapes_whitespaces ? kSpaceMark : " ";
  const bool trims = rules_.removes_extra_whitespaces;
  if (trims) {
    while (!input.empty()) {
      const Step first = step(input);
      if (first.text != " ") break;
      input.remove_prefix(first.consumed);
    }
  }
  std::string out;
  if (input.empty()) return out;
  out.reserve(input.size() + 3);
  if (rules_.adds_dummy_prefix && !puts_whitespace_last_) out += space;
  bool follows_space = trims;
  while (!input.empty()) {
    Step next = step(input);
    while (follows_space && next.text.starts_with(' ')) next.text.remove_prefix(1);
    if (!next.text.empty()) {
      for (const char c : next.text) {
        if (c == ' ') {
          out += space;
        } else {
          out += c;
        }
      }
      follows_space = trims && next.text.ends_with(' ');
    }
    input.remove_prefix(next.consumed);
  }
  while (trims && out.ends_with(space)) out.resize(out.size() - space.size());
  if (rules_.adds_dummy_prefix && puts_whitespace_last_) out += space;
  return out;
}

}  // namespace hilo::tokenizers
