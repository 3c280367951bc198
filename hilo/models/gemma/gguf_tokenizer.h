#pragma once
#include <optional>

#include "hilo/formats/gguf.h"
#include "hilo/tokenizers/tokenizer.h"

namespace hilo::models::gemma {

/// The tokenizer in the metadata of a GGUF file; none if it has no vocabulary.
/// Throws:  FormatError for a vocabulary that is no SentencePiece one ("llama"), or is damaged.
std::optional<tokenizers::Tokenizer> gguf_tokenizer(const formats::GgufFile& file);

}  // namespace hilo::models::gemma
