#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>

#include "hilo/core/error.h"
#include "hilo/models/gemma/convert.h"
#include "tools/command.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

using formats::BlockType;

struct Flags {
  std::string model{}, out{}, type{}, config{}, tokenizer{};
};

int convert(const Flags& flags) {
  models::gemma::ConvertOptions options{.config = flags.config, .tokenizer = flags.tokenizer};
  for (const BlockType type :
       {BlockType::kF32, BlockType::kF16, BlockType::kBF16, BlockType::kQ8_0, BlockType::kQ4_0}) {
    if (CLI::detail::to_lower(std::string(formats::block_traits(type).name)) == flags.type)
      options.type = type;
  }
  const auto done = models::gemma::convert(flags.model, flags.out, options);
  std::cout << fmt::format("wrote {}: {} in {} file{}\n", shown(flags.out), bytes_text(done.bytes),
                           done.files.size(), done.files.size() == 1 ? "" : "s");
  if (!done.has_tokenizer)
    say("the model has no tokenizer, so neither has what was written; --tokenizer F gives one");
  return kDone;
}

}  // namespace

Command convert_command() {
  return {"convert", "A language model as a Hugging Face folder, or as a GGUF file",
          "  hilo convert gemma-2-2b-it --out gemma-2-2b-it-q8_0.gguf --type q8_0\n"
          "  hilo convert gemma-3-270m.gguf --out gemma-3-270m --type bf16",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("MODEL", flags->model,
                           "A folder (Hugging Face, or Kaggle's Flax layout), or a .gguf file")
                ->required();
            app.add_option("--out", flags->out,
                           "NAME.gguf, or else a folder of safetensors; there must be none yet")
                ->required()
                ->type_name("DEST");
            app.add_option("--type", flags->type,
                           "f32, f16 or bf16, and for GGUF q8_0 or q4_0: of all matrices; as they "
                           "are if not given")
                ->type_name("T")
                ->transform([](std::string text) { return CLI::detail::to_lower(text); })
                ->check(CLI::IsMember({"f32", "f16", "bf16", "q8_0", "q4_0"}).description(""));
            app.add_option("--config", flags->config,
                           "A config.json, for weights of unknown size that come without")
                ->type_name("F");
            app.add_option("--tokenizer", flags->tokenizer,
                           "A tokenizer.model or tokenizer.json, if none is beside the weights")
                ->type_name("F");
            return [flags] { return convert(*flags); };
          }};
}

}  // namespace hilo::tools
