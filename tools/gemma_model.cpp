#include "tools/gemma_model.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/models/gemma/weights.h"
#include "tools/messages.h"

namespace hilo::tools {

void add_model_flags(CLI::App& app, ModelFlags& flags) {
  app.add_option("MODEL", flags.model,
                 std::string("A folder (Hugging Face, or Kaggle's Flax layout), a .gguf file, or a name in the cache") +
                     (flags.takes_sizes ? "; or a size, gemma2-2b, with random weights" : ""))
      ->required();
  app.add_option("--config", flags.config,
                 "A config.json, for weights of unknown size that come without")
      ->type_name("F");
  app.add_option("--tokenizer", flags.tokenizer,
                 "A tokenizer.model or tokenizer.json, if none is beside the weights")
      ->type_name("F");
  app.add_option("--context", flags.context,
                 "Most tokens of prompt and answer; the model's if not given")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 24).description(""));
  app.add_flag("--verbose", flags.is_verbose, "Say what was compiled and run");
  add_device_flags(app, flags.compute);
  add_trace_flag(app, flags.compute);
  app.add_option("--mesh", flags.mesh,
                 "How the devices share the model: model=N divides heads, hidden width and vocabulary, "
                 "data=N the batch; data=2,model=2 both")
      ->type_name("AXIS=N,..");
  app.add_option("--dtype", flags.dtype,
                 "f32, bf16 or f16: of weights and products; blocks: f32, and on a CPU weights as the "
                 "file has them, quantised or in 16 bits")
      ->type_name("D")
      ->capture_default_str();
}

namespace {

// The mesh that --mesh and --devices say, none for one device; either may be left out.
std::optional<Mesh> mesh_of(const ModelFlags& flags, ComputeFlags& compute, const std::string& command) {
  if (flags.mesh.empty() && compute.devices == 1) return {};
  Mesh mesh = flags.mesh.empty() ? Mesh{.axes = {{"model", compute.devices}}} : models::gemma::mesh_of_text(flags.mesh);
  if (compute.devices == 1) compute.devices = static_cast<int>(mesh.size());
  if (compute.devices != mesh.size()) {
    throw UsageError(fmt::format("{}: --mesh {} has {} devices, --devices {}; expected as many", command, flags.mesh, mesh.size(), compute.devices));
  }
  if (flags.is_verbose && flags.dtype == "blocks") say("on several devices all weights are f32");
  return mesh;
}

}  // namespace

std::optional<DType> dtype_of(const ModelFlags& flags) { return dtype_from_name(flags.dtype); }

const models::gemma::Published* published_size(const std::string& name) {
  const auto& all = models::gemma::published();
  const auto found = std::ranges::find(all, name, &models::gemma::Published::name);
  return found == all.end() || std::filesystem::exists(name) ? nullptr : &*found;
}

models::Gemma open_model(const ModelFlags& flags, const std::string& command) {
  const auto dtype = dtype_of(flags);
  const bool is_known = dtype && (*dtype == kF32 || *dtype == kBF16 || *dtype == kF16);
  if (!is_known && flags.dtype != "blocks") {
    throw UsageError(command + ": --dtype is " + quote(flags.dtype) +
                     "; expected blocks, f32, bf16 or f16");
  }
  ComputeFlags compute = flags.compute;
  const std::optional<Mesh> mesh = mesh_of(flags, compute, command);
  obey(compute, command, true);
  const auto start = std::chrono::steady_clock::now();
  const models::GemmaOptions options{.dtype = dtype,
                                     .context = flags.context,
                                     .config = flags.config,
                                     .tokenizer = flags.tokenizer,
                                     .engine = {.mesh = mesh}};
  const auto* size = flags.takes_sizes ? published_size(flags.model) : nullptr;
  const pjrt::Client client = open_client(compute);
  models::Gemma model = size != nullptr ? models::Gemma::random(client, size->config, options)
                                        : models::Gemma::open(client, flags.model, options);
  if (flags.is_verbose) {
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    say(fmt::format("Gemma {} of {} layers, {:.1f} M parameters, loaded in {:.2f} s",
                    model.config().generation, model.config().layers,
                    static_cast<double>(models::gemma::parameter_count(model.config())) / 1e6,
                    seconds));
  }
  return model;
}

void report_programs(const ModelFlags& flags, models::Gemma& model) {
  if (!flags.is_verbose) return;
  const auto counts = model.engine().counts();
  const models::gemma::GenerateReport& report = model.generator().report();
  std::string text =
      fmt::format("{} programs, {} of them compiled now; ", counts.programs, counts.compiled);
  if (report.made_tokens > 0)
    text += fmt::format("{} executions for {}", report.launches,
                        count_of(static_cast<std::size_t>(report.made_tokens), "token"));
  else
    text += fmt::format("{} executions", counts.launches);
  if (report.guessed_tokens > 0)
    text +=
        fmt::format("; {} of {} guesses accepted", report.accepted_tokens, report.guessed_tokens);
  say(text);
}

models::gemma::Ids ids_of_text(const std::string& text) {
  models::gemma::Ids ids;
  for (const char *p = text.data(), *end = p + text.size(); p < end || ids.empty(); ++p) {
    std::int32_t id = 0;
    const auto [rest, error] = std::from_chars(p, end, id);
    if (error != std::errc() || (rest != end && *rest != ',') || rest + 1 == end) {
      throw UsageError("--ids is " + quote(text) + "; expected numbers and commas: 2,818,5279");
    }
    ids.push_back(id);
    p = rest;
  }
  return ids;
}

}  // namespace hilo::tools
