#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "hilo/core/error.h"

namespace hilo::formats {

/// A place in the bytes of a file, for parsers: what it reads is there, or it throws with the
/// offset. Little-endian numbers; the file's name and bytes must outlive it.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string_view file)
      : bytes_(bytes), file_(file) {}

  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t left() const { return bytes_.size() - offset_; }

  /// Throws:  FormatError if `offset` is past the end.
  void seek(std::uint64_t offset, std::string_view what) {
    if (offset > bytes_.size()) {
      fail(std::string(what) + " is at offset " + std::to_string(offset) + "; expected at most " +
           std::to_string(bytes_.size()) + ", the end of the file");
    }
    offset_ = offset;
  }

  /// The next `count` bytes. Throws FormatError if fewer are left.
  std::span<const std::byte> take(std::uint64_t count, std::string_view what) {
    if (count > left()) {
      fail(std::string(what) + " of " + std::to_string(count) + " bytes; expected at most " +
           std::to_string(left()) + ", the bytes that are left");
    }
    const auto result =
        bytes_.subspan(static_cast<std::size_t>(offset_), static_cast<std::size_t>(count));
    offset_ += count;
    return result;
  }

  std::string_view text(std::uint64_t count, std::string_view what) {
    const auto bytes = take(count, what);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  template <class T>
  T number(std::string_view what) {
    static_assert(std::is_arithmetic_v<T>);
    T value{};
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }

  [[noreturn]] void fail(std::string_view problem) const {
    throw FormatError(file_, offset_, problem);
  }

 private:
  std::span<const std::byte> bytes_;
  std::string_view file_;
  std::uint64_t offset_ = 0;
};

}  // namespace hilo::formats
