#pragma once
#include <cstdint>
#include <functional>

#include "hilo/custom_call.h"

namespace hilo::kernels {

/// Calls `work(first, last)` on pieces of 0 .. count - 1, on this thread and on those of the
/// plugin's pool that are free: `piece` numbers each, the last fewer. Returns when all are done.
/// Never waits for a thread to become free, so kernels may run beside each other.
void parallel_for(xla::ffi::ThreadPool pool, std::int64_t count, std::int64_t piece,
                  const std::function<void(std::int64_t first, std::int64_t last)>& work);

/// Threads that may work at once: this one and those of the pool, as many as there are CPUs.
std::int64_t threads_of(xla::ffi::ThreadPool pool);

}  // namespace hilo::kernels
