#pragma once
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/models/gemma/config.h"

// B batch, T new tokens, S slots of a layer, K key heads, H width of a head.
//
// All rows of a batch write the same slots, so that a step is one slice: shorter prompts have
// padding in front. A token in slot s of row b has position s - padding[b]; padding has negative
// positions, which nobody sees. Local layers keep no more slots than a ring of `ring_slots`: slot s
// then lives at s mod ring, and is overwritten when the window has passed.
namespace hilo::models::gemma {

/// Keys and values that a layer has seen: [B,K,S,H] each, as products over S and H read them.
struct LayerCache {
  Value keys, values;
};

/// Slots that a local layer keeps at most: the window, and `window_slack` to go back by.
Dim ring_slots(const Config& config);

/// The shape of keys and of values in a cache that has room for `slots` tokens.
Shape cache_shape(const Config& config, Dim layer, Dim batch, Dim slots);

/// Where the new tokens of a step go.
struct Placement {
  Value start;    ///< i32[]: slots that are taken already
  Value count;    ///< i32[]: how many of the T tokens count; those behind fill a bucket
  Value padding;  ///< i32[B]: slots in front of each row's first token
  bool is_first = false;  ///< start is 0: nothing is in the cache
};

/// What the new tokens of a layer look at.
struct Seen {
  Value keys, values;  ///< [B,S',K,H]
  Value positions;     ///< i32[B,S']; below 0: nothing is there
  LayerCache cache;    ///< with the new tokens
};

/// Puts `keys` and `values` [B,T,K,H] of new tokens into the cache, which has room for start + T
/// slots unless it `is_ring`.
Seen remember(const LayerCache& cache, Value keys, Value values, const Placement& at, bool is_ring);

/// i32[B,T]: the positions of the T new tokens.
Value new_positions(const Placement& at, Dim tokens);

}  // namespace hilo::models::gemma
