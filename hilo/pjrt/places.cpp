#include "hilo/pjrt/places.h"

#include <string.h>  // strverscmp

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "hilo/pjrt/embedded_plugin.h"

namespace hilo::pjrt {
namespace {

namespace fs = std::filesystem;

struct Candidate {
  std::string source;
  fs::path path;
  bool may_be_file = false;  // of the lists that users write; all else is folders
  bool is_program = false;   // the running program, which may carry a plugin
};

// Where plugins of a kind stand in the cache and in lib/hilo, best first.
std::vector<std::string> subfolders(PluginKind kind, const Machine& machine) {
  if (kind != PluginKind::kCuda) return {std::string(name(kind))};
  const int driver = machine.cuda_driver_version();
  if (driver == 0 || driver >= 13000) return {"cuda13", "cuda12"};
  return {"cuda12"};
}

// The newest plugin of `kind` in `folder`, by its name.
std::string plugin_in(const fs::path& folder, PluginKind kind) {
  std::string best;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string file = entry.path().filename().string();
    if (kind_of_file(file) != kind || !entry.is_regular_file(error)) continue;
    if (best.empty() || ::strverscmp(best.c_str(), file.c_str()) < 0) best = file;
  }
  return best.empty() ? best : (folder / best).string();
}

void add_list(std::vector<Candidate>& out, const Machine& machine, const std::string& variable) {
  const std::string list = machine.environment(variable).value_or("");
  for (std::size_t start = 0; start < list.size();) {
    const std::size_t end = std::min(list.find(':', start), list.size());
    if (end > start) out.push_back({variable, list.substr(start, end - start), true});
    start = end + 1;
  }
}

// site-packages of the active environment, for the plugins that pip brings.
void add_python(std::vector<Candidate>& out, PluginKind kind, const Machine& machine) {
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    const auto prefix = machine.environment(variable);
    if (!prefix) continue;
    std::error_code error;
    for (const auto& python : fs::directory_iterator(fs::path(*prefix) / "lib", error)) {
      if (!python.path().filename().string().starts_with("python3")) continue;
      const fs::path packages = python.path() / "site-packages";
      const std::string source = std::string("Python environment (") + variable + ")";
      if (kind == PluginKind::kTpu) out.push_back({source, packages / "libtpu"});
      if (kind == PluginKind::kRocm)
        out.push_back({source, packages / "jax_plugins" / "xla_rocm7"});
      if (kind != PluginKind::kCuda) continue;
      for (const std::string& version : subfolders(kind, machine)) {
        out.push_back({source, packages / "jax_plugins" / ("xla_" + version)});
      }
    }
  }
}

std::vector<Candidate> candidates(PluginKind kind, const Machine& machine) {
  std::vector<Candidate> out;
  const auto add = [&](const char* source, const fs::path& folder) {
    out.push_back({source, folder});
    for (const std::string& sub : subfolders(kind, machine)) out.push_back({source, folder / sub});
  };
  const std::string home = machine.environment("HOME").value_or("");
  const fs::path binary = machine.binary_folder;
  add_list(out, machine, "HILO_PJRT_PLUGIN_PATH");
  add_list(out, machine, "PJRT_PLUGIN_LIBRARY_PATH");
  add("beside the binary", binary);
  add("beside the binary", binary / "lib");
  if (kind == PluginKind::kCpu) out.push_back({.source = "in the binary", .path = machine.binary, .is_program = true});
  add("install prefix", binary.parent_path() / "lib" / "hilo");
  add("install prefix", machine.root + "/usr/local/lib/hilo");
  if (!home.empty()) add("home", fs::path(home) / ".local/lib/hilo");
  for (const std::string& sub : subfolders(kind, machine)) {
    out.push_back({"cache", fs::path(machine.cache()) / "plugins" / sub});
  }
  for (const char* folder : {"go-xla", "gomlx/pjrt"}) {
    if (!home.empty()) out.push_back({"GoMLX", fs::path(home) / ".local/lib" / folder});
    out.push_back({"GoMLX", machine.root + "/usr/local/lib/" + folder});
  }
  if (kind != PluginKind::kCpu) add_python(out, kind, machine);
  for (const char* folder :
       {"/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/lib"}) {
    out.push_back({"system", machine.root + folder});
  }
  return out;
}

// What stands at one place: the plugin's path, or empty with the reason in `verdict`.
std::string look_at(const Candidate& candidate, PluginKind kind, std::string& verdict) {
  const fs::path& path = candidate.path;
  std::error_code error;
  if (!path.is_absolute()) {
    verdict = "not an absolute path";  // never the current folder
    return {};
  }
  if (candidate.may_be_file && fs::is_regular_file(path, error)) {
    const auto of = kind_of_file(path.string());
    if (!of || *of == kind) return path.string();
    verdict = "a plugin for " + std::string(name(*of));
    return {};
  }
  if (!fs::is_directory(path, error)) {
    verdict = candidate.may_be_file ? "no such file or folder" : "no such folder";
    return {};
  }
  const std::string found = plugin_in(path, kind);
  if (found.empty()) verdict = "no plugin for " + std::string(name(kind)) + " in it";
  return found;
}

// A plugin that the program carries, unpacked; or empty with the reason in `verdict`.
std::string look_inside(const fs::path& program, const Machine& machine, std::string& verdict) try {
  std::string found = unpack_embedded_plugin(program, machine.cache());
  if (found.empty()) verdict = "carries no plugin";
  return found;
} catch (const std::exception& e) {
  verdict = e.what();
  return {};
}

}  // namespace

std::optional<PluginKind> kind_of_file(const std::string& path) {
  const std::string file = fs::path(path).filename().string();
  const auto has = [&](std::string_view word) { return file.find(word) != std::string::npos; };
  if (!file.ends_with(".so")) return std::nullopt;
  if (file == "libtpu.so") return PluginKind::kTpu;
  if (!has("pjrt") && !has("xla")) return std::nullopt;
  if (has("cuda") || has("gpu")) return PluginKind::kCuda;
  if (has("rocm")) return PluginKind::kRocm;
  if (has("tpu")) return PluginKind::kTpu;
  if (has("cpu")) return PluginKind::kCpu;
  return std::nullopt;
}

std::string look_everywhere(PluginKind kind, const Machine& machine, std::vector<Place>& tried) {
  for (const Candidate& candidate : candidates(kind, machine)) {
    Place place{candidate.source, candidate.path.string(), "found", true};
    std::string found = candidate.is_program ? look_inside(candidate.path, machine, place.verdict)
                                             : look_at(candidate, kind, place.verdict);
    place.is_found = !found.empty();
    if (place.is_found) place.path = found;
    tried.push_back(std::move(place));
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace hilo::pjrt
