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

std::string with_spaces(std::string text) {
  for (auto at = text.find(kSpaceMark); at != text.npos; at = text.find(kSpaceMark, at + 1))
    text.replace(at, kSpaceMark.size(), " ");
  return text;
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

formats::GgufMetadata gguf_metadata(const SentencePieceModel& model, std::size_t rows) {
  using formats::GgufValue;
  const Vocabulary& from = model.vocabulary;
  if (model.kind != SplitKind::kBpe && model.kind != SplitKind::kUnigram)
    throw Error("gguf: a tokenizer that splits by words or characters; expected BPE or unigram");
  std::vector<std::string> tokens;
  std::vector<float> scores;
  std::vector<std::int32_t> types;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool is_padding = i >= from.size();
    const PieceType type = is_padding ? PieceType::kUnused : from.types[i];
    tokens.push_back(is_padding ? "[PAD" + std::to_string(i) + "]" : from.pieces[i]);
    if (type == PieceType::kUserDefined) tokens.back() = with_spaces(tokens.back());
    scores.push_back(is_padding ? -1000.0F : from.scores[i]);
    types.push_back(static_cast<std::int32_t>(type));
  }
  for (std::size_t i = rows; i < from.size(); ++i) {
    if (from.types[i] == PieceType::kNormal || from.types[i] == PieceType::kByte) {
      throw Error("gguf: the tokenizer has " + std::to_string(from.size()) +
                  " pieces; expected at most " + std::to_string(rows) +
                  ", the rows of the embeddings");
    }
  }
  formats::GgufMetadata all = {
      {"tokenizer.ggml.model", GgufValue::of(model.kind == SplitKind::kBpe ? "llama" : "t5")},
      {"tokenizer.ggml.pre", GgufValue::of("default")},
      {"tokenizer.ggml.tokens", GgufValue::of(std::span<const std::string>(tokens))},
      {"tokenizer.ggml.scores", GgufValue::of(std::span<const float>(scores))},
      {"tokenizer.ggml.token_type", GgufValue::of(std::span<const std::int32_t>(types))}};
  const auto add_id = [&](const char* name, const std::optional<TokenId>& id) {
    if (id) all.emplace_back(name, GgufValue::of(static_cast<std::uint32_t>(*id)));
  };
  add_id("tokenizer.ggml.bos_token_id", from.bos);
  add_id("tokenizer.ggml.eos_token_id", from.eos);
  add_id("tokenizer.ggml.unknown_token_id", from.unknown);
  add_id("tokenizer.ggml.padding_token_id", from.pad);
  const NormalizerRules& rules = model.normalizer;
  all.emplace_back("tokenizer.ggml.add_bos_token", GgufValue::of(true));
  all.emplace_back("tokenizer.ggml.add_eos_token", GgufValue::of(false));
  all.emplace_back("tokenizer.ggml.add_space_prefix", GgufValue::of(rules.adds_dummy_prefix));
  all.emplace_back("tokenizer.ggml.remove_extra_whitespaces",
                   GgufValue::of(rules.removes_extra_whitespaces));
  if (!rules.character_map.empty())
    throw Error("gguf: a tokenizer that replaces characters; expected one without a map");
  return all;
}

}  // namespace hilo::tokenizers
