#include "hilo/models/gemma/model_files.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/formats/gguf.h"
#include "hilo/pjrt/machine.h"

namespace hilo::models::gemma {
namespace {

namespace fs = std::filesystem;
using tokenizers::Tokenizer;

Config config_of(const ModelFiles& files, const fs::path& given) {
  if (!given.empty()) return read_config(given);
  if (files.source->gguf() != nullptr) return config_from_gguf(*files.source->gguf());
  if (const auto file = files.find("config.json")) return read_config(*file);
  return recognise(files.layout, *files.source);
}

}  // namespace

fs::path find_model(const fs::path& path) {
  if (fs::exists(path) || path != path.filename() || path.empty()) return path;
  const fs::path installed = fs::path(pjrt::Machine::here().cache()) / "models" / path;
  if (fs::is_directory(installed)) return installed;
  throw FormatError(path.string(), "no such file or folder, and no such model in " +
                                       installed.parent_path().string() +
                                       "; `make gemma` puts gemma-3-270m there");
}

ModelFiles ModelFiles::open(const fs::path& path, const fs::path& config,
                            const fs::path& tokenizer) {
  const fs::path named = find_model(path);
  ModelFiles files{.source = formats::WeightSource::open(named), .given_tokenizer = tokenizer};
  files.layout = layout_of(*files.source);
  const fs::path own = files.source->path();
  for (const fs::path& folder : {own, named, fs::absolute(own).parent_path()}) {
    if (fs::is_directory(folder) && std::ranges::count(files.folders, folder) == 0)
      files.folders.push_back(folder);
  }
  files.config = config_of(files, config);
  return files;
}

std::optional<fs::path> ModelFiles::find(const char* name) const {
  for (const fs::path& folder : folders) {
    if (fs::exists(folder / name)) return folder / name;
  }
  return {};
}

std::optional<fs::path> ModelFiles::tokenizer_file() const {
  if (!given_tokenizer.empty()) return given_tokenizer;
  if (source->gguf() != nullptr) return {};
  for (const fs::path& folder : folders) {
    for (const char* name : {"tokenizer.model", "tokenizer.json"}) {
      if (fs::exists(folder / name)) return folder / name;
    }
  }
  return {};
}

std::optional<Tokenizer> ModelFiles::tokenizer() const {
  if (const auto file = tokenizer_file()) return Tokenizer::open(*file);
  const formats::GgufFile* gguf = source->gguf();
  if (gguf == nullptr || gguf->find("tokenizer.ggml.tokens") == nullptr) return {};
  Tokenizer tokenizer = Tokenizer::from_gguf(*gguf);
  gguf->forget_metadata();
  return tokenizer;
}

}  // namespace hilo::models::gemma
