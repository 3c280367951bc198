#pragma once
#include <optional>

#include "hilo/graph/value.h"

// The next token of each request of a batch, chosen on the device. Every setting is an array with
// an entry a request, so requests differ with no new compile, and a setting that is off for all of
// them costs next to nothing.
//   B requests, V tokens, K biased tokens a request. Logits are f32[B,V]; a token that is out has
//   -infinity.
// The steps, in the order in which `sample` takes them (that of Hugging Face's generate):
//   1. add_logit_bias   2. penalize   3. mask_tokens   4. scale_by_temperature
//   5. keep_top_k   6. keep_top_p   7. keep_min_p   8. keep_typical   9. draw
// Each takes logits and gives logits, so another order is another few lines.
namespace hilo::nn {

/// Adds `amounts` to the logits of the tokens `ids`; the same id twice adds twice, an id below 0 is
/// none. Shapes:  logits f32[B,V], ids i32[B,K], amounts f32[B,K] -> f32[B,V].
Value add_logit_bias(Value logits, Value ids, Value amounts);

/// Makes tokens that occurred less likely. Repetition divides their positive logits and multiplies
/// negative ones (1 is off); presence is subtracted once, frequency once an occurrence (0 is off).
/// Shapes:  logits f32[B,V], counts i32[B,V], the penalties f32[B] -> f32[B,V].
/// Source:  Keskar et al., CTRL, 2019 (repetition); the API of OpenAI (presence, frequency).
Value penalize(Value logits, Value counts, Value repetition, Value presence, Value frequency);

/// The counts with one more of each request's token; a token below 0 is none.
/// Shapes:  counts i32[B,V], tokens i32[B] -> i32[B,V].
Value count_tokens(Value counts, Value tokens);

/// Takes out the tokens whose bit is 0: bit i % 32 of word i / 32 is token i's. What constrained
/// output needs. Shapes:  logits f32[B,V], words u32[B,ceil(V/32)] -> f32[B,V].
Value mask_tokens(Value logits, Value words);

/// Divides by the temperature; where that is 0 the logits stay.
/// Shapes:  logits f32[B,V], temperature f32[B] -> f32[B,V].
Value scale_by_temperature(Value logits, Value temperature);

/// Keeps the k likeliest tokens, and others that are equal to the last of them. 0 and less: all.
/// Shapes:  logits f32[B,V], k i32[B] -> f32[B,V].
/// Cost:    32 passes over the logits (a bisection, no sort), if any request asks.
Value keep_top_k(Value logits, Value k);

/// Keeps the likeliest tokens until their probabilities sum to p, at least one. 1 and more: all.
/// Shapes:  logits f32[B,V], p f32[B] -> f32[B,V].
/// Cost:    as keep_top_k.
/// Source:  Holtzman et al., The curious case of neural text degeneration, 2020.
Value keep_top_p(Value logits, Value p);

/// Keeps tokens of at least p times the highest probability. 0 and less: all.
/// Shapes:  logits f32[B,V], p f32[B] -> f32[B,V].
/// Source:  Nguyen et al., Turning up the heat: min-p sampling, 2024.
Value keep_min_p(Value logits, Value p);

/// Keeps the tokens whose surprise is nearest to the mean surprise, until their probabilities sum
/// to p. 1 and more: all. Shapes:  logits f32[B,V], p f32[B] -> f32[B,V]. Cost:    as keep_top_k.
/// Source:  Meister et al., Locally typical sampling, 2023.
Value keep_typical(Value logits, Value p);

/// The likeliest token of each request, the first of several, and the logarithm of its probability.
/// Shapes:  logits f32[B,V] -> i32[B], f32[B].
struct Likeliest {
  Value tokens, log_probabilities;
};
Likeliest likeliest(Value logits);

/// A token for each request: drawn by softmax(logits), or the likeliest where the temperature is 0.
/// The n-th token of a request depends on its own key and n and its own logits only, so it is the
/// same alone and in any batch. Shapes:  logits f32[B,V], temperature f32[B], keys u64[B,2], steps
/// i32[B] -> i32[B]. Source:  the Gumbel-max trick; keys as in hilo/ops/random_bits.h.
Value draw(Value logits, Value temperature, Value keys, Value steps);

/// What requests ask for; none is off for all. Dims as above.
struct SamplingSettings {
  Value temperature{};                                                  ///< f32[B]; none: greedy
  Value top_k{};                                                        ///< i32[B]
  Value top_p{};                                                        ///< f32[B]
  Value min_p{};                                                        ///< f32[B]
  Value typical_p{};                                                    ///< f32[B]
  Value repetition_penalty{}, presence_penalty{}, frequency_penalty{};  ///< f32[B], with `counts`
  Value counts{};        ///< i32[B,V], of tokens that occurred
  Value bias_ids{};      ///< i32[B,K]
  Value bias_amounts{};  ///< f32[B,K]
  Value allowed{};       ///< u32[B,ceil(V/32)], as mask_tokens has it
  Value keys{};   ///< u64[B,2], random_key_array(seed) of each request; needed with a temperature
  Value steps{};  ///< i32[B], how many tokens each request has drawn
};

/// The logits after steps 1 to 3: what log-probabilities are reported of.
Value adjust_logits(Value logits, const SamplingSettings& settings);

/// All steps in their order.
/// Shapes:  logits f32[B,V] (narrower floats are widened) -> i32[B].
/// Throws:  OpError if a setting has other dims or another dtype, or one of a pair is missing.
Value sample(Value logits, const SamplingSettings& settings);

}  // namespace hilo::nn
