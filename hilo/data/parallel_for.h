#pragma once
#include <cstdint>
#include <functional>

namespace hilo::data {

/// How many threads `asked` means: itself, or one a core for 0. Throws Error if it is negative.
int thread_count(int asked);

/// Calls `body(i)` for every i from 0 to `count` - 1, in `threads` threads of which the caller is
/// one, and returns when all are done. `on_progress(done, count)` is called by the caller's thread
/// only, from time to time and at the end.
/// Throws:  what `body` threw for the smallest i that failed (the same with any number of threads),
///          or what `on_progress` threw; the rest is then left out.
void parallel_for(
    std::int64_t count, int threads, const std::function<void(std::int64_t)>& body,
    const std::function<void(std::int64_t done, std::int64_t total)>& on_progress = {});

}  // namespace hilo::data
