#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/models/gemma/generate.h"
#include "hilo/pjrt/client.h"
#include "hilo/tokenizers/constraint.h"
#include "hilo/tokenizers/tokenizer.h"

namespace hilo::models {

struct GemmaOptions {
  /// f32, bf16 or f16: of weights, products and cache. If not given, matrices that a file has in
  /// quantised blocks stay in them on a CPU (but not on a mesh), and all else is f32.
  std::optional<DType> dtype{};
  Dim context = 0;                    ///< tokens of prompt and text together; 0: the model's
  std::filesystem::path config{};     ///< a config.json, for weights that come without
  std::filesystem::path tokenizer{};  ///< a tokenizer, for weights that come without
  gemma::EngineOptions engine{};
};

/// As gemma::GenerateOptions, for text.
struct GemmaGenerateOptions {
  Dim max_tokens = 256;
  Dim min_tokens = 0;  ///< before them, no token that ends the text is chosen
  gemma::SamplingOptions sampling{};
  gemma::Ids stop_ids{};                  ///< end the text; <eos> and <end_of_turn> if empty
  std::vector<std::string> stop_texts{};  ///< end the text, and are not part of it
  std::shared_ptr<tokenizers::Constraint> constraint{};  ///< the text follows it
  gemma::Guesser speculate{};   ///< gemma::Ngram{} or gemma::Draft(engine): the same text, sooner
  Dim guesses = 7;              ///< of speculation, that are tried in a launch
  bool parses_special = false;  ///< "<start_of_turn>" in a prompt is the token
  /// Called with each piece of text that is certain, as it comes. False ends the text.
  std::function<bool(std::string_view text)> on_text{};
  /// The same for each token.
  std::function<bool(std::int32_t id, float log_probability)> on_token{};
};

struct GemmaText {
  std::string text;
  gemma::Generated tokens;
};

/// A Gemma of any generation, with its tokenizer.
/// Example:
///     auto model = Gemma::open(pjrt::open(), "gemma-3-270m");
///     std::cout << model.generate("Are bees and wasps similar?", {.max_tokens = 100});
class Gemma {
 public:
  /// A Hugging Face folder, a Kaggle (Flax, Orbax) folder, a GGUF file, or the name of a model in
  /// HILO_CACHE/models, where `make gemma` puts gemma-3-270m. Without a config the sizes that were
  /// published are recognised; without a tokenizer only ids can be used. Throws:  FormatError for
  /// files that are no Gemma, with what differs.
  static Gemma open(const pjrt::Client& client, const std::filesystem::path& path,
                    const GemmaOptions& options = {});

  /// A model of this size with random weights (random_weights.h) and no tokenizer, to be measured.
  static Gemma random(const pjrt::Client& client, gemma::Config config,
                      const GemmaOptions& options = {});

  /// Continues the prompt, with <bos> before it.
  std::string generate(std::string_view prompt, const GemmaGenerateOptions& options = {});
  /// The same with all that is known of the text.
  GemmaText generate_text(std::string_view prompt, const GemmaGenerateOptions& options = {});
  /// The same of ids. Without a tokenizer the text stays empty, and there can be no `stop_texts`.
  GemmaText generate_ids(const gemma::Ids& prompt, const GemmaGenerateOptions& options = {});

  [[nodiscard]] bool has_tokenizer() const { return tokenizer_.has_value(); }
  /// Throws:  Error if there is none, with what to do.
  [[nodiscard]] const tokenizers::Tokenizer& tokenizer() const;
  /// Ids that end a text: <eos>, <end_of_turn>.
  [[nodiscard]] gemma::Ids stop_ids() const;
  [[nodiscard]] const gemma::Config& config() const { return engine_->config(); }
  [[nodiscard]] gemma::Engine& engine() { return *engine_; }
  [[nodiscard]] gemma::Generator& generator() { return generator_; }

 private:
  Gemma(std::unique_ptr<gemma::Engine> engine, std::optional<tokenizers::Tokenizer> tokenizer,
        std::string label);

  std::unique_ptr<gemma::Engine> engine_;
  gemma::Generator generator_;
  std::optional<tokenizers::Tokenizer> tokenizer_;
  std::string label_;
};

}  // namespace hilo::models
