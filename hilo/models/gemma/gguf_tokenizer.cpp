#include "hilo/models/gemma/gguf_tokenizer.h"

#include "hilo/tokenizers/gguf_vocabulary.h"

namespace hilo::models::gemma {
namespace {

// Every number of a list as the type that the vocabulary has; empty where the key is missing.
template <class To, class From>
std::vector<To> cast(const std::optional<std::vector<From>>& list) {
  std::vector<To> result;
  if (!list) return result;
  result.reserve(list->size());
  for (const From& value : *list) result.push_back(static_cast<To>(value));
  return result;
}

}  // namespace

std::optional<tokenizers::Tokenizer> gguf_tokenizer(const formats::GgufFile& file) {
  const auto key = [](const char* name) { return std::string("tokenizer.ggml.") + name; };
  const auto pieces = file.texts(key("tokens"));
  if (!pieces) return {};
  // Ids outside of the vocabulary are refused by what reads it.
  const auto id = [&](const char* name) -> std::optional<tokenizers::TokenId> {
    const auto value = file.integer(key(name));
    if (!value) return {};
    return *value >= 0 && *value < static_cast<std::int64_t>(pieces->size())
               ? static_cast<tokenizers::TokenId>(*value)
               : -1;
  };
  tokenizers::GgufVocabulary v;
  v.model = std::string(file.text(key("model")).value_or(""));
  v.tokens = cast<std::string>(pieces);
  v.scores = cast<float>(file.numbers(key("scores")));
  v.types = cast<std::int32_t>(file.integers(key("token_type")));
  v.bos = id("bos_token_id");
  v.eos = id("eos_token_id");
  v.unknown = id("unknown_token_id");
  v.padding = id("padding_token_id");
  v.adds_bos = file.boolean(key("add_bos_token")).value_or(v.adds_bos);
  v.adds_space_prefix = file.boolean(key("add_space_prefix")).value_or(v.adds_space_prefix);
  v.removes_extra_whitespaces =
      file.boolean(key("remove_extra_whitespaces")).value_or(v.removes_extra_whitespaces);
  const std::string name = file.path().string();
  return tokenizers::Tokenizer::from_model(tokenizers::sentencepiece_of(std::move(v), name), name);
}

}  // namespace hilo::models::gemma
