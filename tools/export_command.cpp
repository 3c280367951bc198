#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/ops/constant.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/write_artifact.h"
#include "hilo/train/checkpoint.h"
#include "tools/command.h"
#include "tools/messages.h"
#include "tools/program_files.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;

struct Flags {
  std::string source{}, out{}, weights = "arguments", version{stablehlo::kArtifactVersion};
  std::int64_t batch = 1;
};

struct Model {
  Function function;
  std::vector<std::string> arguments{};  // names, as far as there are some
};

train::Checkpoint checkpoint_of(const std::string& run) {
  if (fs::exists(fs::path(run) / "manifest.json")) return train::open_checkpoint(run);
  std::vector<std::string> warnings;
  train::Checkpoint checkpoint = train::latest_checkpoint(run, warnings);
  for (const std::string& warning : warnings) warn(warning);
  return checkpoint;
}

// The inference program of a RUN, the weights its arguments or part of it.
Model model_of_run(const Flags& flags) {
  const train::Checkpoint checkpoint = checkpoint_of(flags.source);
  const auto found = std::ranges::find(checkpoint.programs, flags.batch, &train::SavedProgram::batch);
  if (found == checkpoint.programs.end()) {
    std::string batches;
    for (const train::SavedProgram& p : checkpoint.programs) batches += (batches.empty() ? "" : ", ") + std::to_string(p.batch);
    throw UsageError(fmt::format("export: {} has no program for {}; it has those for {}", shown(flags.source), count_of(static_cast<std::uint64_t>(flags.batch), "example"), batches.empty() ? "none" : batches));
  }
  const Function f = stablehlo::import_program(read_program((checkpoint.path / found->file).string())).function;
  if (flags.weights == "arguments") {
    std::vector<std::string> names = checkpoint.arguments;
    names.emplace_back("input");
    return {f, std::move(names)};
  }
  std::map<std::string, Array> values;
  for (auto& [path, value] : train::load_values(checkpoint, false)) values.emplace(path, value);
  const std::size_t count = checkpoint.arguments.size();
  const std::vector<Shape> shapes = f.parameter_shapes();
  const auto baked = [&](std::span<const Value> p) {
    std::vector<Value> all;
    for (const std::string& path : checkpoint.arguments) {
      const auto value = values.find(path);
      if (value == values.end()) throw FormatError(checkpoint.path.string(), "model.safetensors has no " + path + ", which its program takes");
      all.push_back(constant(value->second));
    }
    all.insert(all.end(), p.begin(), p.end());
    return call(f, all);
  };
  return {trace(baked, Shapes(shapes).subspan(std::min(count, shapes.size()))), {"input"}};
}

Model model_of_program(const Flags& flags) {
  const stablehlo::Imported program = stablehlo::import_program(read_program(flags.source));
  const auto all = program.function.results();
  return {program.function.with_results({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(program.result_count)})};
}

int export_model(const Flags& flags) {
  const std::string end = fs::path(flags.out).extension().string();
  if (end != ".mlir" && end != ".mlirbc") throw UsageError("export: --out " + shown(flags.out) + " is no name for a program; expected F.mlir (text) or F.mlirbc (a portable artifact)");
  const Model model = fs::is_directory(flags.source) ? model_of_run(flags) : model_of_program(flags);
  const std::string bytes = end == ".mlir" ? stablehlo::emit(model.function) : stablehlo::write_artifact(model.function, flags.version);
  write_file_atomically(flags.out, bytes);
  const std::vector<Shape> shapes = model.function.parameter_shapes();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    std::cout << fmt::format("arg_{}: {}{}\n", i, to_string(shapes[i]), i < model.arguments.size() ? "  " + model.arguments[i] : "");
  }
  const std::vector<Shape> results = model.function.result_shapes();
  for (std::size_t i = 0; i < results.size(); ++i) std::cout << fmt::format("out_{}: {}\n", i, to_string(results[i]));
  std::cout << fmt::format("wrote {} ({})\n", shown(flags.out), bytes_text(bytes.size()));
  return kDone;
}

}  // namespace

Command export_command() {
  return {"export", "Write a trained model, or a program, as StableHLO for others to run",
          "  hilo export runs/cifar --out cifar.mlirbc --weights baked\n  hilo export program.mlir --out program.mlirbc --stablehlo-version 1.0.0\n\n"
          "Arguments are the weights, as `hilo eval` reads them, and the input; their names are printed in order.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("RUN", flags->source, "What `hilo train` made, one checkpoint of it, or a StableHLO program")->required();
            app.add_option("--out", flags->out, "F.mlir for text, F.mlirbc for a portable artifact")->type_name("F")->required();
            app.add_option("--weights", flags->weights, "Of a RUN: in the program, or its arguments")->check(CLI::IsMember({"baked", "arguments"}))->capture_default_str();
            app.add_option("--batch", flags->batch, "Of a RUN: the program for so many examples")->type_name("N")->capture_default_str();
            app.add_option("--stablehlo-version", flags->version, "Of an artifact: the release that it must suit, from 0.9.0 on")->type_name("V")->capture_default_str();
            return [flags] { return export_model(*flags); };
          }};
}

}  // namespace hilo::tools
