#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <random>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"
#include "tools/program_files.h"

namespace hilo::tools {
namespace {

struct Flags {
  std::string first{}, second{}, inputs{};
  double tolerance = 1e-5;
  std::uint64_t seed = 0;
  bool as_json = false;
  ComputeFlags compute{};
};

// Numbers from -1 to 1, whole ones from 0 to 3.
std::vector<Array> random_inputs(const std::vector<Shape>& shapes, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Array> inputs;
  for (const Shape& shape : shapes) {
    if (!shape.is_static()) throw UsageError("diff: the program leaves lengths open; --inputs F.safetensors gives its arguments:" + numbered_list("arg", shapes));
    std::vector<float> numbers(static_cast<std::size_t>(shape.size()));
    const bool is_whole = is_integer(shape.dtype) || is_bool(shape.dtype);
    for (float& x : numbers) {
      const double unit = std::uniform_real_distribution<double>(0, 1)(random);
      x = static_cast<float>(is_bool(shape.dtype) ? std::floor(2 * unit) : is_whole ? std::floor(4 * unit) : 2 * unit - 1);
    }
    inputs.push_back(Array::of(shape.dims, numbers).as(shape.dtype));
  }
  return inputs;
}

// The largest distance of two numbers beside the larger one's size (at least 1); NaN equals NaN.
double distance(const Array& a, const Array& b) {
  const std::vector<double> x = a.to_doubles(), y = b.to_doubles();
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]))) continue;
    const double apart = std::abs(x[i] - y[i]) / std::max({std::abs(x[i]), std::abs(y[i]), 1.0});
    most = std::max(most, std::isnan(apart) ? INFINITY : apart);
  }
  return most;
}

int diff(const Flags& flags) {
  obey(flags.compute, "diff");
  const stablehlo::ir::Program sources[2] = {read_program(flags.first), read_program(flags.second)};
  const std::vector<Array> inputs = flags.inputs.empty() ? random_inputs(stablehlo::declared_arguments(sources[0]), flags.seed)
                                                         : read_numbered(flags.inputs, "arg");
  const pjrt::Client client = open_client(flags.compute);
  std::vector<Array> results[2];
  bool is_same_graph = false;
  {
    const stablehlo::Imported first = import_for("diff", sources[0], inputs), second = import_for("diff", sources[1], inputs);
    is_same_graph = first.function == second.function;
    results[0] = Program::compile(client, first.function).run(inputs);
    results[1] = Program::compile(client, second.function).run(inputs);
    results[0].resize(first.result_count);
    results[1].resize(second.result_count);
  }
  std::vector<Shape> shapes[2];
  for (int k : {0, 1}) {
    for (const Array& a : results[k]) shapes[k].push_back(a.shape());
  }
  if (shapes[0] != shapes[1]) {
    throw Error("diff: the programs give different shapes\n " + shown(flags.first) + ":" + numbered_list("out", shapes[0]) + "\n " +
                shown(flags.second) + ":" + numbered_list("out", shapes[1]));
  }
  Json json = {{"same_graph", is_same_graph}, {"results", Json::array()}};
  bool is_equal = true;
  for (std::size_t i = 0; i < results[0].size(); ++i) {
    const double apart = distance(results[0][i], results[1][i]);
    is_equal = is_equal && apart <= flags.tolerance;
    json["results"].push_back({{"name", fmt::format("out_{}", i)}, {"shape", to_string(shapes[0][i])}, {"distance", apart}});
    if (!flags.as_json) std::cout << fmt::format("out_{}: {}  {}\n", i, to_string(shapes[0][i]), apart == 0 ? "equal" : fmt::format("apart by {:.3g}", apart));
  }
  json["equal"] = is_equal;
  if (flags.as_json) std::cout << text_of(json) << "\n";
  else if (is_same_graph) std::cout << "the programs are the same graph\n";
  return is_equal ? kDone : kFailed;
}

}  // namespace

Command diff_command() {
  return {"diff", "Run two StableHLO programs on the same inputs and compare what they give",
          "  hilo diff before.mlir after.mlirbc --inputs inputs.safetensors",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PROGRAM", flags->first, "StableHLO in any form")->required();
            app.add_option("OTHER", flags->second, "The one that it is compared with")->required();
            app.add_option("--inputs", flags->inputs, "Arguments, as safetensors, or F.npz; random numbers if not given")->type_name("F");
            app.add_option("--seed", flags->seed, "Of the random numbers")->type_name("N")->capture_default_str();
            app.add_option("--tolerance", flags->tolerance, "How far results may be apart, beside the larger number or 1")->type_name("X")->capture_default_str();
            app.add_flag("--json", flags->as_json, "As JSON");
            add_compute_flags(app, flags->compute);
            return [flags] { return diff(*flags); };
          }};
}

}  // namespace hilo::tools
