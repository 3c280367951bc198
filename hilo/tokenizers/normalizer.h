#pragma once
#include <span>
#include <string>
#include <string_view>

#include "hilo/tokenizers/sentencepiece_model.h"

namespace hilo::tokenizers {

/// What SentencePiece does with a text before it splits it: replacements by the model's character
/// map (NFKC and the like), spaces to "▁", a dummy prefix. A byte that is no UTF-8 becomes U+FFFD.
/// Lifetime: rules and user_defined must outlive it.
/// Source:  normalizer.cc of SentencePiece; Darts-clone for the map's double array.
class Normalizer {
 public:
  /// `user_defined`: texts that are left as they are.
  /// Throws:  FormatError if the character map is cut short, or puts over 1024 bytes for a
  /// character.
  Normalizer(const NormalizerRules& rules, const PrefixMatcher& user_defined,
             bool puts_whitespace_last, std::string_view name);

  [[nodiscard]] std::string normalize(std::string_view text) const;

 private:
  struct Step {
    std::string_view text;     // what the beginning of the input becomes
    std::size_t consumed = 0;  // bytes of the input
  };
  [[nodiscard]] Step step(std::string_view input) const;
  [[nodiscard]] std::uint32_t unit(std::size_t index) const;

  const NormalizerRules& rules_;
  const PrefixMatcher& user_defined_;
  bool puts_whitespace_last_;
  std::string_view units_{};         // the double array, 4 bytes a unit
  std::string_view replacements_{};  // texts, each ended by a zero byte
};

}  // namespace hilo::tokenizers
