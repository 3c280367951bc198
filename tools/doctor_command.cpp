#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/pjrt/threads.h"
#include "hilo/version.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kTinyProgram = R"(module @doctor {
  func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    %y = stablehlo.add %x, %x : tensor<4xf32>
    return %y : tensor<4xf32>
  }
})";

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

Json attribute(const pjrt::Plugin& plugin, const char* name) {
  const auto found = plugin.attributes().find(name);
  return found == plugin.attributes().end() ? Json() : Json(pjrt::to_string(found->second));
}

// Compiles and runs the tiny program; throws if the result is wrong.
void try_program(const pjrt::Client& client, Json& json) {
  const auto start = Clock::now();
  const Program program = Program::compile_text(client, kTinyProgram, {.name = "doctor", .cache = nullptr});
  json["compile_ms"] = milliseconds_since(start);
  const auto run = Clock::now();
  const std::vector<Array> arguments = {Array::of<float>({4}, {1, 2, 3, 4})};
  const std::vector<Array> results = program.run(arguments);
  json["run_ms"] = milliseconds_since(run);
  if (results.at(0) != Array::of<float>({4}, {2, 4, 6, 8})) throw DeviceError("the tiny program gave a wrong result");
}

// What there is to say of one backend. "works" is whether a program ran on it.
Json examine(const std::string& backend, int threads) {
  const pjrt::Search search = pjrt::search(backend);
  Json json = {{"backend", backend}, {"works", false}};
  try {
    if (!search.problem.empty()) throw DeviceError(search.problem);
    json["plugin"] = search.path;
    const pjrt::Plugin plugin = pjrt::Plugin::load(search.path);
    json["pjrt_api"] = pjrt::to_string(plugin.api_version());
    json["stablehlo"] = attribute(plugin, "stablehlo_current_version");
    json["stablehlo_minimum"] = attribute(plugin, "stablehlo_minimum_version");
    for (int extension : plugin.extensions()) json["extensions"].push_back(pjrt::extension_name(extension));
    const pjrt::Client client = pjrt::open(backend, {.threads = threads});
    json["platform"] = client.platform_name();
    json["platform_version"] = client.platform_version();
    for (const pjrt::Device& device : client.addressable_devices()) json["devices"].push_back(device.kind());
    try_program(client, json);
    json["works"] = true;
  } catch (const Error& error) {
    json["problem"] = error.what();
  }
  for (const pjrt::Place& place : search.places) {
    json["places"].push_back({{"source", place.source}, {"path", place.path}, {"verdict", place.verdict}, {"found", place.is_found}});
  }
  return json;
}

std::string text_or(const Json& json, const char* key, const char* absent) {
  return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : absent;
}

// The lines after the first under the first.
std::string indented(std::string text) {
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) text.insert(at + 1, 11, ' ');
  return text;
}

void print(const Json& found) {
  const auto line = [](std::string_view name, const std::string& text) { std::cout << fmt::format("  {:<10} {}\n", name, text); };
  std::cout << fmt::format("\n{}: {}\n", found["backend"].get<std::string>(), found["works"].get<bool>() ? "works" : "cannot be used");
  if (found.contains("plugin")) line("plugin", found["plugin"]);
  if (found.contains("pjrt_api")) {
    line("versions", fmt::format("PJRT {}, StableHLO {} ({} and later)", found["pjrt_api"].get<std::string>(),
                                 text_or(found, "stablehlo", "not said"), text_or(found, "stablehlo_minimum", "not said")));
  }
  if (found.contains("devices")) {
    line("devices", fmt::format("{} x {}", found["devices"].size(), found["devices"][0].get<std::string>()));
  }
  if (found["works"].get<bool>()) {
    line("program", fmt::format("compiled in {:.0f} ms, ran in {:.1f} ms, right result", found["compile_ms"].get<double>(),
                                found["run_ms"].get<double>()));
  }
  if (found.contains("problem")) line("problem", indented(found["problem"]));
  if (!found.contains("places")) return;
  std::cout << "  tried, in order:\n";
  for (const Json& place : found["places"]) {
    std::cout << fmt::format("    {:<32} {}: {}\n", place["source"].get<std::string>(), shown(place["path"]), place["verdict"].get<std::string>());
  }
}

int doctor(const ComputeFlags& flags, bool as_json) {
  const std::vector<std::string> backends =
      flags.backend == "auto" ? std::vector<std::string>{"cpu", "cuda", "tpu"} : std::vector{flags.backend};
  Json json = {{"hilo", kVersion}, {"cpus", pjrt::usable_cpus()}, {"cache", pjrt::Machine::here().cache()}};
  // Says what `auto` is: every command's default.
  const pjrt::Search chosen = pjrt::search(flags.backend);
  json["chosen"] = {{"backend", flags.backend}, {"kind", pjrt::name(chosen.kind)}, {"plugin", chosen.path}};
  bool is_fine = false;
  for (const std::string& backend : backends) {
    const Json found = examine(backend, flags.threads);
    is_fine = is_fine || (found["works"].get<bool>() && (flags.backend != "auto" || backend == pjrt::name(chosen.kind)));
    json["backends"].push_back(found);
  }
  if (as_json) {
    std::cout << text_of(json) << "\n";
  } else {
    std::cout << fmt::format("hilo {}, {}, cache {}\n", kVersion, count_of(static_cast<std::uint64_t>(pjrt::usable_cpus()), "CPU"), json["cache"].get<std::string>());
    for (const Json& found : json["backends"]) print(found);
    std::cout << fmt::format("\nbackend {} is {}: {}\n", flags.backend, pjrt::name(chosen.kind),
                             is_fine ? chosen.path : "it cannot be used");
  }
  return is_fine ? kDone : kFailed;
}

}  // namespace

Command doctor_command() {
  return {"doctor", "What works here: plugins, devices, versions, and every place that was looked at",
          "  hilo doctor\n  hilo doctor --backend cuda", [](CLI::App& app) -> std::function<int()> {
            struct Flags {
              ComputeFlags compute{};
              bool as_json = false;
            };
            const auto flags = std::make_shared<Flags>();
            add_backend_flags(app, flags->compute);
            app.add_flag("--json", flags->as_json, "As JSON");
            return [flags] { return doctor(flags->compute, flags->as_json); };
          }};
}

}  // namespace hilo::tools
