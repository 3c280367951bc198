#include "hilo/formats/weight_source.h"

#include <algorithm>
#include <fstream>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/orbax.h"
#include "hilo/formats/weight_sources.h"

namespace hilo::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExpected =
    "expected a .safetensors or .gguf file, a folder of them, or an Orbax checkpoint";

std::string first_bytes(const fs::path& file) {
  std::string bytes(9, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

// What is directly in a folder, sorted, by the end of its name ("" for all).
std::vector<fs::path> members(const fs::path& folder, std::string_view ending = "") {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().ends_with(ending)) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

WeightSourcePtr open_file(const fs::path& file) {
  const std::string begin = first_bytes(file);
  const std::string extension = file.extension().string();
  if (begin.starts_with("GGUF") || extension == ".gguf") return open_gguf(file);
  if (file.filename().string().ends_with(".safetensors.index.json")) {
    return open_safetensors_folder(file.parent_path());
  }
  if (extension == ".safetensors" || begin.ends_with('{')) return open_safetensors_file(file);
  throw FormatError(file.string(), 0,
                    "no weights: begins with " + quote(begin) + "; " + std::string(kExpected));
}

bool holds_weights(const fs::path& folder) {
  return OrbaxFolder::is_orbax(folder) || !members(folder, ".safetensors").empty() ||
         !members(folder, ".gguf").empty() || !members(folder, ".safetensors.index.json").empty();
}

// The one GGUF file of a folder, or the first of the one split.
fs::path only_gguf(const fs::path& folder, const std::vector<fs::path>& files) {
  std::vector<fs::path> firsts;
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const bool is_later_part =
        name.find("-of-") != std::string::npos && name.find("-00001-of-") == std::string::npos;
    if (!is_later_part) firsts.push_back(file);
  }
  if (firsts.empty()) firsts = {files.front()};
  if (firsts.size() == 1) return firsts.front();
  throw FormatError(folder.string(),
                    "holds " + std::to_string(firsts.size()) +
                        " GGUF models; name one of them: " + firsts[0].filename().string() + ", " +
                        firsts[1].filename().string() + (firsts.size() > 2 ? ", .." : ""));
}

WeightSourcePtr open_folder(const fs::path& folder, bool may_descend) {
  if (!members(folder, ".safetensors").empty() ||
      !members(folder, ".safetensors.index.json").empty()) {
    return open_safetensors_folder(folder);
  }
  if (const auto files = members(folder, ".gguf"); !files.empty()) {
    return open_gguf(only_gguf(folder, files));
  }
  if (OrbaxFolder::is_orbax(folder)) return open_orbax(folder);
  std::vector<fs::path> inner;
  for (const fs::path& member : members(folder)) {
    if (may_descend && fs::is_directory(member) && holds_weights(member)) inner.push_back(member);
  }
  if (inner.size() == 1) return open_folder(inner.front(), false);
  if (inner.size() > 1) {
    throw FormatError(folder.string(),
                      "holds " + std::to_string(inner.size()) +
                          " folders of weights; name one of them: " + inner[0].filename().string() +
                          ", " + inner[1].filename().string());
  }
  throw FormatError(folder.string(), "holds no weights; " + std::string(kExpected));
}

}  // namespace

std::shared_ptr<const WeightSource> WeightSource::open(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw FormatError(path.string(), "no such file or folder");
  try {
    return fs::is_directory(status) ? open_folder(path, true) : open_file(path);
  } catch (const fs::filesystem_error& failed) {
    throw FormatError(path.string(), "cannot list: " + failed.code().message());
  }
}

void WeightSource::add(std::string name, WeightInfo info) {
  names_.push_back(name);
  infos_.emplace(std::move(name), std::move(info));
}

const WeightInfo& WeightSource::info(std::string_view name) const {
  const auto found = infos_.find(name);
  if (found != infos_.end()) return found->second;
  const std::string near = near_names(name, names_);
  throw FormatError(path_.string(),
                    "no tensor named " + quote(name) + (near.empty() ? "" : "; " + near));
}

Array WeightSource::read(std::string_view name) const {
  return info(name).block ? load_blocks(std::string(name)).decoded() : load(std::string(name));
}

BlockArray WeightSource::read_blocks(std::string_view name) const {
  const WeightInfo& found = info(name);
  if (found.block) return load_blocks(std::string(name));
  throw FormatError(path_.string(),
                    "tensor " + quote(name) + " is " + found.type + "; expected a quantised one");
}

BlockArray WeightSource::load_blocks(const std::string& name) const {
  throw FormatError(path_.string(), "tensor " + quote(name) + " is not in blocks");
}

}  // namespace hilo::formats
