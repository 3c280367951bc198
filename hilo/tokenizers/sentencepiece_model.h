#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/tokenizers/vocabulary.h"

namespace hilo::tokenizers {

/// How a SentencePiece model splits text. The numbers are those of the file.
enum class SplitKind : std::uint8_t { kUnigram = 1, kBpe = 2, kWord = 3, kCharacter = 4 };

/// What is done with a text before it is split.
struct NormalizerRules {
  std::string character_map{};    ///< compiled replacements (NFKC and the like); empty: none
  bool adds_dummy_prefix = true;  ///< a space before the text, so that "a" is spelled as in " a"
  bool removes_extra_whitespaces = true;  ///< outer spaces, and all but one of several
  bool escapes_whitespaces = true;        ///< a space becomes "▁"
};

/// A SentencePiece model as its file says it. A GGUF's vocabulary is the same thing written down in
/// another way.
struct SentencePieceModel {
  Vocabulary vocabulary{};
  SplitKind kind = SplitKind::kUnigram;
  NormalizerRules normalizer{};
  bool has_byte_fallback = false;     ///< text that no piece spells becomes bytes
  bool puts_whitespace_last = false;  ///< pieces end with "▁" where others begin with it
  std::string unknown_surface = " \xE2\x81\x87 ";  ///< what the unknown piece is decoded to
};

/// Reads the bytes of a `.model` file. `name` is what errors call it.
/// Throws:  FormatError with the offset of what is not as the format says.
/// Cost:    memory for the pieces, at most a few times their bytes in the file.
/// Source:  sentencepiece_model.proto of SentencePiece; the wire format of protocol buffers.
SentencePieceModel parse_sentencepiece(std::span<const std::byte> bytes, std::string_view name);

/// The bytes of a `.model` file that `parse_sentencepiece`, and SentencePiece itself, read as the
/// same model.
std::string sentencepiece_bytes(const SentencePieceModel& model);

/// Refuses a model that cannot be used: unequal lengths, no or two unknown pieces, ids outside, a
/// text twice, byte fallback without its 256 bytes. Parsing calls it; call it for a model made
/// otherwise. Throws:  FormatError that names the piece.
void check_model(const SentencePieceModel& model, std::string_view name);

}  // namespace hilo::tokenizers
