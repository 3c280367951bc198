#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/models/gemma/model_files.h"
#include "tools/command.h"
#include "tools/inspect.h"

namespace hilo::tools {
namespace {

// The first that takes a path tells about it.
std::vector<Inspector> inspectors() { return {program_inspector(), weights_inspector()}; }

struct Flags {
  std::string path{}, svg{};
  bool as_json = false;
};

int inspect(const Flags& flags) {
  const std::vector<Inspector> all = inspectors();
  const std::string path = models::gemma::find_model(flags.path).string();
  const auto found =
      std::ranges::find_if(all, [&](const Inspector& inspector) { return inspector.takes(path); });
  if (!flags.svg.empty() && found->svg == nullptr) {
    throw UsageError("inspect: " + shown(flags.path) + " holds weights; --svg draws programs");
  }
  const Json description = found->describe(path);
  std::cout << (flags.as_json ? text_of(description) + "\n" : found->text(description));
  if (!flags.svg.empty()) write_file_atomically(flags.svg, found->svg(path));
  return kDone;
}

}  // namespace

Command inspect_command() {
  return {"inspect", "What is in a program, or in a file or folder of weights",
          "  hilo inspect program.mlir --svg program.svg\n  hilo inspect gemma-3-270m-q4_k_m.gguf\n  hilo inspect gemma-2-2b-it --json",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PATH", flags->path,
                           "StableHLO in any form; a safetensors, GGUF, npy or npz file; a Hugging "
                           "Face or Orbax folder; a model's name in the cache")
                ->required();
            app.add_flag("--json", flags->as_json, "As JSON");
            app.add_option("--svg", flags->svg, "Of a program: write its graph there, as a picture for browsers")->type_name("F");
            return [flags] { return inspect(*flags); };
          }};
}

}  // namespace hilo::tools
