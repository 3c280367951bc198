#include "hilo/pjrt/ffi.h"

#include <map>
#include <mutex>

#include "hilo/pjrt/c_api.h"
#include "hilo/pjrt/ffi_trampolines.h"
#include "xla/pjrt/c/pjrt_c_api_ffi_extension.h"

namespace hilo::pjrt {
namespace {

using Key = std::pair<std::string, std::string>;  // platform, name

struct Known {
  FfiHandler handler;
  XLA_FFI_Handler* entry;  // what plugins are given
};

struct Registry {
  std::mutex mutex;
  std::map<Key, Known> handlers;
  std::map<c::PluginState*, std::string> plugins;  // with an open client, and their platform
};

Registry& registry() {
  static Registry& instance = *new Registry;  // handlers live as long as the process
  return instance;
}

void tell(c::PluginState& plugin, const Key& key, XLA_FFI_Handler* entry) {
  if (plugin.ffi_handlers.contains(key)) return;
  const std::string doing = "registering the custom call " + key.second;
  const auto* base = c::extension(plugin, PJRT_Extension_Type_FFI);
  const auto* ffi = reinterpret_cast<const PJRT_FFI_Extension*>(base);
  if (base == nullptr || base->struct_size < PJRT_FFI_Extension_STRUCT_SIZE ||
      ffi->register_handler == nullptr) {
    throw PluginError(ErrorCode::kUnimplemented, doing, plugin.file.path + " has no FFI extension");
  }
  auto args = c::make_args<PJRT_FFI_Register_Handler_Args>();
  args.target_name = key.second.data();
  args.target_name_size = key.second.size();
  args.handler = reinterpret_cast<void*>(entry);
  args.platform_name = key.first.data();
  args.platform_name_size = key.first.size();
  c::call(plugin, ffi->register_handler, args, doing);
  plugin.ffi_handlers.insert(key);
}

}  // namespace

std::string ffi_platform(std::string_view platform_name) {
  if (platform_name == "cpu" || platform_name == "host") return "Host";
  if (platform_name == "cuda" || platform_name == "gpu") return "CUDA";
  return platform_name == "rocm" ? "ROCM" : std::string(platform_name);
}

void register_ffi_handler(std::string_view name, FfiHandler handler, std::string_view platform) {
  register_ffi_handlers({{.name = std::string(name), .platform = std::string(platform), .handler = handler}});
}

void register_ffi_handlers(const std::vector<NamedFfiHandler>& handlers) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  std::size_t added = 0;
  for (const auto& [name, platform, handler] : handlers) {
    const auto found = all.handlers.find({platform, name});
    if (found != all.handlers.end() && found->second.handler != handler) {
      throw Error("custom call " + name + " has another handler already on " + platform);
    }
    if (found == all.handlers.end()) ++added;
  }
  expect_trampolines(added);
  for (const auto& [name, platform, handler] : handlers) {
    const Key key{platform, name};
    auto found = all.handlers.find(key);
    if (found == all.handlers.end()) {
      found = all.handlers.emplace(key, Known{handler, make_trampoline(handler)}).first;
    }
    for (const auto& [plugin, of] : all.plugins) {
      if (of == platform) tell(*plugin, key, found->second.entry);
    }
  }
}

std::vector<std::string> registered_ffi_handlers(std::string_view platform) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  std::vector<std::string> names;
  for (const auto& [key, known] : all.handlers) {
    if (key.first == platform) names.push_back(key.second);
  }
  return names;
}

void c::tell_ffi_handlers(PluginState& plugin, std::string_view platform_name) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  const std::string platform = ffi_platform(platform_name);
  all.plugins.insert_or_assign(&plugin, platform);
  for (const auto& [key, known] : all.handlers) {
    if (key.first == platform) tell(plugin, key, known.entry);
  }
}

}  // namespace hilo::pjrt
