#pragma once
// Small random models, and texts for them.
#include "hilo/models/gemma/generate.h"
#include "tests/models/gemma_quick.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {

inline constexpr Dim kWindow = 6;

inline Config small(int generation, Dim slack, const Precision& precision = {}) {
  Config c{.generation = generation,
           .layers = 3,
           .width = 32,
           .heads = 4,
           .key_value_heads = 2,
           .head_width = 16,
           .hidden = 48,
           .vocabulary = 96,
           .context = 96,
           .query_scale = 0.25,
           .window = kWindow,
           .window_slack = slack,
           .is_local = local_layers(3, generation == 1 ? 1 : 2),
           .precision = precision};
  if (generation == 2) c.attention_cap = 5, c.logit_cap = 3;
  return c;
}

inline Engine engine_of(const Config& config, std::uint64_t seed = 7, Dim least_slots = 32) {
  nn::Store weights = declare_weights(config);
  weights.materialize(test::cpu(), seed);
  EngineOptions options = test::quick_engine();
  options.least_slots = least_slots;
  return {test::cpu(), config, std::move(weights), options};
}

// Engines are shared: their programs take a second each to compile.
inline Engine& plain() {
  static Engine engine = engine_of(small(3, 0));
  return engine;
}

inline Ids some_ids(Dim count, int seed) {
  Ids ids;
  for (Dim i = 0; i < count; ++i)
    ids.push_back(static_cast<std::int32_t>((i * i * 7 + i * 13 + seed * 31 + 2) % 96));
  return ids;
}

}  // namespace hilo::models::gemma
