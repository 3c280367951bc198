#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace hilo::pjrt {

/// A protocol buffer of outside bytes, read field by field; nothing is copied. Bytes that make no
/// sense end it.
/// Example:
///   ProtoReader fields(bytes);
///   while (fields.next()) if (fields.number == 2) name = fields.content;
///   if (fields.is_bad()) ...
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes) : bytes_(bytes) {}

  /// False at the end, or where the bytes make no sense.
  bool next() {
    std::uint64_t key = 0;
    value = 0;
    content = {};
    if (bytes_.empty() || is_bad_) return false;
    if (!check(varint(bytes_, key))) return false;
    number = key >> 3;
    switch (key & 7) {
      case 0:
        return check(varint(bytes_, value));
      case 1:
        return fixed(8);
      case 5:
        return fixed(4);
      case 2: {
        std::uint64_t size = 0;
        if (!check(varint(bytes_, size) && size <= bytes_.size())) return false;
        content = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return true;
      }
      default:
        return check(false);
    }
  }

  static bool varint(std::string_view& bytes, std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_bad() const { return is_bad_; }

  std::uint64_t number = 0;
  std::uint64_t value = 0;     ///< of a number, also the bits of a fixed one
  std::string_view content{};  ///< of a message, text or packed numbers

 private:
  bool check(bool is_good) {
    is_bad_ = !is_good;
    return is_good;
  }
  bool fixed(std::size_t size) {
    if (!check(size <= bytes_.size())) return false;
    for (std::size_t i = size; i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes_[i]);
    }
    bytes_.remove_prefix(size);
    return true;
  }

  std::string_view bytes_;
  bool is_bad_ = false;
};

/// The last field of that number that holds bytes; none where there is none, or bytes make no
/// sense.
inline std::optional<std::string_view> proto_field(std::string_view bytes, std::uint64_t number) {
  std::optional<std::string_view> found;
  ProtoReader fields(bytes);
  while (fields.next()) {
    if (fields.number == number) found = fields.content;
  }
  return fields.is_bad() ? std::nullopt : found;
}

}  // namespace hilo::pjrt
