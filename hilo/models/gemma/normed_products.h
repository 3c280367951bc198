#pragma once
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/models/gemma/config.h"

// Norms, and products with joint matrices behind them: for the sources of this room.
namespace hilo::models::gemma {

/// What runs from layer to layer, f32[B,T,D]: x, and what is still to be added to it.
struct Stream {
  Value x;
  Value added{};        ///< none: nothing is
  Value added_scale{};  ///< f32[D], of the norm that it is added after; none: it is added as it is
};

/// Adds what is to be added, and norms the sum, which `stream` is then.
/// Shapes:  scale f32[D] -> f32[B,T,D].
Value normed(Stream& stream, Value scale, const Config& config);

/// The same times the rows of a matrix [n,D] in the activations' dtype; gated, gelu of the first
/// half of these products times the second. On a CUDA device few rows in bf16 are one kernel, more
/// the norms alone. Shapes:  -> [B,T,n] in `Precision::inner`, or gated [B,T,n/2] in the
/// activations' dtype.
Value normed_products(Stream& stream, Value scale, Value matrix, bool is_gated,
                      const Config& config);

/// x times the rows of a matrix [n,D] in the activations' dtype. On a CUDA device one row in bf16
/// is one kernel. Shapes:  [B,T,D] -> f32[B,T,n].
Value plain_products(Value x, Value matrix);

}  // namespace hilo::models::gemma
