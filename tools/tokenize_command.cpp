#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>

#include "hilo/core/error.h"
#include "hilo/models/gemma/model_files.h"
#include "hilo/tokenizers/tokenizer.h"
#include "tools/command.h"
#include "tools/json_lines.h"

namespace hilo::tools {
namespace {

using tokenizers::Tokenizer;

struct Flags {
  std::string model, text, jsonl;
  tokenizers::EncodeOptions options;
  bool as_json = false;
};

std::string standard_input() { return {std::istreambuf_iterator<char>(std::cin), {}}; }

int tokenize(const Flags& flags) {
  const Tokenizer tokenizer = Tokenizer::open(models::gemma::find_model(flags.model));
  if (!flags.jsonl.empty()) {
    answer_json_lines(flags.jsonl, [&](const Json& line) -> Json {
      if (!line.is_string())
        throw Error("a JSON " + std::string(line.type_name()) + "; expected a string");
      return tokenizer.encode(line.get<std::string>(), flags.options);
    });
    return kDone;
  }
  const std::vector<tokenizers::TokenId> ids =
      tokenizer.encode(flags.text == "-" ? standard_input() : flags.text, flags.options);
  if (!flags.as_json) {
    std::cout << line_of(ids) << '\n';
    return kDone;
  }
  Json pieces = Json::array();
  for (const auto id : ids) pieces.push_back(tokenizer.piece(id));
  std::cout << line_of({{"ids", ids}, {"pieces", std::move(pieces)}}) << '\n';
  return kDone;
}

}  // namespace

Command tokenize_command() {
  return {
      "tokenize", "The token ids of a text",
      "  hilo tokenize tokenizer.model \"Are bees and wasps similar?\" --bos\n"
      "  hilo tokenize gemma-3-270m/ --jsonl texts.jsonl > ids.jsonl      (a JSON string a line "
      "in, an array of ids a line out)",
      [](CLI::App& app) -> std::function<int()> {
        const auto flags = std::make_shared<Flags>();
        app.add_option(
               "MODEL", flags->model,
               "A tokenizer.model, a tokenizer.json, a folder that holds one, a .gguf file, "
               "or a model's name in the cache")
            ->required();
        auto* text =
            app.add_option("TEXT", flags->text, "The text; - reads it from the standard input");
        app.add_option("--jsonl", flags->jsonl,
                       "Texts from a file, a JSON string a line; - is the standard input")
            ->excludes(text);
        app.add_flag("--bos", flags->options.adds_bos,
                     "Put the begin-of-text token before the text");
        app.add_flag("--parse-special", flags->options.parses_special,
                     "Read \"<bos>\" and the like as the tokens that they name");
        app.add_flag("--json", flags->as_json, "ids and pieces as JSON");
        return [flags, text] {
          if (flags->jsonl.empty() && text->count() == 0)
            throw UsageError("tokenize: TEXT or --jsonl is required\n  see:  hilo tokenize --help");
          return tokenize(*flags);
        };
      }};
}

}  // namespace hilo::tools
