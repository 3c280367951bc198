#include "hilo/pjrt/discovery.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "hilo/core/error.h"
#include "hilo/pjrt/cuda.h"
#include "hilo/pjrt/places.h"
#include "hilo/pjrt/tpu.h"

namespace hilo::pjrt {
namespace {

namespace fs = std::filesystem;

constexpr std::array kKinds = {PluginKind::kCpu, PluginKind::kCuda, PluginKind::kRocm,
                               PluginKind::kTpu};

struct Request {
  bool is_auto = false, is_path = false;
  PluginKind kind = PluginKind::kCpu;
  int device = -1;
};

[[noreturn]] void refuse(std::string_view backend) {
  std::string text = "no such backend: " + std::string(backend);
  const std::string near = near_names(backend, {"auto", "cpu", "cuda", "rocm", "tpu"});
  if (!near.empty()) text += "; " + near;
  throw UsageError(text +
                   "\n  expected: auto, cpu, cuda[:N], rocm[:N], tpu[:N] or the path of a plugin");
}

Request parse(std::string_view backend) {
  if (backend.find('/') != std::string_view::npos || backend.ends_with(".so"))
    return {.is_path = true};
  if (backend == "auto") return {.is_auto = true};
  const std::string_view word = backend.substr(0, backend.find(':'));
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](PluginKind k) { return name(k) == word; });
  if (kind == kKinds.end()) refuse(backend);
  Request request{.kind = *kind};
  if (word.size() == backend.size()) return request;
  const std::string_view number = backend.substr(word.size() + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), request.device);
  if (error != std::errc() || end != number.data() + number.size() || request.device < 0)
    refuse(backend);
  return request;
}

std::string how_to_get(PluginKind kind) {
  if (kind == PluginKind::kRocm) return "pip install jax-rocm7-pjrt, or give its path";
  return "hilo plugins install " + std::string(kind == PluginKind::kCuda ? "cuda13" : name(kind));
}

bool all_found(const std::vector<Place>& places) {
  return std::all_of(places.begin(), places.end(), [](const Place& p) { return p.is_found; });
}

std::string problem_of(PluginKind kind, const std::vector<Place>& checks, bool has_plugin) {
  std::string text = "backend " + std::string(name(kind)) + " cannot be used here";
  for (const Place& check : checks) {
    text += "\n  " + check.source + ": " + (check.is_found ? "found " : "missing, ") + check.path +
            (check.is_found ? "" : ": " + check.verdict);
  }
  return text + "\n  plugin: " + (has_plugin ? "found" : "missing (" + how_to_get(kind) + ")");
}

Search search_kind(PluginKind kind, const Machine& machine) {
  Search result{.kind = kind};
  const std::vector<Place> checks = hardware(kind, machine);
  result.places = checks;
  result.path = look_everywhere(kind, machine, result.places);
  if (result.path.empty() || !all_found(checks))
    result.problem = problem_of(kind, checks, !result.path.empty());
  return result;
}

Search search_auto(const Machine& machine) {
  std::vector<Place> tried;
  for (PluginKind kind : {PluginKind::kCuda, PluginKind::kRocm, PluginKind::kTpu}) {
    std::vector<Place> checks = hardware(kind, machine);
    const bool has_hardware = all_found(checks);
    tried.insert(tried.end(), checks.begin(), checks.end());
    if (!has_hardware) continue;
    Search found{.kind = kind};
    found.path = look_everywhere(kind, machine, tried);
    found.places = tried;
    if (!found.path.empty()) return found;
  }
  Search cpu = search_kind(PluginKind::kCpu, machine);
  cpu.places.insert(cpu.places.begin(), tried.begin(), tried.end());
  return cpu;
}

Search search_path(const std::string& path) {
  Search result{.kind = kind_of_file(path).value_or(PluginKind::kCpu)};
  std::error_code error;
  const bool exists = fs::is_regular_file(path, error);
  result.places.push_back({"given path", path, exists ? "found" : "no such file", exists});
  if (exists) {
    result.path = fs::absolute(path).string();
  } else {
    result.problem = "plugin " + path + ": no such file";
  }
  return result;
}

}  // namespace

std::string_view name(PluginKind kind) {
  switch (kind) {
    case PluginKind::kCpu:
      return "cpu";
    case PluginKind::kCuda:
      return "cuda";
    case PluginKind::kRocm:
      return "rocm";
    case PluginKind::kTpu:
      return "tpu";
  }
  return "";
}

std::vector<Place> hardware(PluginKind kind, const Machine& machine) {
  const auto file = [&](const char* source, const std::string& path, const char* absent) {
    std::error_code error;
    const bool exists = fs::exists(machine.root + path, error);
    return Place{source, path, exists ? "found" : absent, exists};
  };
  const auto library = [&](const char* source, const std::string& soname) {
    const std::string problem = machine.library_problem(soname);
    return Place{source, soname, problem.empty() ? "found" : problem, problem.empty()};
  };
  switch (kind) {
    case PluginKind::kCpu:
      return {};
    case PluginKind::kCuda: {
      Place device = file("device", "/dev/nvidiactl",
                          "no NVIDIA GPU here, or its kernel module is not loaded");
      const Place of_wsl = file("device", "/dev/dxg", "");  // Linux under Windows
      if (of_wsl.is_found) device = of_wsl;
      return {device, library("driver", "libcuda.so.1")};
    }
    case PluginKind::kRocm:
      return {file("device", "/dev/kfd", "no AMD GPU here, or its kernel module is not loaded")};
    case PluginKind::kTpu:
      break;
  }
  const std::string tpu = find_tpu(machine);
  if (!tpu.empty()) return {{"device", tpu, "found", true}};
  return {{"device", "/sys/bus/pci/devices", "no PCI device there is a TPU", false}};
}

Search search(std::string_view backend, const Machine& machine) {
  const Request request = parse(backend);
  if (request.is_path) return search_path(std::string(backend));
  if (request.is_auto) return search_auto(machine);
  Search result = search_kind(request.kind, machine);
  result.device = request.device;
  return result;
}

Search find(std::string_view backend, const Machine& machine) {
  Search result = search(backend, machine);
  if (result.problem.empty()) return result;
  std::string text = result.problem;
  if (result.path.empty()) {
    text += "\n  places tried:";
    for (const Place& place : result.places) {
      const bool is_hardware = place.source == "device" || place.source == "driver";
      if (!is_hardware) text += "\n    " + place.source + ": " + place.path + ": " + place.verdict;
    }
  }
  throw DeviceError(text);
}

}  // namespace hilo::pjrt
