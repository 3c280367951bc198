#include "hilo/pjrt/custom_call_library.h"

#include <dlfcn.h>

#include <filesystem>
#include <set>

#include "hilo/core/error.h"
#include "hilo/custom_call_library.h"
#include "hilo/pjrt/elf_check.h"
#include "hilo/pjrt/ffi.h"

namespace hilo {
namespace {

constexpr std::size_t kMostCalls = 4096;
constexpr const char* kEntry = "hilo_custom_calls";

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw DeviceError("library of custom calls " + path + ": " + why);
}

// Never closed: plugins keep its functions.
const HiloCustomCalls* open_library(const std::string& path) {
  pjrt::check_library_file(path);
  // An absolute path: dlopen looks a bare name up elsewhere.
  void* library = ::dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = ::dlerror();
    refuse(path,
           std::string("it cannot be loaded: ") + (reason != nullptr ? reason : "no reason given"));
  }
  void* symbol = ::dlsym(library, kEntry);
  if (symbol == nullptr) {
    refuse(path, std::string("it has no function ") + kEntry +
                     "; expected the entry point of hilo/custom_call_library.h");
  }
  return reinterpret_cast<decltype(&hilo_custom_calls)>(symbol)();
}

void check(const HiloCustomCalls* all, const std::string& path) {
  if (all == nullptr) refuse(path, std::string(kEntry) + " returned null");
  if (all->abi != HILO_CUSTOM_CALLS_ABI) {
    refuse(path, "its layout is version " + std::to_string(all->abi) + "; expected " +
                     std::to_string(HILO_CUSTOM_CALLS_ABI) +
                     ", that of hilo/custom_call_library.h; build it again");
  }
  if (all->struct_size != sizeof(HiloCustomCall)) {
    refuse(path, "its entries have " + std::to_string(all->struct_size) + " bytes; expected " +
                     std::to_string(sizeof(HiloCustomCall)));
  }
  if (all->count > kMostCalls || (all->count > 0 && all->calls == nullptr)) {
    refuse(path, "it tells of " + std::to_string(all->count) +
                     " custom calls; expected a table of at most " + std::to_string(kMostCalls));
  }
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < all->count; ++i) {
    const HiloCustomCall& call = all->calls[i];
    if (call.name == nullptr || *call.name == '\0' || call.platform == nullptr ||
        call.handler == nullptr) {
      refuse(path, "custom call " + std::to_string(i) + " has no name, platform or handler");
    }
    if (!seen.emplace(call.platform, call.name).second) {
      refuse(path,
             std::string("custom call ") + call.name + " is in it twice for " + call.platform);
    }
  }
}

XLA_FFI_Error* call_c_function(void* function, XLA_FFI_CallFrame* frame) {
  return reinterpret_cast<XLA_FFI_Handler*>(function)(frame);
}

}  // namespace

std::vector<std::string> load_custom_calls(const std::string& path) {
  const HiloCustomCalls* all = open_library(path);
  check(all, path);
  std::vector<pjrt::NamedFfiHandler> handlers;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all->count; ++i) {
    const HiloCustomCall& call = all->calls[i];
    handlers.push_back(
        {.name = call.name,
         .platform = call.platform,
         .handler = {.call = call_c_function, .object = reinterpret_cast<void*>(call.handler)}});
    names.emplace_back(call.name);
  }
  try {
    pjrt::register_ffi_handlers(handlers);
  } catch (const DeviceError&) {
    throw;  // a plugin's own words
  } catch (const Error& e) {
    throw Error("library of custom calls " + path + ": " + e.what());
  }
  return names;
}

}  // namespace hilo
