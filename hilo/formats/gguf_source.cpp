#include <cstdio>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/gguf.h"
#include "hilo/formats/weight_sources.h"

namespace hilo::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxParts = 99'999;  // five digits in the name

class GgufSource : public WeightSource {
 public:
  GgufSource(fs::path path, std::vector<GgufFile> parts)
      : WeightSource(std::move(path)), parts_(std::move(parts)) {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      for (const std::string& name : parts_[i].names()) {
        const auto [place, is_new] = part_of_.emplace(name, i);
        if (!is_new) {
          throw FormatError(parts_[i].path().string(),
                            "tensor " + quote(name) + " is also in " +
                                parts_[place->second].path().filename().string());
        }
        add(name, info_of(parts_[i].tensor(name)));
      }
    }
  }

  std::string_view format() const override { return "gguf"; }
  const GgufFile* gguf() const override { return &parts_.front(); }
  std::vector<fs::path> files() const override {
    std::vector<fs::path> paths;
    for (const GgufFile& part : parts_) paths.push_back(part.path());
    return paths;
  }

  void forget(const std::string& name) const override { parts_[part_of_.at(name)].forget(name); }

 protected:
  Array load(const std::string& name) const override {
    return parts_[part_of_.at(name)].array(name);
  }
  BlockArray load_blocks(const std::string& name) const override {
    return parts_[part_of_.at(name)].blocks(name);
  }

 private:
  static WeightInfo info_of(const GgufTensor& tensor) {
    const BlockTraits& traits = *tensor.traits;
    WeightInfo info;
    info.shape = {traits.dtype.value_or(kF32), tensor.dims};
    info.type = traits.dtype ? std::string(hilo::name(*traits.dtype)) : std::string(traits.name);
    if (!traits.dtype) info.block = static_cast<BlockType>(traits.id);
    info.bytes = tensor.bytes.size();
    return info;
  }

  std::vector<GgufFile> parts_;
  std::map<std::string, std::size_t> part_of_{};
};

std::int64_t split_count(const GgufFile& file) { return file.integer("split.count").value_or(1); }

// "gemma-00002-of-00003.gguf" and 0 -> "gemma-00001-of-00003.gguf".
fs::path part_path(const GgufFile& file, std::int64_t part, std::int64_t count) {
  const auto ending = [count](std::int64_t number) {
    char text[32];
    std::snprintf(text, sizeof text, "-%05d-of-%05d.gguf", static_cast<int>(number) + 1,
                  static_cast<int>(count));
    return std::string(text);
  };
  const std::string name = file.path().filename().string();
  const std::string own = ending(file.integer("split.no").value_or(0));
  if (!name.ends_with(own)) {
    throw FormatError(file.path().string(), "is one of " + std::to_string(count) +
                                                " parts; expected a name that ends in " + own);
  }
  return file.path().parent_path() / (name.substr(0, name.size() - own.size()) + ending(part));
}

void check_part(const GgufFile& part, std::int64_t number, std::int64_t count) {
  const std::int64_t found = part.integer("split.no").value_or(0);
  if (found == number && split_count(part) == count) return;
  throw FormatError(part.path().string(), "says that it is part " + std::to_string(found + 1) +
                                              " of " + std::to_string(split_count(part)) +
                                              "; expected part " + std::to_string(number + 1) +
                                              " of " + std::to_string(count));
}

}  // namespace

WeightSourcePtr open_gguf(const fs::path& path) {
  const GgufFile file = GgufFile::open(path);
  const std::int64_t count = split_count(file);
  if (count < 2) return std::make_shared<GgufSource>(path, std::vector{file});
  const std::int64_t own = file.integer("split.no").value_or(0);
  if (count > kMaxParts || own < 0 || own >= count) {
    throw FormatError(path.string(), "says that it is part " + std::to_string(own) + " of " +
                                         std::to_string(count) + "; expected at most " +
                                         std::to_string(kMaxParts) + " parts");
  }
  std::vector<GgufFile> parts;
  std::size_t tensors = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const fs::path part = part_path(file, i, count);
    if (!fs::exists(part)) {
      throw FormatError(path.string(), "is one of " + std::to_string(count) + " parts, of which " +
                                           quote(part.filename().string()) + " is missing");
    }
    parts.push_back(i == own ? file : GgufFile::open(part));
    check_part(parts.back(), i, count);
    tensors += parts.back().names().size();
  }
  const auto expected = file.integer("split.tensors.count");
  if (expected && static_cast<std::uint64_t>(*expected) != tensors) {
    throw FormatError(path.string(), "the parts hold " + std::to_string(tensors) +
                                         " tensors; expected " + std::to_string(*expected));
  }
  return std::make_shared<GgufSource>(path, std::move(parts));
}

}  // namespace hilo::formats
