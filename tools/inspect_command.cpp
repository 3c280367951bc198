#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "tools/command.h"
#include "tools/inspect.h"

namespace hilo::tools {
namespace {

// The first that takes a path tells about it.
std::vector<Inspector> inspectors() { return {program_inspector(), weights_inspector()}; }

int inspect(const std::string& path, bool as_json) {
  const std::vector<Inspector> all = inspectors();
  const auto found = std::ranges::find_if(all, [&](const Inspector& inspector) { return inspector.takes(path); });
  const Json description = found->describe(path);
  std::cout << (as_json ? text_of(description) + "\n" : found->text(description));
  return kDone;
}

}  // namespace

Command inspect_command() {
  return {"inspect", "What is in a program, or in a file or folder of weights",
          "  hilo inspect program.mlir\n  hilo inspect gemma-3-270m-q4_k_m.gguf\n  hilo inspect gemma-2-2b-it --json",
          [](CLI::App& app) -> std::function<int()> {
            struct Flags {
              std::string path;
              bool as_json = false;
            };
            const auto flags = std::make_shared<Flags>();
            app.add_option("PATH", flags->path, "StableHLO in any form; a safetensors, GGUF, npy or npz file; a Hugging Face or Orbax folder")->required();
            app.add_flag("--json", flags->as_json, "As JSON");
            return [flags] { return inspect(flags->path, flags->as_json); };
          }};
}

}  // namespace hilo::tools
