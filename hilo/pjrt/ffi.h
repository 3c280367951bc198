#pragma once
#include <string>
#include <string_view>
#include <vector>

struct XLA_FFI_CallFrame;
struct XLA_FFI_Error;

namespace hilo::pjrt {

/// The code behind a custom call: `call(object, frame)`, as XLA's FFI defines it
/// (hilo/custom_call.h makes one).
struct FfiHandler {
  XLA_FFI_Error* (*call)(void* object, XLA_FFI_CallFrame* frame) = nullptr;
  void* object = nullptr;  ///< lives as long as the process
  bool operator==(const FfiHandler&) const = default;
};

/// Makes `handler` the code behind `stablehlo.custom_call @name` on `platform` ("Host" for cpu,
/// "CUDA", "ROCM"). It is remembered, and told to every client's plugin of that platform, those
/// open now and those opened later; so register before anything is compiled or loaded. An exception
/// inside it becomes the program's error.
/// Throws:  Error if another handler has that name; PluginError if an open plugin refuses it.
void register_ffi_handler(std::string_view name, FfiHandler handler,
                          std::string_view platform = "Host");

/// A handler and what it is registered as.
struct NamedFfiHandler {
  std::string name{}, platform = "Host";
  FfiHandler handler{};
};
/// Registers all of them, or none if a name is taken.
void register_ffi_handlers(const std::vector<NamedFfiHandler>& handlers);

/// What XLA's FFI calls a client's `platform_name()`: "Host" for "cpu", "CUDA", "ROCM".
std::string ffi_platform(std::string_view platform_name);

/// Names registered for `platform`, in order: part of the key of compile caches.
std::vector<std::string> registered_ffi_handlers(std::string_view platform = "Host");

}  // namespace hilo::pjrt
