#include "hilo/formats/gguf_value.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "hilo/core/error.h"

namespace hilo::formats {
namespace {

constexpr int kMaxDepth = 4;

struct TypeRow {
  std::string_view name;
  int bytes;  // 0: no fixed size
};
constexpr std::array kTypes = std::to_array<TypeRow>({{"u8", 1},
                                                      {"i8", 1},
                                                      {"u16", 2},
                                                      {"i16", 2},
                                                      {"u32", 4},
                                                      {"i32", 4},
                                                      {"f32", 4},
                                                      {"bool", 1},
                                                      {"string", 0},
                                                      {"array", 0},
                                                      {"u64", 8},
                                                      {"i64", 8},
                                                      {"f64", 8}});

std::uint64_t fixed_bytes(GgufType type) {
  return static_cast<std::uint64_t>(kTypes[static_cast<std::size_t>(type)].bytes);
}

// Bytes that an element takes at least, so that a count is checked before it is believed.
std::uint64_t least_bytes(GgufType type) {
  if (type == GgufType::kString) return sizeof(std::uint64_t);
  if (type == GgufType::kArray) return sizeof(std::uint32_t) + sizeof(std::uint64_t);
  return fixed_bytes(type);
}

GgufType read_type(ByteReader& reader, std::string_view what) {
  const auto id = reader.number<std::uint32_t>(what);
  if (id >= kTypes.size()) {
    reader.fail(std::string(what) + " has the unknown type " + std::to_string(id) +
                "; expected 0 to " + std::to_string(kTypes.size() - 1));
  }
  return static_cast<GgufType>(id);
}

template <class T>
T load(std::span<const std::byte> bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Calls `f` with the number that `bytes` hold; false if the type is no number.
template <class F>
bool with_number(GgufType type, std::span<const std::byte> bytes, F f) {
  switch (type) {
    case GgufType::kU8:
      f(load<std::uint8_t>(bytes));
      return true;
    case GgufType::kI8:
      f(load<std::int8_t>(bytes));
      return true;
    case GgufType::kU16:
      f(load<std::uint16_t>(bytes));
      return true;
    case GgufType::kI16:
      f(load<std::int16_t>(bytes));
      return true;
    case GgufType::kU32:
      f(load<std::uint32_t>(bytes));
      return true;
    case GgufType::kI32:
      f(load<std::int32_t>(bytes));
      return true;
    case GgufType::kU64:
      f(load<std::uint64_t>(bytes));
      return true;
    case GgufType::kI64:
      f(load<std::int64_t>(bytes));
      return true;
    case GgufType::kF32:
      f(load<float>(bytes));
      return true;
    case GgufType::kF64:
      f(load<double>(bytes));
      return true;
    default:
      return false;
  }
}

std::int64_t as_integer(GgufType type, std::span<const std::byte> bytes) {
  std::int64_t result = 0;
  bool fits = true;
  const bool is_number = with_number(type, bytes, [&]<class T>(T value) {
    if constexpr (std::is_integral_v<T>) {
      fits = std::in_range<std::int64_t>(value);
      result = static_cast<std::int64_t>(value);
    } else {
      fits = false;
    }
  });
  if (!is_number || !fits) {
    throw Error("is " + std::string(name(type)) + "; expected an integer below 2^63");
  }
  return result;
}

double as_number(GgufType type, std::span<const std::byte> bytes) {
  double result = 0;
  if (!with_number(type, bytes, [&](auto value) { result = static_cast<double>(value); })) {
    throw Error("is " + std::string(name(type)) + "; expected a number");
  }
  return result;
}

template <class T>
requires std::is_arithmetic_v<T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void append(std::string& bytes, std::string_view value) {
  append(bytes, static_cast<std::uint64_t>(value.size()));
  bytes.append(value);
}

template <class T>
std::string array_bytes(GgufType element, std::span<const T> values) {
  std::string bytes;
  append(bytes, static_cast<std::uint32_t>(element));
  append(bytes, static_cast<std::uint64_t>(values.size()));
  for (const T& value : values) append(bytes, value);
  return bytes;
}

template <class T>
std::string bytes_of(T value) {
  std::string bytes;
  append(bytes, value);
  return bytes;
}

constexpr std::size_t kArrayHeader = sizeof(std::uint32_t) + sizeof(std::uint64_t);

}  // namespace

std::string_view name(GgufType type) { return kTypes[static_cast<std::size_t>(type)].name; }

GgufValue GgufValue::of(bool value) { return made(GgufType::kBool, std::string(1, value ? 1 : 0)); }
GgufValue GgufValue::of(std::uint32_t value) { return made(GgufType::kU32, bytes_of(value)); }
GgufValue GgufValue::of(std::int32_t value) { return made(GgufType::kI32, bytes_of(value)); }
GgufValue GgufValue::of(std::uint64_t value) { return made(GgufType::kU64, bytes_of(value)); }
GgufValue GgufValue::of(float value) { return made(GgufType::kF32, bytes_of(value)); }
GgufValue GgufValue::of(std::string_view value) { return made(GgufType::kString, bytes_of(value)); }
GgufValue GgufValue::of(std::span<const std::int32_t> values) {
  return made(GgufType::kArray, array_bytes(GgufType::kI32, values));
}
GgufValue GgufValue::of(std::span<const float> values) {
  return made(GgufType::kArray, array_bytes(GgufType::kF32, values));
}
GgufValue GgufValue::of(std::span<const std::string> values) {
  return made(GgufType::kArray, array_bytes(GgufType::kString, values));
}

GgufValue GgufValue::made(GgufType type, std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  ByteReader reader(std::as_bytes(std::span(*owner)), "value");
  GgufValue value = read(reader, type, "value", 0);
  value.owner_ = std::move(owner);
  return value;
}

GgufValue GgufValue::read(ByteReader& reader, std::string_view what) {
  return read(reader, read_type(reader, what), what, 0);
}

GgufValue GgufValue::read(ByteReader& reader, GgufType type, std::string_view what, int depth) {
  GgufValue value;
  value.type_ = type;
  ByteReader before = reader;
  if (type == GgufType::kString) {
    reader.text(reader.number<std::uint64_t>(what), what);
  } else if (type == GgufType::kArray) {
    if (depth == kMaxDepth) {
      reader.fail(std::string(what) + " is nested too deep; expected at most " +
                  std::to_string(kMaxDepth) + " arrays in each other");
    }
    value.element_ = read_type(reader, what);
    value.size_ = reader.number<std::uint64_t>(what);
    const std::uint64_t least = least_bytes(value.element_);
    if (value.size_ > reader.left() / least) {
      reader.fail(std::string(what) + " has " + std::to_string(value.size_) +
                  " elements; expected at most " + std::to_string(reader.left() / least) +
                  ", as bytes are left");
    }
    if (value.element_ != GgufType::kString && value.element_ != GgufType::kArray &&
        value.element_ != GgufType::kBool) {
      reader.take(value.size_ * least, what);
    } else {
      for (std::uint64_t i = 0; i < value.size_; ++i) read(reader, value.element_, what, depth + 1);
    }
  } else {
    const auto bytes = reader.take(fixed_bytes(type), what);
    if (type == GgufType::kBool && bytes[0] > std::byte{1}) {
      reader.fail(std::string(what) + " is a bool of " +
                  std::to_string(static_cast<int>(bytes[0])) + "; expected 0 or 1");
    }
  }
  value.bytes_ = before.take(reader.offset() - before.offset(), what);
  return value;
}

std::string GgufValue::type_text() const {
  return type_ == GgufType::kArray ? "array of " + std::string(name(element_))
                                   : std::string(name(type_));
}

bool GgufValue::boolean() const {
  if (type_ != GgufType::kBool) throw Error("is " + type_text() + "; expected a bool");
  return bytes_[0] != std::byte{0};
}
std::int64_t GgufValue::integer() const { return as_integer(type_, bytes_); }
double GgufValue::number() const { return as_number(type_, bytes_); }

std::string_view GgufValue::text() const {
  if (type_ != GgufType::kString) throw Error("is " + type_text() + "; expected a string");
  const auto text = bytes_.subspan(sizeof(std::uint64_t));
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

std::vector<GgufValue> GgufValue::elements(std::uint64_t most) const {
  if (type_ != GgufType::kArray) throw Error("is " + type_text() + "; expected an array");
  ByteReader reader(bytes_, "array");
  reader.seek(kArrayHeader, "array");
  std::vector<GgufValue> result;
  for (std::uint64_t i = 0; i < std::min(size_, most); ++i) {
    result.push_back(read(reader, element_, "element", 0));
    result.back().owner_ = owner_;
  }
  return result;
}

std::vector<std::int64_t> GgufValue::integers() const {
  if (type_ != GgufType::kArray || fixed_bytes(element_) == 0) {
    throw Error("is " + type_text() + "; expected an array of integers");
  }
  std::vector<std::int64_t> result;
  for (auto rest = bytes_.subspan(kArrayHeader); !rest.empty();
       rest = rest.subspan(fixed_bytes(element_))) {
    result.push_back(as_integer(element_, rest));
  }
  return result;
}

std::vector<double> GgufValue::numbers() const {
  if (type_ != GgufType::kArray || fixed_bytes(element_) == 0) {
    throw Error("is " + type_text() + "; expected an array of numbers");
  }
  std::vector<double> result;
  for (auto rest = bytes_.subspan(kArrayHeader); !rest.empty();
       rest = rest.subspan(fixed_bytes(element_))) {
    result.push_back(as_number(element_, rest));
  }
  return result;
}

std::vector<std::string_view> GgufValue::texts() const {
  if (type_ != GgufType::kArray || element_ != GgufType::kString) {
    throw Error("is " + type_text() + "; expected an array of strings");
  }
  ByteReader reader(bytes_, "array");
  reader.seek(kArrayHeader, "array");
  std::vector<std::string_view> result;
  for (std::uint64_t i = 0; i < size_; ++i) {
    result.push_back(reader.text(reader.number<std::uint64_t>("element"), "element"));
  }
  return result;
}

}  // namespace hilo::formats
