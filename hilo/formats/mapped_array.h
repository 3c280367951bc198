#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "hilo/core/array.h"

namespace hilo::formats {

/// An array of bytes that somebody owns, a mapped file say: a view of them where they are aligned
/// for the dtype, else a copy.
inline Array view_or_copy(Shape shape, std::shared_ptr<const void> owner,
                          std::span<const std::byte> bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
  const auto alignment = static_cast<std::uintptr_t>(std::min(hilo::bytes(shape.dtype), 8));
  if (address % alignment == 0) return Array(std::move(shape), std::move(owner), bytes);
  Array copy(std::move(shape));
  std::copy(bytes.begin(), bytes.end(), copy.mutable_bytes().begin());
  return copy;
}

}  // namespace hilo::formats
