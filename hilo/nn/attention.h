#pragma once
#include <optional>

#include "hilo/nn/initializer.h"
#include "hilo/nn/layer_norm.h"
#include "hilo/nn/scope.h"
#include "hilo/ops/attention.h"
#include "hilo/ops/rotary.h"

// B batch, T tokens, S tokens of the memory, D width of a token, N heads, K key heads, H width of a
// head.
namespace hilo::nn {

struct MultiHeadAttentionOptions {
  Dim heads = 0;              ///< N; must be set
  Dim key_value_heads = 0;    ///< K, divides N: groups of heads share keys and values; 0: N
  Dim head_width = 0;         ///< H; 0: D / N
  Dim out_width = 0;          ///< 0: D
  Value memory{};             ///< [B,S,M]: keys and values come from it (cross attention); none: x
  AttentionOptions scores{};  ///< masks, window, cap, bias, lengths, positions: of hilo/ops; its
                              ///< `dropout` is for training, and needs no key
  std::optional<RotaryOptions> rotary{};           ///< rotates queries and keys by their positions
  std::optional<RmsNormOptions> query_key_norm{};  ///< of each head, before the rotation
  bool bias = true, out_bias = true;
  Initializer kernel_initializer = glorot_uniform();
};

/// Attention by several heads: layers "query" [D,N H], "key" and "value" [M,K H], "out" [N H,D]
/// around `scaled_dot_product_attention`; with `query_key_norm` "query_norm" and "key_norm" [H].
/// Shapes:  x [B,T,D] -> [B,T,D], or [B,T,out_width].
/// Throws:  OpError if x or the memory is no float of three axes, `heads` is not set or does not
///          divide D where `head_width` is not given, or a setting does not fit.
/// Source:  Vaswani et al. 2017.
/// Example: nn::multi_head_attention(scope / "attention", x,
///              {.heads = 8, .scores = {.is_causal = true}, .rotary = RotaryOptions{}})
Value multi_head_attention(Scope scope, Value x, const MultiHeadAttentionOptions& options);

}  // namespace hilo::nn
