#include "hilo/formats/safetensors.h"

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  using namespace hilo;
  fuzz::is_read([&] {
    const auto file =
        formats::SafetensorsFile::parse(fuzz::bytes_of(data, size), nullptr, "x.safetensors");
    for (const std::string& name : file.names()) {
      fuzz::is_read([&] { static_cast<void>(file.at(name) == file.at(name)); });
    }
    fuzz::is_read([&] { static_cast<void>(file.shape("w")); });
    fuzz::is_read([&] { static_cast<void>(file.all()); });
    for (const auto& [key, value] : file.metadata()) static_cast<void>(key == value);
  });
  return 0;
}
