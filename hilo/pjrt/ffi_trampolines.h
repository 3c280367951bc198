#pragma once
// C entry points for FFI handlers: for the sources of this room.
#include <cstddef>

#include "hilo/pjrt/ffi.h"
#include "xla/ffi/api/c_api.h"

namespace hilo::pjrt {

/// How many custom calls a process may register.
inline constexpr int kMostFfiHandlers = 512;

/// Throws Error unless so many more can be made.
void expect_trampolines(std::size_t count);

/// A C function that calls `handler`, answers XLA's metadata query in the way that plugins of every
/// age accept, and lets no exception out. Throws Error when all are taken. Not for several threads
/// at once.
XLA_FFI_Handler* make_trampoline(FfiHandler handler);

}  // namespace hilo::pjrt
