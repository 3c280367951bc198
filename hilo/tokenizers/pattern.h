#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace hilo::tokenizers {

/// Code points from `first` to `last`.
struct CodeRange {
  std::uint32_t first = 0, last = 0;
};

/// A set of texts, as regular expressions and JSON schemas say it: a tree of choices, sequences and
/// repeats of characters.
struct Pattern {
  enum class Kind : std::uint8_t { kCharacter, kSequence, kChoice, kRepeat };
  static constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

  Kind kind = Kind::kSequence;
  std::vector<CodeRange> ranges{};  ///< kCharacter: any one of these
  /// The others; kRepeat has one. Copies share them, so a part may stand in many places at no cost.
  std::shared_ptr<const std::vector<Pattern>> shared_parts{};
  std::uint32_t least = 1, most = 1;  ///< kRepeat
  std::size_t size = 1;               ///< how many patterns it is, with its parts and theirs

  [[nodiscard]] std::span<const Pattern> parts() const {
    return shared_parts == nullptr ? std::span<const Pattern>() : *shared_parts;
  }

  static Pattern character(std::vector<CodeRange> ranges) {
    return {.kind = Kind::kCharacter, .ranges = std::move(ranges)};
  }
  static Pattern text(std::string_view utf8);  ///< exactly this
  static Pattern sequence(std::vector<Pattern> parts) {
    return of(Kind::kSequence, std::move(parts));
  }
  static Pattern choice(std::vector<Pattern> parts) { return of(Kind::kChoice, std::move(parts)); }
  static Pattern repeat(Pattern part, std::uint32_t least, std::uint32_t most = kForever) {
    return of(Kind::kRepeat, {std::move(part)}, least, most);
  }
  static Pattern optional(Pattern part) { return repeat(std::move(part), 0, 1); }
  static Pattern of(Kind kind, std::vector<Pattern> parts, std::uint32_t least = 1,
                    std::uint32_t most = 1);
};

/// `ranges` in order, without overlap.
std::vector<CodeRange> in_order(std::vector<CodeRange> ranges);
/// All characters that are not in `ranges` (and no surrogates).
std::vector<CodeRange> all_but(std::vector<CodeRange> ranges);

/// A regular expression, and at which ends it is held to the text's.
struct Regex {
  Pattern pattern{};
  bool begins_at_start = false;  ///< ^
  bool ends_at_end = false;      ///< $
};

/// Reads a regular expression over characters: literals, ., classes, \d \w \s (ASCII) and their
/// opposites, \n \t \xHH \uHHHH, groups,
/// |, * + ? {m,n}, and ^ and $ at the ends. What makes no set of texts that a finite automaton
/// knows, or is not known here (look-around, back references, \b, flags) is refused by name.
/// Throws:  FormatError with the byte offset in the expression.
Regex parse_regex(std::string_view expression);

/// The texts that are JSON and follow a JSON schema: types (numbers of at most 18 digits before the
/// point and 17 after), enum, const, properties and required (in the schema's order, no further
/// ones), items, minItems, maxItems, prefixItems, minLength, maxLength, pattern, some formats,
/// anyOf, oneOf (as anyOf), $ref within the schema (not to itself). A keyword that would be ignored
/// is refused by name, unless it only describes. Throws:  FormatError naming the keyword and where
/// it stands. Source:  JSON Schema 2020-12.
Pattern pattern_of_schema(std::string_view schema);

}  // namespace hilo::tokenizers
