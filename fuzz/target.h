#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "hilo/core/error.h"

/// What libFuzzer and replay.cpp call. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace hilo::fuzz {

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
