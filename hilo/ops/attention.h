#pragma once
#include <optional>

#include "hilo/graph/value.h"

// B batch, T queries, S keys, N query heads, K key and value heads, H width of a head, V width of a
// value.
namespace hilo {

/// How far a query sees: from `left` places before its own to `right` behind. What others call a
/// window of W tokens, the query's own among them, is {.left = W - 1, .right = 0}.
struct AttentionWindow {
  Dim left = 0, right = 0;
};

/// All settings hold together: a query sees a key if each of them lets it.
struct AttentionOptions {
  bool is_causal = false;  ///< no query sees a key behind its own position
  std::optional<AttentionWindow> window{};
  std::optional<double> scale{};  ///< of the products q k; 1 / sqrt(H) if not given
  double soft_cap = 0;            ///< scores become cap tanh(score / cap), if it is not 0
  Value bias{};                   ///< floats, added to the scores; broadcasts to [B,N,T,S]
  Value mask{};                   ///< i1, true where a query may look; broadcasts to [B,N,T,S]
  Value query_lengths{}, key_lengths{};      ///< integers [B]: what is behind is padding
  Value query_positions{}, key_positions{};  ///< integers [T] or [B,T], [S] or [B,S], that
                                             ///< `is_causal` and `window` compare; 0, 1, 2 ..
  double dropout = 0;   ///< chance of each probability to become 0; the others grow
  Value dropout_key{};  ///< random key; without one there is no dropout
};

/// What each query makes of the keys' values: softmax(cap(scale q k) + bias), masked, times v.
/// Products are summed, and the softmax is computed, in f32 or wider.
/// Shapes:  q [B,T,N,H], k [B,S,K,H], v [B,S,K,V] -> [B,T,N,V] of q's dtype; K divides N, and head n
///          looks into key head n K / N.
/// Throws:  OpError if shapes or dtypes do not fit, or a setting makes no sense.
/// Gradient: all of q, k, v and the bias. A query that sees no key gives 0, and gradients of 0
///          (jax.nn.dot_product_attention gives it the mean of v, masked or not).
/// Cost:    memory for the probabilities, B N T S numbers of f32. Where positions are left out, T is S, and
///          `is_causal`, they are computed 512 queries at a time, and only with keys that these can see.
/// Source:  Vaswani et al. 2017; Ainslie et al. 2023 for groups; Gemma 2 report for the cap.
/// Example: scaled_dot_product_attention(q, k, v, {.is_causal = true})
Value scaled_dot_product_attention(Operand q, Operand k, Operand v, AttentionOptions options = {});

/// The probabilities alone, with dropout.
/// Shapes:  q [B,T,N,H], k [B,S,K,H] -> [B,N,T,S] of f32, or f64.
Value attention_weights(Operand q, Operand k, AttentionOptions options = {});

}  // namespace hilo
