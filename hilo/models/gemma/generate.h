#pragma once
#include <functional>
#include <string>
#include <vector>

#include "hilo/models/gemma/engine.h"
#include "hilo/models/gemma/speculate.h"

namespace hilo::models::gemma {

/// Why a text ended.
enum class Finish : std::uint8_t {
  kStopId,   ///< a token that ends texts
  kLength,   ///< `max_tokens`
  kContext,  ///< the model's context is full
  kCaller,   ///< `on_token` said so
};

struct GenerateOptions {
  Dim max_tokens = 256;
  Dim min_tokens = 0;  ///< before them, no token that ends the text is chosen
  Dim already_made = 0;  ///< tokens at the prompt's end that are of the answer, as random numbers
                         ///< and `min_tokens` count it
  SamplingOptions sampling{};
  Ids stop_ids{};  ///< end the text, and belong to it
  /// Bit i % 32 of word i / 32 says whether token i may come next in that row: asked before each
  /// token, so that a launch makes one.
  std::function<std::span<const std::uint32_t>(std::size_t row)> allowed{};
  /// Called for each token as the host hears of it: in groups of up to kTokensALaunch. False ends
  /// that row's text behind the token.
  std::function<bool(std::size_t row, std::int32_t id, float log_probability)> on_token{};
  /// `Ngram{}`, `Draft(engine)` or a function of one's own guesses tokens; the text stays the same.
  /// For one prompt, and without `allowed`. A launch then makes one token and those that were
  /// guessed right.
  Guesser speculate{};
  Dim guesses = 7;  ///< that are tried in a launch at most
};

/// A text that was made, as ids.
struct Generated {
  Ids ids{};
  std::vector<float> log_probabilities{};  ///< natural logarithms, of each id under the model
  Finish finish = Finish::kLength;
};

/// What the last `generate` took.
struct GenerateReport {
  Dim prompt_tokens = 0;  ///< of all rows
  Dim reused_tokens = 0;  ///< of them, those that the model remembered
  Dim made_tokens = 0;
  Dim guessed_tokens = 0, accepted_tokens = 0;  ///< of speculation
  double read_seconds = 0, decode_seconds = 0, first_token_seconds = 0;
  int launches = 0;  ///< of programs on the device
  Dim slots = 0;     ///< that the cache had room for at the end
};

/// Continues texts. Remembers the last one: a prompt that begins with it, or with much of it, is
/// only read from where they differ. Example: Generator(engine).generate({{2, 818, 5279}},
/// {.max_tokens = 20})[0].ids
class Generator {
 public:
  explicit Generator(Engine& engine) : engine_(&engine) {}

  /// Continues each prompt. Rows of other lengths do not change each other's text.
  /// Throws:  UsageError for an empty prompt, an id outside of the vocabulary, a prompt that fills
  ///          the context, or speculation for several prompts or beyond what rings can go back by.
  std::vector<Generated> generate(const std::vector<Ids>& prompts,
                                  const GenerateOptions& options = {});

  [[nodiscard]] const GenerateReport& report() const { return report_; }
  /// Forgets the last text, and frees its memory.
  void forget();

 private:
  class Texts;
  [[nodiscard]] Dim reusable(const Ids& prompt) const;
  Tensor read(const std::vector<Ids>& prompts, Dim max_tokens);
  void decode(Tensor logits, const std::vector<Ids>& prompts, const GenerateOptions& options,
              Texts& texts);
  void speculate(const GenerateOptions& options, const Chooser& chooser,
                 const std::vector<Tensor>& chooser_inputs, Tensor counts, Texts& texts);

  Engine* engine_;
  Memory memory_{};
  Ids remembered_{};  // what the memory holds, of a batch of one
  GenerateReport report_{};
};

}  // namespace hilo::models::gemma
