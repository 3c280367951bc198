#include "tools/sampling_flags.h"

#include <CLI/CLI.hpp>

#include <charconv>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::tools {
namespace {

// "107=-2.5"
std::pair<std::int32_t, double> bias_of(const std::string& text) {
  const char *begin = text.data(), *end = begin + text.size();
  std::int32_t id = 0;
  double bias = 0;
  const auto number = std::from_chars(begin, end, id);
  if (number.ec == std::errc() && number.ptr != end && *number.ptr == '=') {
    const auto amount = std::from_chars(number.ptr + 1, end, bias);
    if (amount.ec == std::errc() && amount.ptr == end) return {id, bias};
  }
  throw UsageError("--logit-bias is " + quote(text) + "; expected ID=B, as in 107=-2.5");
}

}  // namespace

void add_sampling_flags(CLI::App& app, SamplingFlags& flags) {
  auto& s = flags.sampling;
  app.add_option("--max-tokens", flags.max_tokens, "Tokens at most")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40).description(""));
  app.add_option("--min-tokens", flags.min_tokens, "Tokens before the text may end")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 40).description(""));
  app.add_option("--stop", flags.stop, "End the text before this; may be given several times")
      ->type_name("TEXT")
      ->allow_extra_args(false);
  app.add_option("--temperature", s.temperature, "0: always the likeliest token")
      ->type_name("T")
      ->capture_default_str();
  app.add_option("--top-k", s.top_k, "Of the k likeliest tokens; 0: all")->type_name("K");
  app.add_option("--top-p", s.top_p, "Of the likeliest tokens that sum to this probability")
      ->type_name("P");
  app.add_option("--min-p", s.min_p, "Of tokens with this share of the highest probability")
      ->type_name("M");
  app.add_option("--typical-p", s.typical_p,
                 "Of tokens of usual surprise that sum to this probability")
      ->type_name("P");
  app.add_option("--repetition-penalty", s.repetition_penalty,
                 "Divides the logits of tokens that occurred")
      ->type_name("R");
  app.add_option("--presence-penalty", s.presence_penalty, "Subtracted for tokens that occurred")
      ->type_name("R");
  app.add_option("--frequency-penalty", s.frequency_penalty,
                 "Subtracted for each time a token occurred")
      ->type_name("R");
  app.add_option("--logit-bias", flags.logit_bias,
                 "Added to a token's logit; may be given several times")
      ->type_name("ID=B")
      ->allow_extra_args(false);
  app.add_option("--seed", s.seed, "The same seed gives the same text")->type_name("S");
}

models::GemmaGenerateOptions options_of(const SamplingFlags& flags) {
  models::GemmaGenerateOptions options;
  options.max_tokens = flags.max_tokens;
  options.min_tokens = flags.min_tokens;
  options.sampling = flags.sampling;
  for (const std::string& text : flags.logit_bias)
    options.sampling.logit_bias.push_back(bias_of(text));
  options.stop_texts = flags.stop;
  return options;
}

}  // namespace hilo::tools
