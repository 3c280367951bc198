#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "hilo/core/error.h"

/// What libFuzzer and replay.cpp call. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hilo::fuzz {

/// While it lives, new memory beyond `input` + 64 MiB ends the process, which is a finding. Counts
/// only where AddressSanitizer does.
class MemoryBound {
 public:
  explicit MemoryBound(std::size_t input);
  ~MemoryBound();
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;
};
/// The most that any of them saw, in bytes.
std::int64_t most_memory();

/// Runs `f`, which may refuse its input, and nothing else.
template <class F>
bool is_read(F f) {
  try {
    f();
    return true;
  } catch (const FormatError&) {
    return false;
  }
}

inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

}  // namespace hilo::fuzz
