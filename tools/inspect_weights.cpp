#include <fmt/format.h>

#include <algorithm>

#include "hilo/formats/gguf.h"
#include "hilo/formats/npz.h"
#include "hilo/formats/weight_source.h"
#include "tools/inspect.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;
using formats::GgufType;
using formats::GgufValue;

constexpr std::uint64_t kMostElements = 8;  // of a long array of metadata

Json json_of(const GgufValue& value) {
  switch (value.type()) {
    case GgufType::kString: return std::string(value.text());
    case GgufType::kBool: return value.boolean();
    case GgufType::kF32:
    case GgufType::kF64: return value.number();
    case GgufType::kU64:  // may be beyond int64
      if (value.number() >= 0x1p63) return value.number();
      return value.integer();
    case GgufType::kArray: break;
    default: return value.integer();
  }
  Json first = Json::array();
  for (const GgufValue& element : value.elements(kMostElements)) first.push_back(json_of(element));
  if (value.size() <= kMostElements) return first;
  return {{"type", value.type_text()}, {"size", value.size()}, {"first", first}};
}

void add_tensor(Json& json, const std::string& name, const std::string& type, const Shape& shape, std::uint64_t bytes) {
  json["tensors"].push_back({{"name", name}, {"type", type}, {"shape", shape.dims}, {"bytes", bytes}});
  json["parameters"] = json["parameters"].get<std::uint64_t>() + static_cast<std::uint64_t>(shape.size());
  json["bytes"] = json["bytes"].get<std::uint64_t>() + bytes;
}

Json empty(const fs::path& path, std::string_view format) {
  return {{"path", path.string()}, {"format", format}, {"parameters", 0}, {"bytes", 0}, {"tensors", Json::array()}};
}

Json describe_arrays(const fs::path& path) {
  const bool is_npy = path.extension() == ".npy";
  Json json = empty(path, is_npy ? "npy" : "npz");
  const auto add = [&](const std::string& name, const Array& array) {
    add_tensor(json, name, std::string(hilo::name(array.shape().dtype)), array.shape(), array.bytes().size());
  };
  if (is_npy) {
    add(path.stem().string(), formats::read_npy(path));
    return json;
  }
  const formats::NpzFile file = formats::NpzFile::open(path);
  for (const std::string& name : file.names()) add(name, file.at(name));
  return json;
}

Json describe(const fs::path& path) {
  if (path.extension() == ".npy" || path.extension() == ".npz") return describe_arrays(path);
  const auto source = formats::WeightSource::open(path);
  Json json = empty(path, source->format());
  for (const fs::path& file : source->files()) json["files"].push_back(file.string());
  for (const std::string& name : source->names()) {
    const formats::WeightInfo& info = source->info(name);
    add_tensor(json, name, info.type, info.shape, info.bytes);
  }
  for (const auto& [key, value] : source->metadata()) json["metadata"][key] = value;
  if (source->gguf() != nullptr) {
    json["version"] = source->gguf()->version();
    for (const auto& [key, value] : source->gguf()->metadata()) json["metadata"][key] = json_of(value);
  }
  return json;
}

// A table whose names and types stand under each other.
std::string text(const Json& json) {
  std::string result = fmt::format("{}: {}, {}, {}, {}\n", shown(json["path"]), json["format"].get<std::string>(),
                                   count_of(json["tensors"].size(), "tensor"),
                                   count_of(json["parameters"].get<std::uint64_t>(), "parameter"),
                                   bytes_text(json["bytes"].get<std::uint64_t>()));
  if (json.contains("metadata")) {
    for (const auto& [key, value] : json["metadata"].items()) result += fmt::format("  {} = {}\n", shown(key), line_of(value));
    result += "\n";
  }
  std::size_t width = 0;
  for (const Json& tensor : json["tensors"]) width = std::max(width, shown(tensor["name"]).size());
  for (const Json& tensor : json["tensors"]) {
    result += fmt::format("  {:<{}}  {:<7} {:<20} {:>9}\n", shown(tensor["name"]), width, tensor["type"].get<std::string>(),
                          to_string(tensor["shape"].get<Dims>()), bytes_text(tensor["bytes"].get<std::uint64_t>()));
  }
  return result;
}

}  // namespace

Inspector weights_inspector() {
  return {[](const fs::path&) { return true; }, describe, text};
}

}  // namespace hilo::tools
