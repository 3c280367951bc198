#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/formats/gguf.h"
#include "hilo/tokenizers/sentencepiece_model.h"


namespace hilo::tokenizers {

/// What a GGUF file says of its tokenizer: the keys tokenizer.ggml.*, with the defaults of those
/// that are missing.
struct GgufVocabulary {
  std::string model{};                ///< model: "llama" is SentencePiece's BPE, "t5" its unigram
  std::vector<std::string> tokens{};  ///< tokens
  std::vector<float> scores{};        ///< scores; empty: all 0
  std::vector<std::int32_t> types{};  ///< token_type; empty: all normal
  std::optional<TokenId> bos{}, eos{}, unknown{}, padding{};  ///< bos_token_id and so on
  bool adds_bos = true;                                       ///< add_bos_token
  bool adds_space_prefix = true;                              ///< add_space_prefix
  bool removes_extra_whitespaces = false;                     ///< remove_extra_whitespaces
  std::string character_map{};                                ///< precompiled_charsmap
};

/// What the metadata of a GGUF file says; none if it has no vocabulary. Throws:  FormatError naming
/// a key whose value is of another type than the key's.
std::optional<GgufVocabulary> gguf_vocabulary(const formats::GgufFile& file);

/// The same as a SentencePiece model, so that text is split as llama.cpp does and as the original
/// model did. Throws:  FormatError if the model is of another kind (named), lists differ in length,
/// or check_model refuses it. Source:  llama.cpp, the tokenizers SPM and UGM; ggml/docs/gguf.md.
SentencePieceModel sentencepiece_of(GgufVocabulary vocabulary, std::string_view name);

/// The other way: a model as metadata, for embeddings of `rows` rows. Rows without a piece get
/// unused ones, [PAD512]; pieces without a row are left out if they are no part of text.
/// Throws:  Error for a kind that GGUF has no word for, or pieces of text that have no row.
formats::GgufMetadata gguf_metadata(const SentencePieceModel& model, std::size_t rows);

}  // namespace hilo::tokenizers
