#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/exec/program.h"
#include "hilo/exec/saved_program.h"
#include "hilo/exec/sharded.h"
#include "hilo/exec/trace.h"
#include "hilo/models/gemma/programs.h"
#include "hilo/models/recipe.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/pjrt/hlo.h"
#include "hilo/pjrt/topology.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/gemma_model.h"
#include "tools/load_data.h"
#include "tools/messages.h"
#include "tools/train_plan.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMaxProgramBytes = 1ULL << 32;

struct Flags {
  std::string program{}, out{}, batch{}, mesh{}, dtype = "bf16";
  std::int64_t context = 2048;
  DataFlags data{};
  std::vector<std::string> settings{};
  ComputeFlags compute{};  // its backend is the target
  int devices = 0;         // 0: as many as the program says
  bool has_report = false, as_json = false;
};

// What a compile gives.
struct Compiled {
  Json json = Json::object();
  std::string code{};                // for --out
  std::optional<pjrt::HloModule> hlo{};  // after optimisation
};

Json value_of(const pjrt::NamedValue& value) {
  if (const auto* real = std::get_if<float>(&value)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  return pjrt::to_string(value);
}

Json report(const std::optional<pjrt::CompiledMemory>& memory, const pjrt::NamedValues& cost, const std::optional<pjrt::HloModule>& hlo) {
  Json json = Json::object();
  if (memory) {
    json["memory"] = {{"code_bytes", memory->code}, {"argument_bytes", memory->arguments}, {"result_bytes", memory->results},
                      {"aliased_bytes", memory->aliased}, {"temporary_bytes", memory->temporary}};
    if (memory->peak > 0) json["memory"]["peak_bytes"] = memory->peak;
  }
  for (const auto& [name, value] : cost) {
    if (name.ends_with('}')) continue;  // of a single operand or operation
    if (name == "flops") json["flops"] = value_of(value);
    if (name == "bytes accessed") json["bytes_accessed"] = value_of(value);
    json["cost"][name] = value_of(value);
  }
  if (hlo) {  // what the plugin does not say
    const pjrt::HloCost counted = pjrt::cost_of(*hlo);
    if (!json.contains("flops")) json["flops"] = counted.flops;
    if (!json.contains("bytes_accessed")) json["bytes_accessed"] = counted.bytes_accessed;
  }
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

bool is_step(const Flags& flags) {
  return std::ranges::count(models::recipe_names(), flags.program) > 0 && !std::filesystem::exists(flags.program);
}

// A decoding loop of a published size, as a program over its weights.
std::string model_text(const Flags& flags, const models::gemma::Published& model) {
  models::gemma::Config config = model.config;
  const auto dtype = dtype_from_name(flags.dtype);
  if (!dtype) throw UsageError("compile: --dtype: there is no dtype " + quote(flags.dtype) + "; expected f32, bf16 or f16");
  config.precision = models::gemma::Precision::of(*dtype);
  if (flags.context > config.context) throw UsageError(fmt::format("compile: --context {} is more than the model's {}", flags.context, config.context));
  std::int64_t batch = 1;
  const char* end = flags.batch.data() + flags.batch.size();
  if (const auto read = std::from_chars(flags.batch.data(), end, batch); !flags.batch.empty() && (read.ptr != end || batch < 1)) {
    throw UsageError("compile: --batch is " + quote(flags.batch) + "; expected a number of texts");
  }
  const auto division = flags.mesh.empty() ? models::gemma::Division() : models::gemma::Division(config, models::gemma::mesh_of_text(flags.mesh));
  const Function function = with_all_shardings(models::gemma::decode_function(config, batch, flags.context, division));
  std::vector<bool> donated(function.parameters().size(), false);
  std::fill_n(donated.rbegin(), 2 * config.layers, true);  // the cache
  return stablehlo::emit(function, {.module_name = "decode", .aliases = aliases_of(function, donated, division.mesh() != nullptr)});
}

// Bytecode goes on as text, which says what devices it is for.
std::string program_text(const Flags& flags) {
  if (const auto* model = published_size(flags.program)) return model_text(flags, *model);
  if (!std::filesystem::exists(flags.program)) {
    std::vector<std::string> names = models::recipe_names();
    for (const auto& p : models::gemma::published()) names.push_back(p.name);
    const std::string near = near_names(flags.program, names);
    throw Error(shown(flags.program) + ": no such file, and no recipe or model of that name" + (near.empty() ? "" : "; " + near));
  }
  std::string program = read_text(flags.program, kMaxProgramBytes);
  if (program.find('\0') == std::string::npos) return program;
  const stablehlo::Imported imported = stablehlo::import_program(program, {.file = flags.program});
  return stablehlo::emit(imported.function, {.module_name = std::filesystem::path(flags.program).stem().string(), .aliases = imported.aliases});
}

// "tpu:v5e:2x2" names devices that need not be here; "tpu:1" and paths do not.
bool is_topology(const std::string& target) {
  const std::size_t colon = target.find(':');
  return colon != std::string::npos && target.find('/') == std::string::npos && colon + 1 < target.size() &&
         target.find_first_not_of("0123456789", colon + 1) != std::string::npos;
}

Compiled compile_ahead(const Flags& flags) {
  const std::string& target = flags.compute.backend;
  const std::size_t colon = target.find(':');
  const pjrt::Search search = pjrt::search(target.substr(0, colon));
  if (search.path.empty()) throw DeviceError(search.problem);
  const pjrt::Plugin plugin = pjrt::Plugin::load(search.path);
  const auto topology = pjrt::Topology::create(plugin, target.substr(colon + 1));
  const std::string text = is_step(flags) ? step_text(make_step(flags, pjrt::open("cpu"))) : program_text(flags);
  pjrt::CompileOptions options = pjrt::options_for_program(text, flags.devices);
  for (int i = 0; i < options.replicas * options.partitions; ++i) options.device_ids.push_back(i);
  const TraceSpan span("compile", "ahead of time for " + target);
  const pjrt::CompiledAhead ahead = topology.compile(text, options);
  SavedProgram saved{.name = ahead.name, .platform = topology.platform_name(), .platform_version = topology.platform_version(),
                     .plugin = plugin.file().content_id, .machine = topology.device_kind()};
  saved.code = ahead.code;
  std::optional<pjrt::HloModule> hlo = pjrt::read_hlo(ahead.optimized);
  Compiled compiled{.json = report(ahead.memory, ahead.cost, hlo), .code = saved.write(), .hlo = std::move(hlo)};
  compiled.json["devices"] = options.replicas * options.partitions;
  return compiled;
}

Compiled compile_here(const Flags& flags) {
  const std::string text = is_step(flags) ? "" : program_text(flags);
  const pjrt::CompileOptions options = pjrt::options_for_program(text, flags.devices);
  const int devices = options.replicas * options.partitions;
  const bool divides_cpu = flags.compute.backend == "cpu" || flags.compute.backend == "auto";
  const pjrt::Client client = pjrt::open(flags.compute.backend, {.devices = divides_cpu && devices > 1 ? devices : 0});
  const Program program = is_step(flags) ? step_program(make_step(flags, client))
                                         : Program::compile_text(client, text, {.name = std::filesystem::path(flags.program).stem().string(),
                                                                                .options = options});
  const pjrt::Executable& executable = program.executable();
  std::optional<pjrt::HloModule> hlo;
  if (flags.has_report || flags.as_json) hlo = pjrt::read_hlo(executable.optimized_program());
  Compiled compiled{.json = report(executable.memory(), executable.cost_analysis(), hlo), .hlo = std::move(hlo)};
  compiled.json["was_cached"] = program.was_cached();
  compiled.json["devices"] = devices;
  for (const auto& shape : executable.result_shapes()) compiled.json["results"].push_back(to_string(*shape));
  if (!flags.out.empty()) compiled.code = program.save();
  return compiled;
}

int compile(const Flags& flags) {
  obey(flags.compute, "compile");
  const auto start = std::chrono::steady_clock::now();
  Compiled compiled = is_topology(flags.compute.backend) ? compile_ahead(flags) : compile_here(flags);
  Json json = {{"program", flags.program}, {"target", flags.compute.backend}};
  json["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  json.update(compiled.json);
  if (!compiled.code.empty()) json["bytes"] = compiled.code.size();
  if (!flags.out.empty()) write_file_atomically(flags.out, compiled.code);
  if (flags.as_json) {
    if (flags.has_report && compiled.hlo) json["optimized_hlo"] = pjrt::to_string(*compiled.hlo);
    std::cout << text_of(json) << "\n";
    return kDone;
  }
  std::cout << fmt::format("compiled {} for {} in {:.2f} s{}\n", shown(flags.program), flags.compute.backend,
                           json["seconds"].get<double>(), json.value("was_cached", false) ? " (it was in the cache)" : "");
  if (!flags.out.empty()) std::cout << fmt::format("wrote {} ({})\n", shown(flags.out), bytes_text(compiled.code.size()));
  if (!flags.has_report) return kDone;
  std::cout << text_of(json) << "\n";
  if (compiled.hlo) std::cout << pjrt::to_string(*compiled.hlo);
  else std::cout << "the plugin does not give the optimised program\n";
  return kDone;
}

}  // namespace

Command compile_command() {
  return {"compile", "Compile a StableHLO program, or a recipe's training step, without running it",
          "  hilo compile program.mlir --report\n  hilo compile program.mlir --target cpu --out program.bin && hilo run program.bin\n"
          "  hilo compile cifar10 --batch 256\n  hilo compile cifar10 --target tpu:v5e:2x2 --out step.bin\n"
          "  hilo compile gemma2-2b --target tpu:v5e:2x2 --mesh model=4 --report\n\n"
          "A program that says so (mhlo.num_partitions, sdy.mesh) is divided over devices.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("PROGRAM", flags->program, "StableHLO text, bytecode or a file of jax.export; a recipe, whose training step then starts at once; or a size of Gemma (gemma2-2b), whose decoding loop needs no weights for this")
                ->required();
            app.add_option("--target", flags->compute.backend,
                           "auto, cpu, cuda[:N], the path of a plugin; or tpu:TOPOLOGY (v5e:2x2), which need not be here")
                ->type_name("T")->capture_default_str();
            app.add_option("--devices", flags->devices, "Devices that it is divided over; as the program says if not given")
                ->type_name("N")->check(CLI::Range(1, 4096).description(""));
            app.add_option("--out", flags->out, "Write the machine code there, for `hilo run`")->type_name("F");
            app.add_option("--batch", flags->batch, "Of a recipe: examples a step; of Gemma: texts")->type_name("N");
            app.add_option("--set", flags->settings, "Of a recipe: change a setting")->type_name("KEY=VALUE")->allow_extra_args(false);
            app.add_option("--data", flags->data.folder, "Of a recipe whose network depends on its data")->type_name("DIR");
            app.add_option("--mesh", flags->mesh, "Of Gemma: how devices share it, such as model=4 or data=2,model=2")->type_name("AXIS=N,..");
            app.add_option("--dtype", flags->dtype, "Of Gemma: f32, bf16 or f16")->type_name("D")->capture_default_str();
            app.add_option("--context", flags->context, "Of Gemma: tokens that there is room for")->type_name("N")->capture_default_str()
                ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 24).description(""));
            app.add_option("--threads", flags->compute.threads, "CPUs to use; all of them if not given")->type_name("N")->check(CLI::Range(1, 65536).description(""));
            app.add_flag("--report", flags->has_report, "Say what memory and arithmetic it takes, and the optimised program, as far as the plugin tells");
            app.add_flag("--json", flags->as_json, "As JSON");
            add_process_flags(app, flags->compute);
            return [flags] { return compile(*flags); };
          }};
}

}  // namespace hilo::tools
