#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/models/gemma/model_files.h"
#include "hilo/tokenizers/tokenizer.h"
#include "tools/command.h"
#include "tools/json_lines.h"

namespace hilo::tools {
namespace {

using tokenizers::TokenId;
using tokenizers::Tokenizer;

struct Flags {
  std::string model, jsonl;
  std::vector<std::string> ids;
  tokenizers::DecodeOptions options;
  bool as_json = false;
};

// Words of ids, with commas or brackets or without, so that the output of `tokenize` can be given
// back.
std::vector<TokenId> ids_in(const std::vector<std::string>& words) {
  std::vector<TokenId> ids;
  for (const std::string& word : words) {
    for (std::size_t begin = word.find_first_not_of("[], "); begin != std::string::npos;) {
      const std::size_t end = std::min(word.find_first_of("[], ", begin), word.size());
      TokenId id = 0;
      const auto [stop, error] = std::from_chars(word.data() + begin, word.data() + end, id);
      if (error != std::errc() || stop != word.data() + end) {
        throw UsageError("detokenize: got " + quote(word) + "; expected token ids, whole numbers");
      }
      ids.push_back(id);
      begin = word.find_first_not_of("[], ", end);
    }
  }
  return ids;
}

std::vector<TokenId> ids_in(const Json& line) {
  if (!line.is_array())
    throw Error("a JSON " + std::string(line.type_name()) + "; expected an array of token ids");
  std::vector<TokenId> ids;
  for (const Json& id : line) {
    const bool fits =
        id.is_number_integer() && id.get<double>() >= 0 && id.get<double>() <= 2147483647.0;
    if (!fits)
      throw Error("an array with " + quote(id.dump()) + "; expected token ids, whole numbers");
    ids.push_back(id.get<TokenId>());
  }
  return ids;
}

int detokenize(const Flags& flags) {
  const Tokenizer tokenizer = Tokenizer::open(models::gemma::find_model(flags.model));
  if (!flags.jsonl.empty()) {
    answer_json_lines(flags.jsonl, [&](const Json& line) -> Json {
      return tokenizer.decode(ids_in(line), flags.options);
    });
    return kDone;
  }
  const std::string text = tokenizer.decode(ids_in(flags.ids), flags.options);
  std::cout << (flags.as_json ? line_of({{"text", text}}) : text) << '\n';
  return kDone;
}

}  // namespace

Command detokenize_command() {
  return {"detokenize", "The text of token ids",
          "  hilo detokenize tokenizer.model 651 2870 603\n"
          "  hilo detokenize gemma-3-270m/ --jsonl ids.jsonl > texts.jsonl    (an array of ids a "
          "line in, a JSON string a line out)",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option(
                   "MODEL", flags->model,
                   "A tokenizer.model, a tokenizer.json, a folder that holds one, a .gguf file, "
                   "or a model's name in the cache")
                ->required();
            auto* ids = app.add_option("ID", flags->ids, "Token ids, with or without commas");
            app.add_option("--jsonl", flags->jsonl,
                           "Ids from a file, a JSON array a line; - is the standard input")
                ->excludes(ids);
            app.add_flag("--parse-special", flags->options.shows_special,
                         "Write special tokens as their text; else they write nothing");
            app.add_flag("--json", flags->as_json, "The text as JSON");
            return [flags, ids] {
              if (flags->jsonl.empty() && ids->count() == 0)
                throw UsageError(
                    "detokenize: ID or --jsonl is required\n  see:  hilo detokenize --help");
              return detokenize(*flags);
            };
          }};
}

}  // namespace hilo::tools
