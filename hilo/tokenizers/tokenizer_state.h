#pragma once
#include "hilo/tokenizers/encoder.h"
#include "hilo/tokenizers/tokenizer.h"

namespace hilo::tokenizers {

/// Of what is stripped where decoded text begins.
enum class LeadingSpace : std::uint8_t { kKept, kOneStripped, kAllStripped };

/// What a Tokenizer points to. Not copied, since its parts view one another.
struct Tokenizer::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  SentencePieceModel
      model{};  // of a tokenizer.json only the vocabulary, and what decoding asks for
  std::unique_ptr<Encoder> encoder{};
  PieceIndex index{};
  PrefixMatcher always{};        // found in text before it is split
  PrefixMatcher with_special{};  // the same and the special ones
  LeadingSpace leading_space = LeadingSpace::kKept;
};

/// The state of a tokenizer.json.
std::shared_ptr<const Tokenizer::State> state_of_json(std::string_view text, std::string_view name);

}  // namespace hilo::tokenizers
