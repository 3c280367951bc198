#pragma once
#include "hilo/models/gemma/cache.h"
#include "hilo/models/gemma/config.h"

// What stands between the products of a layer: for the sources of this room.
namespace hilo::models::gemma {

/// What attention computes between its products with matrices. B batch, T new tokens, N heads, K
/// key heads, H width of a head.
struct HeadInputs {
  Value q{};                   ///< f32[B,T,N,H]
  Value k{}, v{};              ///< f32[B,T,K,H]
  Value q_scale{}, k_scale{};  ///< f32[H], of the norms; none where the model has none
  Value joint{};               ///< [B,T,(N + 2K)H], in place of q, k and v
};

/// Norms and turns queries and keys, puts keys and values into `cache`, which becomes the one with
/// the new tokens, and looks at it. On a CPU in f32 that is one kernel, which writes the cache in
/// place; on a CUDA device too, for one token in bf16 that comes `joint`. Shapes:  -> [B,T,N,H].
Value attend(const Config& config, Dim layer, const HeadInputs& x, LayerCache& cache,
             const Placement& at);

}  // namespace hilo::models::gemma
