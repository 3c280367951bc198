#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "hilo/exec/tensor.h"
#include "hilo/models/gemma/config.h"
#include "hilo/nn/sampling.h"

namespace hilo::models::gemma {

/// How the next token is chosen, by the steps of hilo/nn/sampling.h in their order. The defaults
/// are the likeliest token, always.
struct SamplingOptions {
  double temperature = 0;  ///< 0: the likeliest; then only penalties and biases count
  Dim top_k = 0;           ///< 0: all
  double top_p = 1, min_p = 0, typical_p = 1;
  double repetition_penalty = 1, presence_penalty = 0, frequency_penalty = 0;  ///< count the prompt
  std::vector<std::pair<std::int32_t, double>> logit_bias{};  ///< added to a token's logit
  std::uint64_t seed = 0;  ///< of the first text of a batch; the others have the numbers behind it
};

/// Throws:  UsageError that names the option and what it may be.
void check(const SamplingOptions& options, Dim vocabulary);

/// Which steps a decode program has: programs differ by this, not by the numbers.
struct Chooser {
  bool draws = false, penalizes = false;
  bool is_constrained = false;  ///< u32[B,ceil(V/32)], the last input, says which tokens may come
  bool goes_on = false;         ///< no stop id is chosen before `min_tokens`
  Dim biases = 0;               ///< places for biased tokens

  static Chooser of(const SamplingOptions& options);
  [[nodiscard]] std::size_t input_count() const {
    return (draws ? 6U : 0U) + (penalizes ? 3U : 0U) + (biases > 0 ? 2U : 0U) +
           (is_constrained ? 1U : 0U);
  }
  auto operator<=>(const Chooser&) const = default;

  /// What the program takes for these options: `input_count()` tensors, without the constraint's.
  [[nodiscard]] std::vector<Tensor> inputs(const SamplingOptions& options, Dim batch) const;
  /// The same inputs in the program. `counts` i32[B,V] if it penalizes; `step` i32[]: which token
  /// of the answer it is.
  [[nodiscard]] nn::SamplingSettings settings(std::span<const Value> inputs, Value counts,
                                              Value step) const;
};

/// i32[B,V]: how often each token stands in each text.
Tensor token_counts(const std::vector<Ids>& texts, Dim vocabulary);

}  // namespace hilo::models::gemma
