// A library of custom calls as people write them, and ones with a fault that a definition of their
// target chooses. Not linked with Hilo.
#include "hilo/custom_call_library.h"

#include <cstdio>
#include <cstdlib>
#include <iterator>

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

namespace {

ffi::Error triple(ffi::Buffer<ffi::F32> x, ffi::ResultBuffer<ffi::F32> y, float offset) {
  for (std::size_t i = 0; i < x.element_count(); ++i) {
    y->typed_data()[i] = 3 * x.typed_data()[i] + offset;
  }
  return ffi::Error::Success();
}
XLA_FFI_DEFINE_HANDLER(
    triple_handler, triple,
    ffi::Ffi::Bind().Arg<ffi::Buffer<ffi::F32>>().Ret<ffi::Buffer<ffi::F32>>().Attr<float>(
        "offset"));

// What kills XLA's process from inside.
ffi::Error end_it(ffi::AnyBuffer, ffi::Result<ffi::AnyBuffer>) {
  std::fputs("the handler has had enough\n", stderr);
  std::abort();
}
XLA_FFI_DEFINE_HANDLER(abort_handler, end_it,
                       ffi::Ffi::Bind().Arg<ffi::AnyBuffer>().Ret<ffi::AnyBuffer>());

// Compiles where CUDA's headers are not there.
ffi::Error on_gpu(void* stream, ffi::AnyBuffer, ffi::Result<ffi::AnyBuffer>) {
  return stream != nullptr ? ffi::Error::Success() : ffi::Error::Internal("no stream");
}
XLA_FFI_DEFINE_HANDLER(
    gpu_handler, on_gpu,
    ffi::Ffi::Bind().Ctx<ffi::PlatformStream<void*>>().Arg<ffi::AnyBuffer>().Ret<ffi::AnyBuffer>());

}  // namespace

#ifndef NO_ENTRY
extern "C" const HiloCustomCalls* hilo_custom_calls(void) {
#if defined(TAKEN)
  static const HiloCustomCall calls[] = {{"hilo_test_never", "Host", triple_handler},
                                         {"hilo_test_taken", "Host", triple_handler}};
#elif defined(TWICE)
  static const HiloCustomCall calls[] = {{"hilo_test_twice", "Host", triple_handler},
                                         {"hilo_test_twice", "Host", triple_handler}};
#elif defined(NULL_HANDLER)
  static const HiloCustomCall calls[] = {{"hilo_test_null", "Host", nullptr}};
#else
  static const HiloCustomCall calls[] = {{"hilo_test_triple", "Host", triple_handler},
                                         {"hilo_test_triple", "CUDA", gpu_handler},
                                         {"hilo_test_abort", "Host", abort_handler}};
#endif
  static HiloCustomCalls all = {HILO_CUSTOM_CALLS_ABI, sizeof(HiloCustomCall), std::size(calls),
                                calls};
#if defined(WRONG_ABI)
  all.abi = 7;
#elif defined(WRONG_SIZE)
  all.struct_size = 8;
#elif defined(WRONG_COUNT)
  all.count = static_cast<std::size_t>(-1);
#elif defined(NULL_TABLE)
  return nullptr;
#endif
  return &all;
}
#endif
