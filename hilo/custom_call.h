#pragma once
// Custom calls: C++ functions that XLA programs call by name. This header is outside the umbrella
// because it shows XLA's FFI headers, in whose terms such functions are written. (g++ takes those
// under -Wpedantic only with -fpermissive.)
#include <memory>
#include <string_view>

#include "hilo/pjrt/custom_call_library.h"
#include "hilo/pjrt/ffi.h"
#include "xla/ffi/api/ffi.h"

namespace hilo {

/// Makes a bound function the code behind `custom_call @name`. Register before the program is
/// compiled or loaded. `platform` is "Host" for cpu, "CUDA" or "ROCM": one name may have a handler on
/// each. What the function throws becomes the program's error. On a GPU it is given device pointers
/// and enqueues its work on XLA's stream; where CUDA's headers are not there, the stream is a void*.
/// Throws:   Error if another handler has that name.
/// Example:
///   ffi::Error add_one(ffi::Buffer<ffi::F32> x, ffi::ResultBuffer<ffi::F32> y);
///   register_custom_call("add_one", ffi::Ffi::Bind().Arg<ffi::Buffer<ffi::F32>>()
///                                                   .Ret<ffi::Buffer<ffi::F32>>().To(add_one));
///   ffi::Error on_gpu(void* stream, ffi::Buffer<ffi::F32> x, ffi::ResultBuffer<ffi::F32> y);
///   register_custom_call("add_one", ffi::Ffi::Bind().Ctx<ffi::PlatformStream<void*>>()
///                                                   .Arg<ffi::Buffer<ffi::F32>>()
///                                                   .Ret<ffi::Buffer<ffi::F32>>().To(on_gpu), "CUDA");
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
