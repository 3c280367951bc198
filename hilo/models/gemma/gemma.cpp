#include "hilo/models/gemma/gemma.h"

#include <fmt/format.h>

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/models/gemma/memory_room.h"
#include "hilo/models/gemma/model_files.h"
#include "hilo/models/gemma/random_weights.h"

namespace hilo::models {
namespace {

namespace fs = std::filesystem;
using tokenizers::Tokenizer;

// Text that is cut where one of several texts begins, and held back where one might.
class StopTexts {
 public:
  explicit StopTexts(std::vector<std::string> texts) : texts_(std::move(texts)) {
    std::erase(texts_, "");
  }

  // What is certain of the text now that `piece` is behind it.
  std::string push(std::string_view piece) {
    held_ += piece;
    std::size_t cut = std::string::npos, keep = 0;
    for (const std::string& text : texts_) {
      cut = std::min(cut, held_.find(text));
      for (std::size_t n = std::min(text.size() - 1, held_.size()); n > keep; --n) {
        if (held_.ends_with(std::string_view(text).substr(0, n))) keep = n;
      }
    }
    is_met_ = cut != std::string::npos;
    const std::string certain = held_.substr(0, is_met_ ? cut : held_.size() - keep);
    held_.erase(0, certain.size());
    return certain;
  }
  [[nodiscard]] bool is_met() const { return is_met_; }
  [[nodiscard]] const std::string& held() const { return held_; }

 private:
  std::vector<std::string> texts_;
  std::string held_{};
  bool is_met_ = false;
};

// The config as it is run here.
gemma::Config fitted(gemma::Config config, const pjrt::Client& client, const GemmaOptions& options) {
  if (options.context > config.context) {
    throw UsageError(
        fmt::format("a context of {} tokens is longer than the model's; expected at most {}",
                    options.context, config.context));
  }
  if (options.context > 0) config.context = options.context;
  config.precision = gemma::Precision::of(options.dtype.value_or(kF32));
  // Joint matrices spare launches, which a CPU hardly has; a mesh would cut across them.
  config.is_fused = !options.engine.mesh && client.platform_name() != "cpu";
  return config;
}

gemma::Division division_of(const gemma::Config& config, const GemmaOptions& options) {
  return options.engine.mesh ? gemma::Division(config, *options.engine.mesh) : gemma::Division();
}

}  // namespace

Gemma::Gemma(std::unique_ptr<gemma::Engine> engine, std::optional<Tokenizer> tokenizer,
             std::string label)
    : engine_(std::move(engine)),
      generator_(*engine_),
      tokenizer_(std::move(tokenizer)),
      label_(std::move(label)) {}

Gemma Gemma::open(const pjrt::Client& client, const fs::path& path, const GemmaOptions& options) {
  const auto files = gemma::ModelFiles::open(path, options.config, options.tokenizer);
  gemma::Config config = fitted(files.config, client, options);
  if (!options.dtype && !options.engine.mesh && client.platform_name() == "cpu")
    config.precision.blocks = gemma::blocks_of(config, files.layout, *files.source);
  std::optional<Tokenizer> tokenizer = files.tokenizer();
  const gemma::Division division = division_of(config, options);
  gemma::expect_room_for_weights(client, config, options.engine.devices());
  nn::Store weights = gemma::load_weights(config, files.layout, *files.source, client, division);
  return {std::make_unique<gemma::Engine>(client, config, std::move(weights), options.engine),
          std::move(tokenizer), path.string()};
}

Gemma Gemma::random(const pjrt::Client& client, gemma::Config config, const GemmaOptions& options) {
  config = fitted(std::move(config), client, options);
  const gemma::Division division = division_of(config, options);
  gemma::expect_room_for_weights(client, config, options.engine.devices());
  nn::Store weights = gemma::random_weights(config, client, division);
  return {std::make_unique<gemma::Engine>(client, config, std::move(weights), options.engine), {},
          "random weights"};
}

const Tokenizer& Gemma::tokenizer() const {
  if (!tokenizer_)
    throw Error(
        label_ +
        ": it has no tokenizer; expected tokenizer.model or tokenizer.json beside the weights");
  return *tokenizer_;
}

gemma::Ids Gemma::stop_ids() const {
  if (!tokenizer_) return {1};
  gemma::Ids ids;
  if (const auto eos = tokenizer_->vocabulary().eos) ids.push_back(*eos);
  for (const char* piece : {"<eos>", "<end_of_turn>"}) {
    const auto id = tokenizer_->find(piece);
    if (id && std::ranges::count(ids, *id) == 0) ids.push_back(*id);
  }
  return ids;
}

std::string Gemma::generate(std::string_view prompt, const GemmaGenerateOptions& options) {
  return generate_text(prompt, options).text;
}

GemmaText Gemma::generate_text(std::string_view prompt, const GemmaGenerateOptions& options) {
  return generate_ids(
      tokenizer().encode(prompt, {.adds_bos = true, .parses_special = options.parses_special}),
      options);
}

GemmaText Gemma::generate_ids(const gemma::Ids& prompt, const GemmaGenerateOptions& options) {
  std::optional<tokenizers::StreamDecoder> stream;
  if (tokenizer_ || !options.stop_texts.empty()) stream.emplace(tokenizer());
  StopTexts stops(options.stop_texts);
  GemmaText result;
  const auto say = [&](const std::string& text) {
    result.text += text;
    return text.empty() || !options.on_text || options.on_text(text);
  };
  gemma::GenerateOptions own{.max_tokens = options.max_tokens,
                             .min_tokens = options.min_tokens,
                             .sampling = options.sampling,
                             .stop_ids = options.stop_ids.empty() ? stop_ids() : options.stop_ids,
                             .speculate = options.speculate,
                             .guesses = options.guesses};
  if (options.constraint) own.allowed = [&](std::size_t) { return options.constraint->allowed(); };
  // Some files have <end_of_turn> as a token like others; where it ends the text it is none of it.
  const gemma::Ids markers = stop_ids();
  const auto text_of = [&](std::int32_t id) -> std::string {
    const bool is_end =
        std::ranges::count(own.stop_ids, id) > 0 && std::ranges::count(markers, id) > 0;
    return stream && !is_end ? stream->push(id) : "";
  };
  own.on_token = [&](std::size_t, std::int32_t id, float log_probability) {
    if (options.constraint) options.constraint->accept(id);
    const bool goes_on = !options.on_token || options.on_token(id, log_probability);
    return say(stops.push(text_of(id))) && goes_on && !stops.is_met();
  };
  result.tokens = generator_.generate({prompt}, own)[0];
  if (stream && !stops.is_met()) {
    const std::string rest = stops.push(stream->finish());
    say(stops.is_met() ? rest : rest + stops.held());
  }
  return result;
}

}  // namespace hilo::models
