#pragma once
#include <optional>

#include "tools/gemma_model.h"

namespace hilo::tools {

/// How guesses are made of what follows, if they are.
struct SpeculationFlags {
  std::string kind{}, draft{};
  std::int64_t guesses = 7;
};

/// Adds --speculate, --draft and --draft-tokens.
void add_speculation_flags(CLI::App& app, SpeculationFlags& flags);

/// What guesses for a model, and the smaller model that it may need.
class Speculation {
 public:
  /// Throws:  UsageError for flags that do not go together, or a draft with another vocabulary.
  Speculation(const SpeculationFlags& flags, const ModelFlags& model_flags, models::Gemma& model);
  void add_to(models::GemmaGenerateOptions& options) const;

 private:
  std::optional<models::Gemma> draft_{};
  models::gemma::Guesser guesser_{};
  std::int64_t guesses_;
};

}  // namespace hilo::tools
