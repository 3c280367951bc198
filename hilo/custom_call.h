#pragma once
// Custom calls: C++ functions that XLA programs call by name. This header is outside the umbrella
// because it shows XLA's FFI headers, in whose terms such functions are written. (g++ takes those
// under -Wpedantic only with -fpermissive.)
#include <memory>
#include <string_view>

#include "hilo/pjrt/ffi.h"
#include "xla/ffi/api/ffi.h"

namespace hilo {

/// Makes a bound function the code behind `custom_call @name`. Register before the program is
/// compiled or loaded. `platform` is "Host" for cpu, "CUDA" or "ROCM". What the function throws
/// becomes the program's error.
/// Throws:   Error if another handler has that name.
/// Example:
///   xla::ffi::Error add_one(xla::ffi::Buffer<xla::ffi::F32> x,
/// xla::ffi::ResultBuffer<xla::ffi::F32> y);
///   register_custom_call("add_one", xla::ffi::Ffi::Bind()
///                                       .Arg<xla::ffi::Buffer<xla::ffi::F32>>()
///                                       .Ret<xla::ffi::Buffer<xla::ffi::F32>>()
///                                       .To(add_one));
template <class Handler>
void register_custom_call(std::string_view name, std::unique_ptr<Handler> bound,
                          std::string_view platform = "Host") {
  const auto call = [](void* object, XLA_FFI_CallFrame* frame) -> XLA_FFI_Error* {
    return static_cast<const Handler*>(object)->Call(frame);
  };
  pjrt::register_ffi_handler(name, {.call = call, .object = bound.get()}, platform);
  bound.release();  // plugins may call it until the process ends
}

/// The same for a C function, such as one that XLA_FFI_DEFINE_HANDLER_SYMBOL made in a library
/// opened with dlopen. The same function may be registered again under its name.
inline void register_custom_call(std::string_view name, XLA_FFI_Handler* handler,
                                 std::string_view platform = "Host") {
  const auto call = [](void* function, XLA_FFI_CallFrame* frame) -> XLA_FFI_Error* {
    return reinterpret_cast<XLA_FFI_Handler*>(function)(frame);
  };
  pjrt::register_ffi_handler(name, {.call = call, .object = reinterpret_cast<void*>(handler)},
                             platform);
}

}  // namespace hilo
