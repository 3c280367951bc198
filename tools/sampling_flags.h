#pragma once
#include <string>
#include <vector>

#include "hilo/models/gemma/gemma.h"

namespace CLI {
class App;
}

namespace hilo::tools {

/// The flags of every command that makes text.
struct SamplingFlags {
  models::gemma::SamplingOptions sampling{};
  std::int64_t max_tokens = 256, min_tokens = 0;
  std::vector<std::string> stop{}, logit_bias{};
};

void add_sampling_flags(CLI::App& app, SamplingFlags& flags);
/// Throws UsageError for a bias that is none.
models::GemmaGenerateOptions options_of(const SamplingFlags& flags);

}  // namespace hilo::tools
