#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/exec/program.h"
#include "hilo/formats/safetensors.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"
#include "tools/program_signature.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMaxProgramBytes = 1ULL << 32;
constexpr std::size_t kMostPrinted = 8;  // elements of a result

struct Flags {
  std::string program{}, inputs{}, out{};
  ComputeFlags compute{};
};

std::string list_of(const std::vector<Shape>& shapes) {
  std::string text;
  for (std::size_t i = 0; i < shapes.size(); ++i) text += fmt::format("\n  arg_{}: {}", i, to_string(shapes[i]));
  return text;
}

// arg_0, arg_1, .. of the file; other tensors are refused.
std::vector<Array> read_inputs(const std::string& path) {
  if (path.empty()) return {};
  const auto file = formats::SafetensorsFile::open(path);
  std::vector<Array> inputs;
  for (std::size_t i = 0; i < file.names().size(); ++i) {
    const std::string name = fmt::format("arg_{}", i);
    if (!file.contains(name)) {
      throw FormatError(path, fmt::format("its tensors are {}; expected arg_0, arg_1, ..", fmt::join(file.names(), ", ")));
    }
    inputs.push_back(file.at(name));
  }
  return inputs;
}

// The plugin compares sizes in bytes only.
void check_inputs(const std::vector<Array>& inputs, const std::optional<std::vector<Shape>>& wanted, const Flags& flags) {
  if (!wanted) {
    if (flags.inputs.empty()) warn("the plugin does not say what the program takes; it is run with nothing");
    return;
  }
  std::vector<Shape> given;
  for (const Array& input : inputs) given.push_back(input.shape());
  if (given == *wanted) return;
  if (flags.inputs.empty()) {
    throw UsageError("run: the program takes arguments; --inputs F.safetensors gives them:" + list_of(*wanted));
  }
  throw Error("run: the inputs are not what the program takes\n got:" + list_of(given) + "\n expected:" + list_of(*wanted));
}

// "f32[2,2]  1 2 3 4"
std::string preview(const Array& array) {
  std::string text = to_string(array.shape());
  if (bits(array.shape().dtype) < 8 && !is_bool(array.shape().dtype)) return text;
  std::vector<double> values;
  try {
    values = array.to_doubles();
  } catch (const Error&) {
    return text;  // dtypes that have no numbers on the host
  }
  text += " ";
  for (std::size_t i = 0; i < std::min(values.size(), kMostPrinted); ++i) text += fmt::format(" {:g}", values[i]);
  return values.size() > kMostPrinted ? text + " .." : text;
}

int run(const Flags& flags) {
  obey(flags.compute, "run");
  const std::string text = read_text(flags.program, kMaxProgramBytes);
  const std::vector<Array> inputs = read_inputs(flags.inputs);
  const Program program = Program::compile_text(open_client(flags.compute), text, {.name = std::filesystem::path(flags.program).stem().string()});
  check_inputs(inputs, arguments_of(program.executable()), flags);
  const std::vector<Array> results = program.run(inputs);
  formats::NamedArrays named;
  for (std::size_t i = 0; i < results.size(); ++i) named.emplace_back(fmt::format("out_{}", i), results[i]);
  if (!flags.out.empty()) formats::write_safetensors(flags.out, named);
  for (const auto& [name, array] : named) std::cout << name << ": " << preview(array) << "\n";
  if (!flags.out.empty()) std::cout << "wrote " << shown(flags.out) << "\n";
  return kDone;
}

}  // namespace

Command run_command() {
  return {"run", "Run a StableHLO program on tensors of a file",
          "  hilo run program.mlir --inputs inputs.safetensors --out results.safetensors\n\n"
          "Inputs are the tensors arg_0, arg_1, ..; results are written as out_0, out_1, ... The program goes to the plugin as it is.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PROGRAM", flags->program, "StableHLO text or bytecode")->required();
            app.add_option("--inputs", flags->inputs, "Arguments, as safetensors")->type_name("F");
            app.add_option("--out", flags->out, "Where the results go, as safetensors")->type_name("F");
            add_compute_flags(app, flags->compute);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace hilo::tools
