#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "hilo/models/gemma/weights.h"
#include "hilo/tokenizers/tokenizer.h"

namespace hilo::models::gemma {

/// A path that is there as it is; else, of a name alone, the model of that name in
/// HILO_CACHE/models. Throws:  FormatError if neither is there.
std::filesystem::path find_model(const std::filesystem::path& path);

/// A model on disk: its weights, and what belongs to them.
struct ModelFiles {
  std::shared_ptr<const formats::WeightSource> source;
  Layout layout = Layout::kHuggingFace;
  Config config{};
  /// That may hold what belongs to the weights: their own, the one that was named, and the one
  /// around it, where Kaggle's archives have the tokenizer.
  std::vector<std::filesystem::path> folders{};
  std::filesystem::path given_tokenizer{};

  /// `path` is a Hugging Face folder, a Kaggle (Flax, Orbax) folder, a GGUF file, or the name of a
  /// model in HILO_CACHE/models, where `make gemma` puts gemma-3-270m. A `config` or `tokenizer`
  /// that is not empty counts instead of the model's own. Throws:  FormatError for files that are
  /// no Gemma; for weights without a config, of no
  ///          published size.
  static ModelFiles open(const std::filesystem::path& path,
                         const std::filesystem::path& config = {},
                         const std::filesystem::path& tokenizer = {});

  /// The first of `folders` that holds `name`, with it.
  [[nodiscard]] std::optional<std::filesystem::path> find(const char* name) const;
  /// tokenizer.model or tokenizer.json; none for a GGUF file, which has its own in it.
  [[nodiscard]] std::optional<std::filesystem::path> tokenizer_file() const;
  [[nodiscard]] std::optional<tokenizers::Tokenizer> tokenizer() const;
};

}  // namespace hilo::models::gemma
