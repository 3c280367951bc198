#pragma once
#include <functional>
#include <memory>

#include "hilo/models/gemma/chooser.h"

// Speculation: something cheap guesses how a text goes on, and the model reads all guesses in one
// pass, which costs little more than one token where memory is what bounds it. It keeps those that
// it would have chosen itself, so the text is the same as without: a sampler too chooses by its
// seed and the place alone. That is to rounding: sums over several tokens at once differ in their
// last bits, and so may the choice between tokens that are as likely as each other. Where
// activations are rounded to 8 bits (weights in blocks) such ties are wider.
namespace hilo::models::gemma {

class Engine;
class Generator;

/// What a guesser is asked.
struct GuessRequest {
  const Ids& text;  ///< prompt and answer so far
  Dim made = 0;     ///< tokens of the answer among them
  Dim count = 0;    ///< guesses wanted; fewer will do
  const SamplingOptions& sampling;
};

/// Says how a text might go on.
using Guesser = std::function<Ids(const GuessRequest&)>;

/// Guesses that a text goes on as it did before: looks for the last place where its last `longest`
/// tokens occurred, or fewer, down to `shortest`, and guesses what followed there. Costs nothing,
/// and helps where answers repeat their prompts: summaries, code, corrections.
/// Source:  Saxena, Prompt lookup decoding, 2023.
struct Ngram {
  Dim longest = 4, shortest = 2;
  Ids operator()(const GuessRequest& request) const;
};

/// Guesses by a smaller model with the same vocabulary, which draws with the same random numbers.
/// Lifetime: the engine outlives it. Copies share what the model remembers of the last text.
/// Source:  Leviathan et al., Fast inference from transformers via speculative decoding, 2023.
class Draft {
 public:
  explicit Draft(Engine& engine);
  Ids operator()(const GuessRequest& request) const;

 private:
  const Engine* engine_;
  std::shared_ptr<Generator> generator_;
};

}  // namespace hilo::models::gemma
