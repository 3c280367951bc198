#include "hilo/tokenizers/gguf_vocabulary.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/gguf.h"

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

// Every number of a list as the type that the vocabulary has; empty where the key is missing.
template <class Container, class From>
Container cast(const std::optional<std::vector<From>>& list) {
  Container result;
  if (!list) return result;
  result.reserve(list->size());
  for (const From& value : *list)
    result.push_back(static_cast<typename Container::value_type>(value));
  return result;
}

}  // namespace

std::optional<GgufVocabulary> gguf_vocabulary(const formats::GgufFile& file) {
  const auto key = [](const char* name) { return std::string("tokenizer.ggml.") + name; };
  const auto tokens = file.texts(key("tokens"));
  if (!tokens) return {};
  // Ids outside of the vocabulary are refused by what reads it.
  const auto id = [&](const char* name) -> std::optional<TokenId> {
    const auto value = file.integer(key(name));
    if (!value) return {};
    const bool fits = *value >= 0 && *value < static_cast<std::int64_t>(tokens->size());
    return fits ? static_cast<TokenId>(*value) : -1;
  };
  GgufVocabulary v;
  v.model = std::string(file.text(key("model")).value_or(""));
  v.tokens.assign(tokens->begin(), tokens->end());
  v.scores = cast<std::vector<float>>(file.numbers(key("scores")));
  v.types = cast<std::vector<std::int32_t>>(file.integers(key("token_type")));
  v.bos = id("bos_token_id");
  v.eos = id("eos_token_id");
  v.unknown = id("unknown_token_id");
  v.padding = id("padding_token_id");
  v.adds_bos = file.boolean(key("add_bos_token")).value_or(v.adds_bos);
  v.adds_space_prefix = file.boolean(key("add_space_prefix")).value_or(v.adds_space_prefix);
  v.removes_extra_whitespaces =
      file.boolean(key("remove_extra_whitespaces")).value_or(v.removes_extra_whitespaces);
  v.character_map = cast<std::string>(file.integers(key("precompiled_charsmap")));
  return v;
}

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
