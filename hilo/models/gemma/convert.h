#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hilo/formats/gguf.h"
#include "hilo/models/gemma/config.h"
#include "hilo/models/gemma/weights.h"

namespace hilo::models::gemma {

struct ConvertOptions {
  /// What matrices are written in: F32, F16 or BF16; into a GGUF file also Q8_0 or Q4_0 (then the
  /// embeddings, which are the output too, are Q8_0, as in llama.cpp's small models). If not given,
  /// as they are; quantised ones become F32 in a folder.
  std::optional<formats::BlockType> type{};
  std::filesystem::path config{};             ///< a config.json, for weights that come without
  std::filesystem::path tokenizer{};          ///< a tokenizer, for weights that come without
  std::uint64_t shard_bytes = 5'000'000'000;  ///< most of a safetensors file, but for one tensor
};

struct Converted {
  std::vector<std::filesystem::path> files{};  ///< what was written
  std::uint64_t bytes = 0;                     ///< of all tensors
  bool has_tokenizer = false;
};

/// Writes the model at `from` (all that `Gemma::open` takes) to `to`: a GGUF file if the name ends
/// in .gguf, else a Hugging Face folder. It appears whole or not at all.
/// Throws:  UsageError if `to` exists, or cannot hold the type; FormatError for weights that do not
///          fit the config; Error for what the format has no word for, rows that blocks do not fit,
///          numbers beyond f16.
/// Cost:    memory of the largest tensor, in f32 and as it is written.
Converted convert(const std::filesystem::path& from, const std::filesystem::path& to,
                  const ConvertOptions& options = {});

struct SpecialIds {
  std::int32_t bos = 2, eos = 1, pad = 0;
};
/// The config as a Hugging Face `config.json` that `config_from_json` and transformers read.
std::string config_text(const Config& config, DType dtype, const SpecialIds& ids = {});
/// The config as a GGUF file's metadata that `config_from_gguf` and llama.cpp read.
/// Throws:  Error for what GGUF has no key for.
formats::GgufMetadata gguf_metadata(const Config& config);

}  // namespace hilo::models::gemma
