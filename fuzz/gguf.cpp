#include "hilo/formats/gguf.h"

#include <algorithm>

#include "fuzz/target.h"

namespace hilo::formats {
namespace {

template <class To, class From>
std::vector<To> as_vector(const std::vector<From>& from) {
  std::vector<To> to;
  for (const From& one : from) to.push_back(To(one));
  return to;
}

// The value written as the writer of files does; none of a type that it does not write.
std::optional<GgufValue> written(const GgufValue& value) {
  const bool is_array = value.type() == GgufType::kArray;
  switch (is_array ? value.element_type() : value.type()) {
    case GgufType::kI32:
      if (is_array) return GgufValue::of(as_vector<std::int32_t>(value.integers()));
      return GgufValue::of(static_cast<std::int32_t>(value.integer()));
    case GgufType::kF32:
      if (is_array) return GgufValue::of(as_vector<float>(value.numbers()));
      return GgufValue::of(static_cast<float>(value.number()));
    case GgufType::kString:
      if (is_array) return GgufValue::of(as_vector<std::string>(value.texts()));
      return GgufValue::of(value.text());
    case GgufType::kBool:
      if (!is_array) return GgufValue::of(value.boolean());
      break;
    case GgufType::kU32:
      if (!is_array) return GgufValue::of(static_cast<std::uint32_t>(value.integer()));
      break;
    case GgufType::kU64:
      if (!is_array && value.number() < 0x1p63)
        return GgufValue::of(static_cast<std::uint64_t>(value.integer()));
      break;
    default:
      break;
  }
  return {};
}

// It has the same bytes again, but for a NaN, whose payload a conversion may change.
void check_written(const GgufValue& value) {
  const auto again = written(value);
  if (!again || value.type_text().ends_with("f32")) return;
  if (!std::ranges::equal(value.bytes(), again->bytes())) __builtin_trap();
}

// Every view of a value; most of them are refused.
void look_at(const GgufValue& value) {
  const auto ask = [&](auto get) {
    try {
      static_cast<void>((value.*get)());
    } catch (const Error&) {  // it is something else
    }
  };
  ask(&GgufValue::boolean);
  ask(&GgufValue::integer);
  ask(&GgufValue::number);
  ask(&GgufValue::text);
  ask(&GgufValue::integers);
  ask(&GgufValue::numbers);
  ask(&GgufValue::texts);
  if (value.type() == GgufType::kArray) {
    for (const GgufValue& element : value.elements(10)) look_at(element);
  }
}

// The same by key, where what is wrong names the file.
void look_up(const GgufFile& file, const std::string& key) {
  fuzz::is_read([&] { static_cast<void>(file.integer(key)); });
  fuzz::is_read([&] { static_cast<void>(file.number(key)); });
  fuzz::is_read([&] { static_cast<void>(file.boolean(key)); });
  fuzz::is_read([&] { static_cast<void>(file.text(key)); });
  fuzz::is_read([&] { static_cast<void>(file.integers(key)); });
  fuzz::is_read([&] { static_cast<void>(file.numbers(key)); });
  fuzz::is_read([&] { static_cast<void>(file.texts(key)); });
}

void look_at(const GgufFile& file, const std::string& name) {
  fuzz::is_read([&] { static_cast<void>(file.array(name).bytes().size()); });
  fuzz::is_read([&] { static_cast<void>(file.blocks(name).decoded()); });
}

}  // namespace
}  // namespace hilo::formats

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  fuzz::is_read([&] {
    const auto file = formats::GgufFile::parse(fuzz::bytes_of(data, size), nullptr, "x.gguf");
    for (const auto& [key, value] : file.metadata()) {
      formats::look_at(value);
      fuzz::is_read([&] { formats::check_written(value); });
    }
    for (const std::string& name : file.names()) formats::look_at(file, name);
    fuzz::is_read([&] { static_cast<void>(file.tensor("w")); });
    for (const auto& [key, value] : file.metadata()) formats::look_up(file, key);
    if (file.version() > 3 || file.alignment() == 0 || file.path().empty()) __builtin_trap();
  });
  return 0;
}
