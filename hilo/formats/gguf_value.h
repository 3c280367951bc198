#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/formats/byte_reader.h"

namespace hilo::formats {

/// The types of metadata; the numbers are those of the format.
enum class GgufType : std::uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64,
};

/// "u32", "string", "array".
std::string_view name(GgufType type);

/// A value of a GGUF file's metadata: its type, and its bytes as they stand in the file. An array
/// of 262,144 tokens costs nothing until it is asked for.
class GgufValue {
 public:
  static GgufValue of(bool value);
  static GgufValue of(std::uint32_t value);
  static GgufValue of(std::int32_t value);
  static GgufValue of(std::uint64_t value);
  static GgufValue of(float value);
  static GgufValue of(std::string_view value);
  static GgufValue of(const char* value) { return of(std::string_view(value)); }
  static GgufValue of(std::span<const std::int32_t> values);
  static GgufValue of(std::span<const float> values);
  static GgufValue of(std::span<const std::string> values);
  /// Reads the value that stands next. What it views must outlive it.
  /// Throws:  FormatError for an unknown type, a length beyond the bytes left, a bool other than 0
  ///          and 1, arrays nested more than 4 deep.
  static GgufValue read(ByteReader& reader, std::string_view what);

  [[nodiscard]] GgufType type() const { return type_; }
  /// Of arrays: the type of the elements, and how many.
  [[nodiscard]] GgufType element_type() const { return element_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// The value as the format writes it, after its type.
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  /// "u32", "array of string".
  [[nodiscard]] std::string type_text() const;

  /// The value as what the caller needs: any integer type, any number, an array of them.
  /// Throws:  Error saying what it is if it is something else, or an integer beyond int64.
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] std::vector<std::int64_t> integers() const;
  [[nodiscard]] std::vector<double> numbers() const;
  [[nodiscard]] std::vector<std::string_view> texts() const;
  /// The first elements of an array, at most `most` of them.
  [[nodiscard]] std::vector<GgufValue> elements(std::uint64_t most) const;

 private:
  static GgufValue read(ByteReader& reader, GgufType type, std::string_view what, int depth);
  static GgufValue made(GgufType type, std::string bytes);

  GgufType type_ = GgufType::kU8, element_ = GgufType::kU8;
  std::uint64_t size_ = 0;
  std::shared_ptr<const std::string> owner_{};  // of values made here
  std::span<const std::byte> bytes_{};
};

/// Keys with their values, in order.
using GgufMetadata = std::vector<std::pair<std::string, GgufValue>>;

}  // namespace hilo::formats
