#include "hilo/pjrt/plugin.h"

#include <dlfcn.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>

#include "hilo/pjrt/c_api.h"
#include "hilo/pjrt/cuda.h"
#include "hilo/pjrt/elf_check.h"
#include "hilo/pjrt/machine.h"
#include "hilo/pjrt/plugin_checks.h"
#include "hilo/pjrt/tpu.h"

namespace hilo::pjrt {
namespace {

// The plugins log to stderr from the moment they are loaded. What they log as an error (3) they
// also return as one, and loading a compiled program logs a page about CPU features each time.
void quiet_the_log() { ::setenv("TF_CPP_MIN_LOG_LEVEL", "3", /*overwrite=*/0); }

void* open_library(const std::string& path) {
  // RTLD_LOCAL keeps the plugin's LLVM and protobuf away from other libraries' (two plugins in one
  // process work).
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) return library;
  const char* reason = ::dlerror();
  throw DeviceError("plugin " + path +
                    " cannot be loaded: " + (reason != nullptr ? reason : "no reason given"));
}

const PJRT_Api* get_api(void* library, const std::string& path) {
  void* symbol = ::dlsym(library, "GetPjrtApi");
  if (symbol == nullptr)
    throw DeviceError("plugin " + path + " has no symbol GetPjrtApi: it is no PJRT plugin");
  const auto* api = reinterpret_cast<const PJRT_Api* (*)()>(symbol)();
  if (api == nullptr) throw DeviceError("plugin " + path + ": GetPjrtApi returned null");
  return api;
}

std::vector<int> list_extensions(const PJRT_Api& api) {
  std::vector<int> result;
  for (const PJRT_Extension_Base* e = api.extension_start; e != nullptr && result.size() < 64;
       e = e->next) {
    result.push_back(static_cast<int>(e->type));
  }
  std::sort(result.begin(), result.end());
  return result;
}

void initialize(c::PluginState& plugin) {
  auto start = c::make_args<PJRT_Plugin_Initialize_Args>();
  c::call(plugin, plugin.api.PJRT_Plugin_Initialize, start,
          "initialising plugin " + plugin.file.path);
  auto attributes = c::make_args<PJRT_Plugin_Attributes_Args>();
  if (c::try_call(plugin, plugin.api.PJRT_Plugin_Attributes, attributes)) {
    plugin.attributes = c::from_c(attributes.attributes, attributes.num_attributes);
  }
}

std::unique_ptr<c::PluginState> load_file(const std::string& path) {
  auto plugin = std::make_unique<c::PluginState>();
  plugin->file = describe_plugin_file(path);
  check_library_file(path);
  quiet_the_log();
  const Machine& machine = Machine::here();
  if (is_cuda_plugin(path)) {
    const CudaLibraries libraries = open_cuda_libraries(path, machine);
    plugin->cuda_data_folder = libraries.data_folder;
    plugin->library_problem = libraries.problem();
  }
  if (is_tpu_plugin(path)) keep_tpu_from_asking_the_cloud(machine);
  const PJRT_Api* api = get_api(open_library(path), path);
  plugin->version = check_version(*api, path);
  plugin->api = copy_table(*api);
  check_functions(plugin->api, path);
  plugin->extensions = list_extensions(plugin->api);
  initialize(*plugin);
  return plugin;
}

}  // namespace

Plugin Plugin::load(const std::string& path) {
  // Never destroyed: clients in other static objects may outlive it.
  static std::mutex& mutex = *new std::mutex;
  static auto& loaded = *new std::map<std::string, std::unique_ptr<c::PluginState>>;
  std::error_code error;
  const std::string file = std::filesystem::canonical(path, error).string();
  if (error) throw DeviceError("plugin " + path + ": " + error.message());
  const std::lock_guard lock(mutex);
  auto found = loaded.find(file);
  if (found == loaded.end()) found = loaded.emplace(file, load_file(file)).first;
  return Plugin(found->second.get());
}

const std::string& Plugin::path() const { return state_->file.path; }
const PluginFile& Plugin::file() const { return state_->file; }
Plugin::ApiVersion Plugin::api_version() const { return state_->version; }
const NamedValues& Plugin::attributes() const { return state_->attributes; }
const std::vector<int>& Plugin::extensions() const { return state_->extensions; }
const std::string& Plugin::cuda_data_folder() const { return state_->cuda_data_folder; }

std::string to_string(Plugin::ApiVersion version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

namespace c {

const PJRT_Extension_Base* extension(const PluginState& plugin, PJRT_Extension_Type type) {
  for (const PJRT_Extension_Base* e = plugin.api.extension_start; e != nullptr; e = e->next) {
    if (e->type == type) return e;
  }
  return nullptr;
}

}  // namespace c
}  // namespace hilo::pjrt
