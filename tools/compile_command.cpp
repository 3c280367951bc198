#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/models/recipe.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/pjrt/threads.h"
#include "hilo/pjrt/topology.h"
#include "tools/command.h"
#include "tools/load_data.h"
#include "tools/messages.h"
#include "tools/train_plan.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMaxProgramBytes = 1ULL << 32;

struct Flags {
  std::string program{}, target = "auto", out{}, batch{};
  DataFlags data{};
  std::vector<std::string> settings{};
  int threads = 0;
  bool has_report = false, as_json = false;
};

Json describe(const pjrt::Executable& executable) {
  Json json;
  for (const auto& shape : executable.result_shapes()) json["results"].push_back(to_string(*shape));
  if (const auto memory = executable.memory()) {
    json["memory"] = {{"code_bytes", memory->code}, {"argument_bytes", memory->arguments}, {"result_bytes", memory->results},
                      {"aliased_bytes", memory->aliased}, {"temporary_bytes", memory->temporary}};
  }
  for (const auto& [name, value] : executable.cost_analysis()) json["cost"][name] = pjrt::to_string(value);
  return json;
}

// A training step as `hilo train` runs it, so that it finds the program in the cache.
struct Step {
  train::Trainer trainer;
  Shape inputs, labels;
};

Step make_step(const Flags& flags, const pjrt::Client& client) {
  const auto recipe = models::make_recipe(flags.program);
  const std::vector<Setting> settings = recipe->settings();
  set_from_words(settings, flags.settings);
  if (!flags.batch.empty()) set_by_name(settings, "batch", flags.batch);
  std::optional<models::ImageInputs> inputs = recipe->usual_inputs();
  if (!flags.data.folder.empty()) inputs = models::inputs_of(load_data(*recipe, flags.data, {}).train);
  if (!inputs) throw UsageError("compile " + flags.program + ": its network depends on the data; say --data DIR");
  const models::Training training = recipe->training(*inputs);
  const std::int64_t batch = recipe->train_settings().batch;
  Shape input = inputs->input;
  input.dims.insert(input.dims.begin(), batch);
  return {train::Trainer(client, training.model, training.loss, training.optimizer, {.metrics = training.metrics}), std::move(input),
          {kI32, {batch}}};
}

Program step_program(Step step) { return step.trainer.step_program(step.inputs, step.labels); }
std::string step_text(Step step) { return step.trainer.step_text(step.inputs, step.labels); }

// Ahead of time, for devices that need not be here: "tpu:v5e:2x2".
std::string compile_for_topology(const Flags& flags, const std::string& text) {
  const std::size_t colon = flags.target.find(':');
  const pjrt::Search search = pjrt::search(flags.target.substr(0, colon));
  if (search.path.empty()) throw DeviceError(search.problem);
  const auto topology = pjrt::Topology::create(pjrt::Plugin::load(search.path), flags.target.substr(colon + 1));
  return topology.compile(text);
}

bool is_recipe(const std::string& name) { return std::ranges::count(models::recipe_names(), name) > 0; }

std::string program_text(const Flags& flags) {
  if (!std::filesystem::exists(flags.program)) {
    const std::string near = near_names(flags.program, models::recipe_names());
    throw Error(shown(flags.program) + ": no such file, and no recipe of that name" + (near.empty() ? "" : "; " + near));
  }
  return read_text(flags.program, kMaxProgramBytes);
}

int compile(const Flags& flags) {
  if (flags.threads > 0) pjrt::limit_cpus(flags.threads);
  const bool is_step = is_recipe(flags.program) && !std::filesystem::exists(flags.program);
  const bool is_ahead = flags.target.starts_with("tpu:") && flags.target.find_first_not_of("0123456789", 4) != std::string::npos;
  const auto start = std::chrono::steady_clock::now();
  Json json = {{"program", flags.program}, {"target", flags.target}};
  std::string code;
  if (is_ahead) {
    code = compile_for_topology(flags, is_step ? step_text(make_step(flags, pjrt::open("cpu"))) : program_text(flags));
  } else {
    const std::string text = is_step ? "" : program_text(flags);
    const pjrt::Client client = pjrt::open(flags.target);
    const Program program = is_step ? step_program(make_step(flags, client)) : Program::compile_text(client, text);
    json["was_cached"] = program.was_cached();
    json.update(describe(program.executable()));
    if (!flags.out.empty()) code = program.executable().serialize();
  }
  json["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!code.empty()) json["bytes"] = code.size();
  if (!flags.out.empty()) write_file_atomically(flags.out, code);
  if (flags.as_json) {
    std::cout << text_of(json) << "\n";
    return kDone;
  }
  std::cout << fmt::format("compiled {} for {} in {:.2f} s{}\n", shown(flags.program), flags.target, json["seconds"].get<double>(),
                           json.value("was_cached", false) ? " (it was in the cache)" : "");
  if (!flags.out.empty()) std::cout << fmt::format("wrote {} ({})\n", shown(flags.out), bytes_text(code.size()));
  if (flags.has_report) std::cout << text_of(json) << "\n";
  return kDone;
}

}  // namespace

Command compile_command() {
  return {"compile", "Compile a StableHLO program, or a recipe's training step, without running it",
          "  hilo compile program.mlir --report\n  hilo compile cifar10 --batch 256\n  hilo compile cifar10 --target tpu:v5e:2x2 --out step.bin",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PROGRAM", flags->program, "StableHLO text or bytecode; or a recipe, whose training step then starts at once")
                ->required();
            app.add_option("--target", flags->target, "auto, cpu, cuda[:N], the path of a plugin; or tpu:TOPOLOGY, which need not be here")
                ->type_name("T")->capture_default_str();
            app.add_option("--out", flags->out, "Write the machine code there")->type_name("F");
            app.add_option("--batch", flags->batch, "Of a recipe: examples a step")->type_name("N");
            app.add_option("--set", flags->settings, "Of a recipe: change a setting")->type_name("KEY=VALUE")->allow_extra_args(false);
            app.add_option("--data", flags->data.folder, "Of a recipe whose network depends on its data")->type_name("DIR");
            app.add_option("--threads", flags->threads, "CPUs to use; all of them if not given")->type_name("N")->check(CLI::Range(1, 65536).description(""));
            app.add_flag("--report", flags->has_report, "Say what memory and arithmetic it takes, as far as the plugin knows");
            app.add_flag("--json", flags->as_json, "As JSON");
            return [flags] { return compile(*flags); };
          }};
}

}  // namespace hilo::tools
