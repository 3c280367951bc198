#pragma once
// What a shared library of custom calls exports. `hilo run --custom-calls LIB.so` and
// hilo::load_custom_calls read it. The header needs XLA's FFI headers and nothing of Hilo, so such
// a library need not be linked with Hilo:
//
//     #include "hilo/custom_call_library.h"
//     #include "xla/ffi/api/ffi.h"
//
//     XLA_FFI_DEFINE_HANDLER(scale_handler, scale, xla::ffi::Ffi::Bind()...);
//
//     extern "C" const HiloCustomCalls* hilo_custom_calls(void) {
//       static const HiloCustomCall calls[] = {{"my_scale", "Host", scale_handler}};
//       static const HiloCustomCalls all = {HILO_CUSTOM_CALLS_ABI, sizeof(HiloCustomCall), 1,
//       calls}; return &all;
//     }
#include <stddef.h>

#include "xla/ffi/api/c_api.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The layout below. It changes when a library that was built before could no longer be read.
enum { HILO_CUSTOM_CALLS_ABI = 1 };

/// One handler. Names live as long as the library, which is never unloaded.
typedef struct HiloCustomCall {
  const char* name;          ///< the target of `stablehlo.custom_call @name`
  const char* platform;      ///< "Host" for the CPU, "CUDA", "ROCM"
  XLA_FFI_Handler* handler;  ///< as XLA_FFI_DEFINE_HANDLER makes it
} HiloCustomCall;

/// All handlers of a library.
typedef struct HiloCustomCalls {
  int abi;             ///< HILO_CUSTOM_CALLS_ABI
  size_t struct_size;  ///< sizeof(HiloCustomCall)
  size_t count;
  const HiloCustomCall* calls;
} HiloCustomCalls;

/// The one entry point: a library of custom calls defines it.
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const HiloCustomCalls*
hilo_custom_calls(void);

#ifdef __cplusplus
}
#endif
