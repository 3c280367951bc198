#include "tools/speculation_flags.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "hilo/core/error.h"
#include "tools/messages.h"

namespace hilo::tools {

void add_speculation_flags(CLI::App& app, SpeculationFlags& flags) {
  auto* kind =
      app.add_option("--speculate", flags.kind,
                     "Guess tokens and keep what the model would have chosen, for the same "
                     "text sooner: ngram, from what the text repeats, or draft, by a smaller model")
          ->type_name("ngram|draft")
          ->check(CLI::IsMember({"ngram", "draft"}).description(""));
  app.add_option("--draft", flags.draft, "The smaller model, with the same vocabulary")
      ->type_name("MODEL")
      ->needs(kind);
  app.add_option("--draft-tokens", flags.guesses, "Tokens that are guessed at once")
      ->type_name("N")
      ->capture_default_str()
      ->needs(kind);
}

Speculation::Speculation(const SpeculationFlags& flags, const ModelFlags& model_flags,
                         models::Gemma& model)
    : guesses_(flags.guesses) {
  if (flags.draft.empty() == (flags.kind == "draft")) {
    throw UsageError(flags.draft.empty() ? "--speculate draft needs --draft MODEL"
                                         : "--draft is for --speculate draft");
  }
  if (flags.kind == "ngram") guesser_ = models::gemma::Ngram{};
  if (flags.kind != "draft") return;
  draft_ =
      models::Gemma::open(model.engine().client(), flags.draft, {.dtype = dtype_of(model_flags)});
  const std::int64_t own = draft_->config().vocabulary, expected = model.config().vocabulary;
  if (own != expected) {
    throw UsageError(
        fmt::format("--draft {} has a vocabulary of {} tokens; expected {}, as the model has",
                    shown(flags.draft), own, expected));
  }
  guesser_ = models::gemma::Draft(draft_->engine());
}

void Speculation::add_to(models::GemmaGenerateOptions& options) const {
  options.speculate = guesser_;
  options.guesses = guesses_;
}

}  // namespace hilo::tools
