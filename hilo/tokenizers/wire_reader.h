#pragma once
#include <bit>
#include <string>

#include "hilo/core/error.h"
#include "hilo/formats/byte_reader.h"

namespace hilo::tokenizers {

/// A message of protocol buffers, field by field. What it reads is there, or it throws with the
/// offset in the file. Example: while (reader.next()) { if (reader.field() == 1) name =
/// reader.text(); else reader.skip(); } Source:  "Encoding" of the documentation of protocol
/// buffers.
class WireReader {
 public:
  WireReader(std::span<const std::byte> bytes, std::string_view name, std::uint64_t begins_at = 0)
      : bytes_(bytes, name), name_(name), begins_at_(begins_at) {}

  /// Goes to the next field; false at the end of the message.
  bool next() {
    if (left() == 0) return false;
    const std::uint64_t key = varint();
    field_ = key >> 3;
    wire_ = static_cast<unsigned>(key & 7);
    if (field_ == 0 || field_ > 0x1FFFFFFF)
      fail("field number " + std::to_string(field_) + "; expected 1 to 2^29 - 1");
    return true;
  }
  [[nodiscard]] std::uint64_t field() const { return field_; }

  std::uint64_t number() {
    expect(0, "a number");
    return varint();
  }
  float real() {
    expect(5, "a 32-bit float");
    need(4);
    return std::bit_cast<float>(bytes_.number<std::uint32_t>("a float"));
  }
  std::string_view text() {
    expect(2, "text");
    const std::uint64_t length = varint();
    need(length);
    return bytes_.text(length, "text");
  }
  WireReader message() {
    expect(2, "a message");
    const std::uint64_t length = varint();
    need(length);
    const std::uint64_t at = offset();
    return {bytes_.take(length, "a message"), name_, at};
  }
  /// Passes over a field that is of no interest.
  void skip() {
    switch (wire_) {
      case 0:
        varint();
        break;
      case 1:
        pass(8);
        break;
      case 2:
        pass(varint());
        break;
      case 5:
        pass(4);
        break;
      default:
        fail("wire type " + std::to_string(wire_) + "; expected 0, 1, 2 or 5");
    }
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError(name_, offset(), problem);
  }

 private:
  [[nodiscard]] std::uint64_t offset() const { return begins_at_ + bytes_.offset(); }
  [[nodiscard]] std::uint64_t left() const { return bytes_.left(); }
  void need(std::uint64_t count) const {
    if (count > left()) {
      fail(std::to_string(count) + " bytes; expected at most " + std::to_string(left()) +
           ", what is left of the message");
    }
  }
  void pass(std::uint64_t count) {
    need(count);
    bytes_.take(count, "a field");
  }
  void expect(unsigned wire, std::string_view what) const {
    if (wire_ != wire) {
      fail("field " + std::to_string(field_) + " has wire type " + std::to_string(wire_) +
           "; expected " + std::to_string(wire) + ", " + std::string(what));
    }
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      need(1);
      const auto byte = bytes_.number<std::uint8_t>("a number");
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return value;
    }
    fail("a number of more than ten bytes; expected a varint");
  }

  formats::ByteReader bytes_;
  std::string_view name_;
  std::uint64_t begins_at_;
  std::uint64_t field_ = 0;
  unsigned wire_ = 0;
};

}  // namespace hilo::tokenizers
