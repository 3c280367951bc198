#pragma once
#include <string>

#include "tools/gemma_model.h"
#include "tools/messages.h"

namespace hilo::tools {

/// What of a Gemma is measured.
struct GemmaBench {
  ModelFlags model{.takes_sizes = true};
  std::int64_t prompt = 512, tokens = 64, batch = 1;
  int rounds = 3;
  std::string peer{}, peer_path{};  ///< "llama.cpp", or none
  std::string text{};               ///< a file, for the divergence; empty: one of our own
};

/// Measures load, first token, prefill, decode, memory, and how far quantised weights lead away
/// from exact ones; a peer in turns with Hilo, on the same file. docs/performance.md says what each
/// is. Throws:  UsageError for flags that do not fit; what the model and the peer throw.
Json bench_gemma(const GemmaBench& bench);

}  // namespace hilo::tools
