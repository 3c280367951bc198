#include "hilo/formats/gguf.h"

#include "fuzz/target.h"

namespace hilo::formats {
namespace {

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
  using namespace hilo;
  fuzz::is_read([&] {
    const auto file = formats::GgufFile::parse(fuzz::bytes_of(data, size), nullptr, "x.gguf");
    for (const auto& [key, value] : file.metadata()) formats::look_at(value);
    for (const std::string& name : file.names()) formats::look_at(file, name);
    fuzz::is_read([&] { static_cast<void>(file.tensor("w")); });
    for (const auto& [key, value] : file.metadata()) formats::look_up(file, key);
    static_cast<void>(file.contains("w") && file.path().empty() &&
                      file.version() == file.alignment());
  });
  return 0;
}
