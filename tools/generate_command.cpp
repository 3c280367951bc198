#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <iostream>
#include <iterator>
#include <optional>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/tokenizers/pattern.h"
#include "tools/command.h"
#include "tools/gemma_model.h"
#include "tools/messages.h"
#include "tools/sampling_flags.h"
#include "tools/speculation_flags.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMostPromptBytes = 64 << 20;

struct Flags {
  ModelFlags model{};
  SamplingFlags sampling{};
  SpeculationFlags speculation{};
  std::string prompt{}, file{}, json_schema{}, regex{};
  std::optional<std::string> ids{};
  bool parses_special = false, as_json = false;
};

std::string prompt_of(const Flags& flags) {
  if (flags.file == "-" || flags.prompt == "-")
    return {std::istreambuf_iterator<char>(std::cin), {}};
  return flags.file.empty() ? flags.prompt : read_text(flags.file, kMostPromptBytes);
}

std::shared_ptr<tokenizers::Constraint> constraint_of(const Flags& flags,
                                                      const models::Gemma& model) {
  if (flags.regex.empty() && flags.json_schema.empty()) return {};
  const auto table = std::make_shared<const tokenizers::TokenTable>(
      model.tokenizer(), static_cast<std::size_t>(model.config().vocabulary));
  const tokenizers::Pattern pattern =
      flags.regex.empty()
          ? tokenizers::pattern_of_schema(read_text(flags.json_schema, kMostPromptBytes))
          : tokenizers::parse_regex(flags.regex).pattern;
  return std::make_shared<tokenizers::Constraint>(table, pattern, model.stop_ids());
}

double rate(std::int64_t tokens, double seconds) {
  return seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
}

int generate(const Flags& flags) {
  const models::gemma::Ids ids = flags.ids ? ids_of_text(*flags.ids) : models::gemma::Ids();
  const std::string prompt = prompt_of(flags);
  models::Gemma model = open_model(flags.model, "generate");
  const Speculation speculation(flags.speculation, flags.model, model);
  models::GemmaGenerateOptions options = options_of(flags.sampling);
  speculation.add_to(options);
  options.parses_special = flags.parses_special;
  options.constraint = constraint_of(flags, model);
  if (!flags.as_json) {
    options.on_text = [](std::string_view text) {
      std::cout << text << std::flush;
      return true;
    };
  }
  const models::GemmaText text =
      flags.ids ? model.generate_ids(ids, options) : model.generate_text(prompt, options);
  const models::gemma::GenerateReport& report = model.generator().report();
  if (flags.as_json) {
    std::cout << line_of({{"text", text.text},
                          {"ids", text.tokens.ids},
                          {"log_probabilities", text.tokens.log_probabilities},
                          {"prompt_tokens", report.prompt_tokens},
                          {"tokens_per_second", rate(report.made_tokens, report.decode_seconds)},
                          {"prefill_tokens_per_second",
                           rate(report.prompt_tokens - report.reused_tokens, report.read_seconds)},
                          {"time_to_first_token_ms", 1e3 * report.first_token_seconds}})
              << "\n";
  } else {
    if (!model.has_tokenizer()) std::cout << line_of(text.tokens.ids);
    std::cout << std::endl;
  }
  report_programs(flags.model, model);
  return kDone;
}

}  // namespace

Command generate_command() {
  return {
      "generate", "Continue a text with a language model",
      "  hilo generate gemma-3-270m --prompt \"Are bees and wasps similar?\" --max-tokens 100\n"
      "  hilo generate gemma-3-270m.gguf --file story.txt --temperature 0.8 --top-p 0.95 --seed 7",
      [](CLI::App& app) -> std::function<int()> {
        const auto flags = std::make_shared<Flags>();
        add_model_flags(app, flags->model);
        auto* prompt = app.add_option("--prompt", flags->prompt,
                                      "The text to continue; - reads it from the standard input")
                           ->type_name("TEXT");
        auto* file =
            app.add_option("--file", flags->file, "The same from a file; - is the standard input")
                ->type_name("F")
                ->excludes(prompt);
        auto* ids = app.add_option("--ids", flags->ids, "The same as token ids, with commas")
                        ->type_name("I,I,..")
                        ->excludes(prompt)
                        ->excludes(file);
        add_sampling_flags(app, flags->sampling);
        add_speculation_flags(app, flags->speculation);
        auto* schema = app.add_option("--json-schema", flags->json_schema,
                                      "The text is JSON that follows the schema in this file")
                           ->type_name("F");
        app.add_option("--regex", flags->regex, "The text matches this expression")
            ->type_name("R")
            ->excludes(schema);
        app.add_flag(
            "--parse-special", flags->parses_special,
            "Read \"<start_of_turn>\" and the like in the prompt as the tokens that they name");
        app.add_flag("--json", flags->as_json, "Text, ids and rates as JSON");
        return [flags, prompt, file, ids] {
          if (prompt->count() + file->count() + ids->count() == 0)
            throw UsageError(
                "generate: --prompt, --file or --ids is required\n  see:  hilo generate --help");
          return generate(*flags);
        };
      }};
}

}  // namespace hilo::tools
