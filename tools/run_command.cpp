#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/formats/safetensors.h"
#include "hilo/stablehlo/check.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"
#include "tools/program_files.h"

namespace hilo::tools {
namespace {

struct Flags {
  std::string program{}, inputs{}, out{};
  ComputeFlags compute{};
};

int run(const Flags& flags) {
  obey(flags.compute, "run");
  const stablehlo::ir::Program source = read_program(flags.program);
  const std::vector<Array> inputs = read_numbered(flags.inputs, "arg");
  const stablehlo::Imported imported = import_for("run", source, inputs);
  const Program program = Program::compile(open_client(flags.compute), imported.function, {},
                                           {.name = std::filesystem::path(flags.program).stem().string()});
  const std::vector<Array> results = program.run(inputs);
  formats::NamedArrays named;
  for (std::size_t i = 0; i < imported.result_count; ++i) named.emplace_back(fmt::format("out_{}", i), results[i]);
  if (!flags.out.empty()) formats::write_safetensors(flags.out, named);
  for (const auto& [name, array] : named) std::cout << name << ": " << preview(array) << "\n";
  if (!flags.out.empty()) std::cout << "wrote " << shown(flags.out) << "\n";
  if (imported.checks.empty()) return kDone;
  if (const std::string failures = stablehlo::failures_of(imported, results); !failures.empty()) throw Error(shown(flags.program) + ": " + failures);
  std::cout << count_of(imported.checks.size(), "check") << " of the program passed\n";
  return kDone;
}

}  // namespace

Command run_command() {
  return {"run", "Run a StableHLO program on tensors of a file",
          "  hilo run program.mlir --inputs inputs.safetensors --out results.safetensors\n\n"
          "Inputs are the tensors arg_0, arg_1, ..; results are written as out_0, out_1, ... Lengths that the program leaves\n"
          "open are those of the inputs.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PROGRAM", flags->program, "StableHLO text or bytecode, a portable artifact or a file of jax.export")->required();
            app.add_option("--inputs", flags->inputs, "Arguments, as safetensors")->type_name("F");
            app.add_option("--out", flags->out, "Where the results go, as safetensors")->type_name("F");
            add_compute_flags(app, flags->compute);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace hilo::tools
