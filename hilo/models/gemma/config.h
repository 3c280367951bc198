#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/shape.h"
#include "hilo/formats/gguf_blocks.h"

namespace hilo::models::gemma {

/// A text as token ids.
using Ids = std::vector<std::int32_t>;

/// In which dtypes a model computes. Sums of products, norms, softmax and logits are in f32 in any
/// case.
struct Precision {
  DType weights = kF32;      ///< what matrices are kept in
  DType activations = kF32;  ///< what matrices, queries, keys and values are multiplied in
  DType residual = kF32;     ///< of the stream between layers: Gemma 3's grows beyond f16's range
  DType cache = kF32;        ///< of the keys and values that are kept
  DType inner = kF32;        ///< that queries, keys, values, gate and up are rounded to
  /// Matrices that stay as their file has them, by path: hilo/nn/block_matrix.h.
  std::map<std::string, formats::BlockType, std::less<>> blocks{};

  /// Weights, activations and cache in `dtype` (f32, bf16 or f16); the residual stays in f32.
  /// Throws:  UsageError for another dtype.
  static Precision of(DType dtype);
  /// What is kept of the matrix of `dims` at `path`.
  [[nodiscard]] Shape shape_of(std::string_view path, Dims dims) const;
  bool operator==(const Precision&) const = default;
};

/// Everything that tells one Gemma from another. The fields carry the names of the reports; what
/// Hugging Face calls them stands behind.
struct Config {
  int generation = 3;            ///< 1, 2 or 3
  Dim layers = 0;                ///< num_hidden_layers
  Dim width = 0;                 ///< D, hidden_size
  Dim heads = 0;                 ///< N, num_attention_heads
  Dim key_value_heads = 0;       ///< K, num_key_value_heads: divides N
  Dim head_width = 0;            ///< H, head_dim
  Dim hidden = 0;                ///< F, intermediate_size
  Dim vocabulary = 0;            ///< V, vocab_size
  Dim context = 8192;            ///< tokens, max_position_embeddings
  double query_scale = 0;        ///< of the scores; query_pre_attn_scalar^-1/2, Gemma 1: H^-1/2
  double attention_cap = 0;      ///< attn_logit_softcapping; 0: none
  double logit_cap = 0;          ///< final_logit_softcapping; 0: none
  Dim window = 0;                ///< tokens that a local layer sees, its own among them
  Dim window_slack = 32;         ///< further tokens that a local layer's cache keeps, to go back by
  std::vector<bool> is_local{};  ///< by layer: whether it sees no more than the window
  double local_rope_base = 10'000, global_rope_base = 10'000;
  double local_rope_scale = 1, global_rope_scale = 1;  ///< positions are divided by it
  double norm_epsilon = 1e-6;
  Precision precision{};
  /// Whether query, key and value are one matrix, and gate and up: the same numbers, in fewer products.
  bool is_fused = false;

  bool operator==(const Config&) const = default;
  [[nodiscard]] bool has_local(Dim layer) const {
    return is_local[static_cast<std::size_t>(layer)];
  }
  /// Gemma 2 and 3 have norms also behind attention and mlp.
  [[nodiscard]] bool has_post_norms() const { return generation >= 2; }
  /// Gemma 3 norms each head's queries and keys.
  [[nodiscard]] bool has_query_key_norms() const { return generation >= 3; }
};

/// Layer i is global if `pattern` divides i + 1: {true x 5, false} repeated for 6.
std::vector<bool> local_layers(Dim layers, Dim pattern);

/// Refuses what no model can be built of. `name` is the file or model that messages name.
/// Throws:  FormatError that names the field, what it is, and what it may be.
void check(const Config& config, std::string_view name);

/// A size that Google published, with its name: "gemma2-2b".
struct Published {
  std::string name;
  Config config;
};

/// Gemma 1 2B and 7B, Gemma 2 2B, 9B and 27B, Gemma 3 270M, 1B, 4B, 12B and 27B.
/// Source:  the technical reports of the three generations; google-deepmind/gemma.
const std::vector<Published>& published();

/// The config in the text of a Hugging Face `config.json`: keys of every version of transformers,
/// also inside of "text_config"; what is left out is what transformers takes then. `name` is the
/// file that messages name.
/// Throws:  FormatError for text that is no such config, or for a model that is no Gemma 1, 2 or 3
///          of text.
Config config_from_json(std::string_view text, std::string_view name);
/// The same out of a file.
Config read_config(const std::filesystem::path& file);

}  // namespace hilo::models::gemma
