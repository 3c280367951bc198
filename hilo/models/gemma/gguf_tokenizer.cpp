#include "hilo/models/gemma/gguf_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::models::gemma {
namespace {

using tokenizers::PieceType;

// Runs of spaces are matched in text, where a space is "▁" by then.
std::string with_space_marks(std::string_view piece) {
  std::string text;
  for (char c : piece) text += c == ' ' ? std::string(tokenizers::kSpaceMark) : std::string(1, c);
  return text;
}

}  // namespace

std::optional<tokenizers::Tokenizer> gguf_tokenizer(const formats::GgufFile& file) {
  const std::string name = file.path().string();
  const auto pieces = file.texts("tokenizer.ggml.tokens");
  if (!pieces) return {};
  const auto model = file.text("tokenizer.ggml.model");
  if (model != "llama") {
    throw FormatError(name, fmt::format("tokenizer.ggml.model is {}; expected llama", model ? quote(*model) : "missing"));
  }
  tokenizers::SentencePieceModel result{.kind = tokenizers::SplitKind::kBpe, .has_byte_fallback = true};
  result.normalizer.removes_extra_whitespaces = false;
  result.normalizer.adds_dummy_prefix = file.boolean("tokenizer.ggml.add_space_prefix").value_or(true);
  tokenizers::Vocabulary& v = result.vocabulary;
  v.pieces.assign(pieces->begin(), pieces->end());
  for (double score : file.numbers("tokenizer.ggml.scores").value_or(std::vector<double>{})) v.scores.push_back(static_cast<float>(score));
  for (std::int64_t type : file.integers("tokenizer.ggml.token_type").value_or(std::vector<std::int64_t>{})) {
    if (type < 1 || type > 6) throw FormatError(name, fmt::format("a token of type {}; expected 1 .. 6", type));
    v.types.push_back(static_cast<PieceType>(type));
  }
  for (std::size_t i = 0; i < std::min(v.pieces.size(), v.types.size()); ++i) {
    if (v.types[i] == PieceType::kUserDefined) v.pieces[i] = with_space_marks(v.pieces[i]);
  }
  const auto id = [&](const char* key) -> std::optional<tokenizers::TokenId> {
    const auto value = file.integer(std::string("tokenizer.ggml.") + key);
    if (!value || *value < 0 || *value >= static_cast<std::int64_t>(v.pieces.size())) return {};
    return static_cast<tokenizers::TokenId>(*value);
  };
  v.unknown = id("unknown_token_id");
  v.bos = id("bos_token_id");
  v.eos = id("eos_token_id");
  v.pad = id("padding_token_id");
  v.adds_bos = file.boolean("tokenizer.ggml.add_bos_token").value_or(true);
  tokenizers::check_model(result, name);
  return tokenizers::Tokenizer::from_model(std::move(result), name);
}

}  // namespace hilo::models::gemma
