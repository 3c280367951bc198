#pragma once
// Tests of Gemma compile many programs and run each for a moment.
#include "hilo/models/gemma/engine.h"

namespace hilo::test {

/// Short buckets, and programs compiled in a third of the time.
inline models::gemma::EngineOptions quick_engine() {
  models::gemma::EngineOptions options{.least_slots = 32, .least_tokens = 8};
  options.compile.options.flags = {{"xla_backend_optimization_level", std::int64_t{0}},
                                   {"xla_llvm_disable_expensive_passes", true}};
  return options;
}

}  // namespace hilo::test
