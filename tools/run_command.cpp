#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/exec/program.h"
#include "hilo/exec/saved_program.h"
#include "hilo/exec/sharded.h"
#include "hilo/stablehlo/check.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"
#include "tools/program_files.h"
#include "tools/program_signature.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMaxProgramBytes = 1ULL << 32;

struct Flags {
  std::string program{}, inputs{}, out{};
  ComputeFlags compute{};
};

void give(const Flags& flags, std::span<const Array> results) {
  formats::NamedArrays named;
  for (std::size_t i = 0; i < results.size(); ++i) named.emplace_back(fmt::format("out_{}", i), results[i]);
  give_arrays(flags.out, named);
}

// What `hilo compile --out` wrote begins with its own words.
bool is_compiled(const std::string& path) {
  std::string start(8, '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && SavedProgram::is_one(start);
}

// The plugin compares sizes in bytes only.
void check_inputs(const std::vector<Array>& inputs, const pjrt::Executable& executable) {
  std::vector<Shape> given;
  for (const Array& input : inputs) given.push_back(input.shape());
  const std::optional<std::vector<Shape>> wanted = arguments_of(executable);
  if (!wanted || given == *wanted) return;
  throw Error("run: the inputs are not what the program takes\n got:" + numbered_list("arg", given) + "\n expected:" +
              numbered_list("arg", *wanted));
}

int run_compiled(const Flags& flags) {
  if (flags.compute.devices > 1) throw UsageError("run: --devices is for programs of StableHLO; what `hilo compile --out` wrote runs on one device");
  const std::string bytes = read_text(flags.program, kMaxProgramBytes);
  const Program program = Program::load(open_client(flags.compute), bytes, shown(flags.program));
  const std::vector<Array> inputs = read_numbered(flags.inputs, "arg");
  check_inputs(inputs, program.executable());
  give(flags, program.run(inputs));
  return kDone;
}

// On one device, or divided over as many as the program's mesh has.
std::vector<Array> results_of(const Flags& flags, const Function& function, const std::vector<Array>& inputs) {
  CompileSettings settings{.name = std::filesystem::path(flags.program).stem().string()};
  const int asked = flags.compute.devices, devices = devices_of(function);
  if (asked == 1) return Program::compile(open_client(flags.compute), function, {}, settings).run(inputs);
  if (devices == 1) throw UsageError(fmt::format("run: --devices {}: {} has no shardings to divide it by", asked, shown(flags.program)));
  if (devices != asked) {
    throw UsageError(fmt::format("run: the mesh of {} has {} devices; got --devices {}, expected --devices {} (or 1, which runs it undivided)",
                                 shown(flags.program), devices, asked, devices));
  }
  settings.divides = true;
  return Program::compile(open_client(flags.compute), function, {}, settings).run(inputs);
}

int run(const Flags& flags) {
  obey(flags.compute, "run", true);
  if (is_compiled(flags.program)) return run_compiled(flags);
  const stablehlo::ir::Program source = read_program(flags.program);
  const std::vector<Array> inputs = read_numbered(flags.inputs, "arg");
  const stablehlo::Imported imported = import_for("run", source, inputs);
  const std::vector<Array> results = results_of(flags, imported.function, inputs);
  give(flags, std::span(results).first(imported.result_count));
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
          "open are those of the inputs. A program with shardings (sdy.mesh) runs on one device, or with --devices N on the\n"
          "N devices of its mesh; a CPU is divided into as many. One that divides by hand (JAX's shard_map) needs them.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PROGRAM", flags->program,
                           "StableHLO text or bytecode, a portable artifact, a file of jax.export; or what `hilo compile --out` wrote")
                ->required();
            app.add_option("--inputs", flags->inputs, "Arguments, as safetensors, or F.npz")->type_name("F");
            app.add_option("--out", flags->out, "Where the results go, as safetensors, or F.npz")->type_name("F");
            add_compute_flags(app, flags->compute);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace hilo::tools
