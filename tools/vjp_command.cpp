#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

#include "hilo/autodiff/autodiff.h"
#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"
#include "tools/program_files.h"

namespace hilo::tools {
namespace {

struct Flags {
  std::string program{}, inputs{}, cotangents{}, out{};
  ComputeFlags compute{};
};

// out_0, out_1, ..: one for each result that has a derivative, in its place; the others may be left out.
std::vector<Array> read_cotangents(const std::string& path, const std::vector<Shape>& results) {
  return with_arrays_of(path, [&](const auto& file) {
    std::vector<Array> cotangents;
    std::size_t read = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
      const std::string name = fmt::format("out_{}", i);
      const bool is_needed = is_differentiable(results[i].dtype);
      if (!file.contains(name)) {
        if (is_needed) throw FormatError(path, fmt::format("no tensor {}; expected a cotangent for each result:{}", name, numbered_list("out", results)));
        cotangents.emplace_back(results[i]);
        continue;
      }
      ++read;
      cotangents.push_back(file.at(name));
      if (is_needed && cotangents.back().shape() != results[i]) {
        throw FormatError(path, fmt::format("{} is {}; expected {}", name, to_string(cotangents.back().shape()), to_string(results[i])));
      }
    }
    if (read != file.names().size()) {
      throw FormatError(path, fmt::format("its tensors are {}; expected{}", fmt::join(file.names(), ", "), numbered_list("out", results)));
    }
    return cotangents;
  });
}

int vjp(const Flags& flags) {
  obey(flags.compute, "vjp");
  const stablehlo::ir::Program source = read_program(flags.program);
  std::vector<Array> arguments = read_numbered(flags.inputs, "arg");
  const stablehlo::Imported imported = import_for("vjp", source, arguments);
  const std::size_t count = arguments.size(), results = imported.result_count;
  const Function f = imported.function.with_results({imported.function.results().begin(), imported.function.results().begin() + static_cast<std::ptrdiff_t>(results)});
  for (Array& cotangent : read_cotangents(flags.cotangents, f.result_shapes())) arguments.push_back(std::move(cotangent));
  std::vector<Shape> shapes = f.parameter_shapes();
  for (const Shape& s : f.result_shapes()) shapes.push_back(s);
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < count; ++i) {
    if (is_differentiable(shapes[i].dtype)) wanted.push_back(i);
  }
  const Function gradient = trace(
      [&](std::span<const Value> p) {
        const std::vector<Value> out = call(f, p.first(count));
        std::vector<Value> d_out, wrt;
        for (std::size_t i = 0; i < out.size(); ++i) d_out.push_back(is_differentiable(out[i].dtype()) ? p[count + i] : Value());
        for (std::size_t i : wanted) wrt.push_back(p[i]);
        return hilo::vjp(out, d_out, wrt);
      },
      shapes);
  const Program program = Program::compile(open_client(flags.compute), gradient, {},
                                           {.name = std::filesystem::path(flags.program).stem().string() + "_vjp"});
  const std::vector<Array> gradients = program.run(arguments);
  formats::NamedArrays named;
  for (std::size_t k = 0; k < wanted.size(); ++k) named.emplace_back(fmt::format("arg_{}", wanted[k]), gradients[k]);
  give_arrays(flags.out, named);
  return kDone;
}

}  // namespace

Command vjp_command() {
  return {"vjp", "Run Hilo's own gradient of a StableHLO program",
          "  hilo vjp program.mlir --inputs inputs.safetensors --cotangents cotangents.safetensors --out gradients.safetensors\n\n"
          "Cotangents are the tensors out_0, out_1, .. in the shapes of the results; the gradient of every floating argument is\n"
          "written as arg_0, arg_1, ...",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PROGRAM", flags->program, "StableHLO text or bytecode, a portable artifact or a file of jax.export")->required();
            app.add_option("--inputs", flags->inputs, "Arguments, as safetensors, or F.npz")->type_name("F");
            app.add_option("--cotangents", flags->cotangents, "Cotangents of the results, as safetensors, or F.npz")->type_name("F")->required();
            app.add_option("--out", flags->out, "Where the gradients go, as safetensors, or F.npz")->type_name("F");
            add_compute_flags(app, flags->compute);
            return [flags] { return vjp(*flags); };
          }};
}

}  // namespace hilo::tools
