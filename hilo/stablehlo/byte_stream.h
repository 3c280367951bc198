#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "hilo/core/error.h"

/// Bytes of MLIR bytecode, one primitive at a time. Source: MLIR bytecode format, "Primitives".
namespace hilo::stablehlo::bytecode {

/// Reads from the front. Whatever goes beyond the end throws FormatError with the offset in the
/// file.
class ByteReader {
 public:
  ByteReader(std::string_view file, std::string_view bytes, std::uint64_t offset = 0)
      : file_(file), bytes_(bytes), offset_(offset) {}

  [[nodiscard]] std::string_view file() const { return file_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_ + at_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  [[nodiscard]] bool empty() const { return left() == 0; }
  [[noreturn]] void fail(std::string_view problem) const {
    throw FormatError(file_, offset(), problem);
  }

  std::string_view take(std::uint64_t count) {
    if (count > left()) {
      fail("ends early; expected " + std::to_string(count) + " more bytes, found " +
           std::to_string(left()));
    }
    const std::string_view result = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return result;
  }
  /// The next `count` bytes as a reader of their own.
  ByteReader section(std::uint64_t count) {
    const std::uint64_t start = offset();
    return {file_, take(count), start};
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }

  /// The zero bits below the first one bit say how many bytes follow; a zero byte: eight.
  std::uint64_t varint() {
    const std::uint8_t first = byte();
    if (first & 1) return first >> 1;
    const int more = first == 0 ? 8 : std::countr_zero(first);
    std::uint64_t rest = 0;
    const std::string_view bytes = take(static_cast<std::uint64_t>(more));
    for (int i = more; i-- > 0;) {
      rest = rest << 8 | static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(i)]);
    }
    return first == 0 ? rest : rest << (7 - more) | static_cast<std::uint64_t>(first >> (more + 1));
  }
  /// Zigzag: 0, -1, 1, -2, ..
  std::int64_t signed_varint() {
    const std::uint64_t v = varint();
    return static_cast<std::int64_t>(v >> 1 ^ (~(v & 1) + 1));
  }
  /// The lowest bit is a flag of its own.
  std::pair<std::uint64_t, bool> flagged() {
    const std::uint64_t v = varint();
    return {v >> 1, (v & 1) != 0};
  }
  /// `number` things of at least `bytes_each` bytes are to follow: refuses more than there can be.
  std::size_t fits(std::uint64_t number, std::size_t bytes_each = 1) const {
    if (number > left() / bytes_each) {
      fail("found a count of " + std::to_string(number) + "; expected at most " +
           std::to_string(left() / bytes_each) + " in the " + std::to_string(left()) +
           " bytes left");
    }
    return static_cast<std::size_t>(number);
  }
  std::size_t count(std::size_t bytes_each = 1) { return fits(varint(), bytes_each); }
  /// Up to a zero byte, which goes too.
  std::string_view c_string() {
    const std::size_t end = bytes_.find('\0', at_);
    if (end == std::string_view::npos) fail("a text that does not end; expected a zero byte");
    const std::string_view text = take(end - at_);
    take(1);
    return text;
  }

 private:
  std::string_view file_, bytes_;
  std::uint64_t offset_;
  std::size_t at_ = 0;
};

/// Writes what ByteReader reads.
class ByteWriter {
 public:
  std::string bytes{};

  void byte(std::uint8_t v) { bytes += static_cast<char>(v); }
  void varint(std::uint64_t v) {
    int more = 0;
    while (more < 8 && v >> (7 * (more + 1)) != 0) ++more;
    if (more == 8) {
      byte(0);
    } else {
      v = v << (more + 1) | std::uint64_t{1} << more;
      ++more;
    }
    for (; more > 0; --more, v >>= 8) byte(static_cast<std::uint8_t>(v & 0xFF));
  }
  void signed_varint(std::int64_t v) {
    varint(static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63));
  }
  void flagged(std::uint64_t v, bool flag) { varint(v << 1 | (flag ? 1 : 0)); }
  void section(std::uint8_t id, std::string_view content) {
    byte(id);
    varint(content.size());
    bytes += content;
  }
};

}  // namespace hilo::stablehlo::bytecode
