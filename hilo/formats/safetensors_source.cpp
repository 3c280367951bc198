#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/json_document.h"
#include "hilo/formats/safetensors.h"
#include "hilo/formats/weight_sources.h"

namespace hilo::formats {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndex = "model.safetensors.index.json";
constexpr std::uint64_t kMaxIndex = std::uint64_t{32} << 20;

class SafetensorsSource : public WeightSource {
 public:
  SafetensorsSource(fs::path path, std::vector<SafetensorsFile> shards)
      : WeightSource(std::move(path)), shards_(std::move(shards)) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      for (const std::string& name : shards_[i].names()) {
        const auto [place, is_new] = shard_of_.emplace(name, i);
        if (!is_new) {
          throw FormatError(shards_[i].path().string(),
                            "tensor " + quote(name) + " is also in " +
                                shards_[place->second].path().filename().string());
        }
        const Shape shape = shards_[i].shape(name);
        add(name, {shape,
                   std::string(hilo::name(shape.dtype)),
                   {},
                   static_cast<std::uint64_t>(shape.byte_size())});
      }
    }
  }

  std::string_view format() const override { return "safetensors"; }
  std::vector<fs::path> files() const override {
    std::vector<fs::path> paths;
    for (const SafetensorsFile& shard : shards_) paths.push_back(shard.path());
    return paths;
  }
  Metadata metadata() const override {
    return shards_.empty() ? Metadata() : shards_[0].metadata();
  }

  // The file name that a tensor is in.
  std::string file_of(const std::string& name) const {
    return shards_[shard_of_.at(name)].path().filename().string();
  }

 protected:
  Array load(const std::string& name) const override {
    return shards_[shard_of_.at(name)].at(name);
  }
  void forget(const std::string& name) const override { shards_[shard_of_.at(name)].forget(name); }

 private:
  std::vector<SafetensorsFile> shards_;
  std::map<std::string, std::size_t> shard_of_{};
};

using WeightMap = std::map<std::string, std::string>;  // tensor -> file name

WeightMap read_index(const fs::path& path) {
  const nlohmann::json json = parse_json(read_text(path, kMaxIndex), path.string());
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object()) {
    throw FormatError(path.string(), "lacks the object \"weight_map\"");
  }
  WeightMap map;
  for (const auto& [tensor, file] : json["weight_map"].items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name != fs::path(name).filename().string() || name == "." || name == "..") {
      throw FormatError(path.string(), "tensor " + quote(tensor) + " is in " +
                                           quote(file.is_string() ? name : file.type_name()) +
                                           "; expected the name of a file in the same folder");
    }
    map.emplace(tensor, name);
  }
  return map;
}

WeightSourcePtr open_shards(const fs::path& folder) {
  const fs::path index = folder / kIndex;
  const WeightMap map = read_index(index);
  std::set<std::string> files;
  for (const auto& [tensor, file] : map) files.insert(file);
  std::vector<SafetensorsFile> shards;
  std::string missing;
  for (const std::string& file : files) {
    if (!fs::exists(folder / file)) missing += (missing.empty() ? "" : ", ") + quote(file);
  }
  if (!missing.empty()) {
    throw FormatError(folder.string(), "missing of the " + std::to_string(files.size()) +
                                           " shards that " + kIndex + " lists: " + missing);
  }
  for (const std::string& file : files) shards.push_back(SafetensorsFile::open(folder / file));
  auto source = std::make_shared<SafetensorsSource>(folder, std::move(shards));
  for (const auto& [tensor, file] : map) {
    if (!source->contains(tensor) || source->file_of(tensor) != file) {
      throw FormatError((folder / file).string(),
                        "lacks tensor " + quote(tensor) + ", which the index has there");
    }
  }
  return source;
}

}  // namespace

WeightSourcePtr open_safetensors_file(const fs::path& file) {
  return std::make_shared<SafetensorsSource>(file, std::vector{SafetensorsFile::open(file)});
}

WeightSourcePtr open_safetensors_folder(const fs::path& folder) {
  if (fs::exists(folder / "model.safetensors")) {
    return std::make_shared<SafetensorsSource>(
        folder, std::vector{SafetensorsFile::open(folder / "model.safetensors")});
  }
  if (fs::exists(folder / kIndex)) return open_shards(folder);
  throw FormatError(folder.string(), std::string("has neither model.safetensors nor ") + kIndex +
                                         "; name the .safetensors file that is meant");
}

}  // namespace hilo::formats
