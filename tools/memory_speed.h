#pragma once

namespace hilo::tools {

/// Bytes a second that `threads` threads read from memory together: the best of some passes over a
/// buffer that no cache holds.
/// Cost:    256 MiB, and about a second.
double memory_bytes_per_second(int threads);

}  // namespace hilo::tools
