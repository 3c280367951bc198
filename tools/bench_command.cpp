#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "hilo/core/file.h"
#include "tools/command.h"
#include "tools/gemma_bench.h"

namespace hilo::tools {

Command bench_command() {
  return {
      "bench", "How fast a model is here, as JSON",
      "  hilo bench gemma gemma-3-270m --threads 2\n"
      "  HILO_LLAMA_CPP=~/llama.cpp/build/bin hilo bench gemma model.gguf --peer llama.cpp\n"
      "  hilo bench gemma gemma2-2b --dtype bf16 --backend cuda --batch 64 --tokens 512\n\n"
      "docs/performance.md says what each figure is.",
      [](CLI::App& app) -> std::function<int()> {
        struct Flags {
          std::string what{}, out{};
          GemmaBench gemma{};
        };
        const auto flags = std::make_shared<Flags>();
        GemmaBench& gemma = flags->gemma;
        const auto positive = CLI::Range(std::int64_t{1}, std::int64_t{1} << 24).description("");
        app.add_option("WHAT", flags->what, "gemma")->required()->check(CLI::IsMember({"gemma"}));
        add_model_flags(app, gemma.model);
        app.add_option("--prompt", gemma.prompt, "Tokens that are read")
            ->type_name("N")
            ->capture_default_str()
            ->check(positive);
        app.add_option("--tokens", gemma.tokens, "Tokens that are made behind them")
            ->type_name("N")
            ->capture_default_str()
            ->check(positive);
        app.add_option("--batch", gemma.batch, "Texts at once")
            ->type_name("N")
            ->capture_default_str()
            ->check(positive);
        app.add_option("--rounds", gemma.rounds,
                       "How often all is measured, after a first time that warms up")
            ->type_name("N")
            ->capture_default_str()
            ->check(CLI::Range(1, 1000).description(""));
        app.add_option("--peer", gemma.peer, "llama.cpp: runs in turns with Hilo, on the same file")
            ->type_name("P")
            ->check(CLI::IsMember({"llama.cpp"}));
        app.add_option("--peer-path", gemma.peer_path,
                       "llama-bench or its folder; HILO_LLAMA_CPP if not given")
            ->type_name("P");
        app.add_option("--text", gemma.text,
                       "A text whose first 179 tokens show how far quantised weights lead away; "
                       "one of our own if not given")
            ->type_name("F");
        app.add_option("--out", flags->out, "Write the JSON there")->type_name("F");
        return [flags] {
          const std::string json = text_of(bench_gemma(flags->gemma)) + "\n";
          if (flags->out.empty())
            std::cout << json;
          else
            write_file_atomically(flags->out, json);
          return kDone;
        };
      }};
}

}  // namespace hilo::tools
