#pragma once
#include "hilo/models/gemma/cache.h"
#include "hilo/models/gemma/config.h"

// What stands between the products of a layer: for the sources of this room.
namespace hilo::models::gemma {

/// What attention computes between its products with matrices. B batch, T new tokens, N heads, K
/// key heads, H width of a head.
struct HeadInputs {
  Value q;                     ///< f32[B,T,N,H]
  Value k, v;                  ///< f32[B,T,K,H]
  Value q_scale{}, k_scale{};  ///< f32[H], of the norms; none where the model has none
};

/// Norms and turns queries and keys, puts keys and values into `cache`, which becomes the one with
/// the new tokens, and looks at it. On a CPU that is one kernel in f32, which writes the cache in
/// place. Shapes:  -> [B,T,N,H].
Value attend(const Config& config, Dim layer, const HeadInputs& x, LayerCache& cache,
             const Placement& at);

}  // namespace hilo::models::gemma
