#include "hilo/models/gemma/cache.h"

#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"

namespace hilo::models::gemma {
namespace {

// i32[S]: the slot, among all that were ever written, whose token is kept at each place of a ring
// of S when `last` was the last one; below 0 where there was none. Without a turn that is 0 .. S-1.
Value slots_of_ring(Value last, Dim places) {
  const Value place = iota({kI32, {places}});
  const Value behind = last - place;                             // may be negative
  const Value turns = select(behind >= 0, behind / places, -1);  // of the ring since
  return place + turns * places;
}

// [S] -> [B,S], as positions of each row.
Value positions_of(Value slots, Value padding) {
  return expand_dims(slots, 0) - expand_dims(padding, 1);
}

// The ring after the T tokens: each place keeps the newest slot that belongs there.
Value turned(Value ring, Value fresh, const Placement& at) {
  const Dim places = ring.dim(2);
  const Value slots = slots_of_ring(at.start + at.count - 1, places);  // [S]
  const Value from = slots - at.start;                                 // of the new tokens
  const Value is_new = reshape(from >= 0, {1, 1, places, 1});
  return select(is_new, take(fresh, clamp(0, from, fresh.dim(2) - 1), 2), ring);
}

}  // namespace

Dim ring_slots(const Config& config) { return config.window + config.window_slack; }

Shape cache_shape(const Config& config, Dim layer, Dim batch, Dim slots) {
  const Dim own = config.has_local(layer) ? std::min(slots, ring_slots(config)) : slots;
  return {config.precision.cache, {batch, config.key_value_heads, own, config.head_width}};
}

Value new_positions(const Placement& at, Dim tokens) {
  return positions_of(iota({kI32, {tokens}}) + at.start, at.padding);
}

Seen remember(const LayerCache& cache, Value keys, Value values, const Placement& at,
              bool is_ring) {
  const auto turn = [](Value x) { return transpose(x, {0, 2, 1, 3}); };  // [B,T,K,H] <-> [B,K,T,H]
  const Value k = convert(keys, cache.keys.dtype()), v = convert(values, cache.values.dtype());
  const Value new_keys = turn(k), new_values = turn(v);
  const Dim places = cache.keys.dim(2), tokens = k.dim(1);
  const bool overtakes = is_ring && tokens > 1;
  const Value place = is_ring ? remainder(at.start, places) : at.start;
  const LayerCache now =
      overtakes ? LayerCache{turned(cache.keys, new_keys, at), turned(cache.values, new_values, at)}
                : LayerCache{dynamic_update_slice_axis(cache.keys, new_keys, 2, place),
                             dynamic_update_slice_axis(cache.values, new_values, 2, place)};
  const Value fresh = iota({kI32, {tokens}}) + at.start;
  if (at.is_first) return {k, v, positions_of(fresh, at.padding), now};
  if (!overtakes) {
    const Value slots = is_ring ? slots_of_ring(at.start, places) : iota({kI32, {places}});
    return {turn(now.keys), turn(now.values), positions_of(slots, at.padding), now};
  }
  // The ring may lose what the first of the new tokens still see: they look at it as it was.
  const Value slots = concatenate({slots_of_ring(at.start - 1, places), fresh}, 0);
  return {turn(concatenate({cache.keys, new_keys}, 2)), turn(concatenate({cache.values, new_values}, 2)),
          positions_of(slots, at.padding), now};
}

}  // namespace hilo::models::gemma
