#pragma once
#include <optional>

#include "hilo/nn/attention.h"
#include "hilo/nn/layer_norm.h"
#include "hilo/nn/mlp.h"
#include "hilo/nn/scope.h"

// Blocks of transformers. B batch, T tokens, S tokens of the memory, D width of a token.
namespace hilo::nn {

/// Whether norms stand before each part, where training is calmer, or behind each sum, as in the
/// first paper.
enum class NormPlace : std::uint8_t { kBefore, kBehind };

struct TransformerOptions {
  MultiHeadAttentionOptions attention{};  ///< heads must be set; `memory` is not read
  Dim hidden = 0;                         ///< of the mlp; 0: 4 D
  Activation activation = [](Value x) { return gelu(x); };
  double dropout = 0;  ///< of what each part adds, and of the hidden features, in training
  NormPlace norm = NormPlace::kBefore;
  LayerNormOptions layer_norm{};
  std::optional<RmsNormOptions> rms_norm{};  ///< norms of this kind, if given
  bool is_gated = false;                     ///< gated_mlp, with this activation
  double stochastic_depth = 0;               ///< chance of each part to be left out, in training
};

/// x + attention(x), then that + mlp(that): layers "attention_norm", "attention", "mlp_norm",
/// "mlp". A stack of blocks with norms before needs a norm behind the last one.
/// Shapes:  [B,T,D] -> [B,T,D].
/// Throws:  OpError as multi_head_attention and mlp.
/// Source:  Vaswani et al. 2017; Xiong et al. 2020 for the place of the norms.
/// Example: nn::transformer_encoder(scope.next("block"), x, {.attention = {.heads = 8}})
Value transformer_encoder(Scope scope, Value x, const TransformerOptions& options);

/// The same with attention that sees no later token, and, if there is a memory, a part in between
/// that looks into it: layers "cross_norm" and "cross_attention", with settings `cross`.
/// Shapes:  x [B,T,D], memory [B,S,M] or none -> [B,T,D].
/// Throws:  OpError as transformer_encoder.
Value transformer_decoder(Scope scope, Value x, Value memory, const TransformerOptions& options,
                          const AttentionOptions& cross = {});

}  // namespace hilo::nn
