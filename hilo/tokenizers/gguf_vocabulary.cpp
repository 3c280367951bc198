#include "hilo/tokenizers/gguf_vocabulary.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::tokenizers {
namespace {

// Text is matched with "▁" in the place of spaces; user-defined tokens stand in GGUF files with
// real ones.
std::string with_marks(std::string_view text) {
  std::string marked;
  for (const char c : text) {
    if (c == ' ') {
      marked += kSpaceMark;
    } else {
      marked += c;
    }
  }
  return marked;
}

}  // namespace

SentencePieceModel sentencepiece_of(GgufVocabulary source, std::string_view name) {
  SentencePieceModel model;
  if (source.model == "llama") {
    model.kind = SplitKind::kBpe;
  } else if (source.model == "t5") {
    model.kind = SplitKind::kUnigram;
  } else {
    throw FormatError(
        name,
        "tokenizer.ggml.model is " + quote(source.model) +
            ", which is not supported; expected \"llama\" (SentencePiece BPE) or \"t5\" (unigram)");
  }
  const std::size_t size = source.tokens.size();
  if (source.scores.empty()) source.scores.assign(size, 0);
  if (source.types.empty())
    source.types.assign(size, static_cast<std::int32_t>(PieceType::kNormal));
  Vocabulary& vocabulary = model.vocabulary;
  for (std::size_t i = 0; i < source.types.size(); ++i) {
    if (source.types[i] < 1 || source.types[i] > 6) {
      throw FormatError(name, "token " + std::to_string(i) + " has type " +
                                  std::to_string(source.types[i]) + "; expected 1 to 6");
    }
    vocabulary.types.push_back(static_cast<PieceType>(source.types[i]));
  }
  vocabulary.pieces = std::move(source.tokens);
  vocabulary.scores = std::move(source.scores);
  for (std::size_t i = 0; i < std::min(size, vocabulary.types.size()); ++i) {
    if (vocabulary.types[i] == PieceType::kUserDefined)
      vocabulary.pieces[i] = with_marks(vocabulary.pieces[i]);
  }
  vocabulary.bos = source.bos;
  vocabulary.eos = source.eos;
  vocabulary.pad = source.padding;
  vocabulary.adds_bos = source.adds_bos;
  const auto unknown = std::ranges::find(vocabulary.types, PieceType::kUnknown);
  if (unknown != vocabulary.types.end()) {
    vocabulary.unknown = static_cast<TokenId>(unknown - vocabulary.types.begin());
  } else if (source.unknown && *source.unknown >= 0 &&
             static_cast<std::size_t>(*source.unknown) < vocabulary.types.size()) {
    vocabulary.unknown = source.unknown;
    vocabulary.types[static_cast<std::size_t>(*source.unknown)] = PieceType::kUnknown;
  }
  model.has_byte_fallback =
      std::ranges::find(vocabulary.types, PieceType::kByte) != vocabulary.types.end();
  model.normalizer = {.character_map = std::move(source.character_map),
                      .adds_dummy_prefix = source.adds_space_prefix,
                      .removes_extra_whitespaces = source.removes_extra_whitespaces};
  check_model(model, name);
  return model;
}

}  // namespace hilo::tokenizers
