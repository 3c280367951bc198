#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/formats/gguf_blocks.h"

namespace hilo::formats {

class GgufFile;

/// What is known of a tensor before it is read.
struct WeightInfo {
  Shape shape{};                     ///< as `read` gives it: f32 for quantised ones
  std::string type{};                ///< how it is stored: "bf16", "Q4_K"
  std::optional<BlockType> block{};  ///< of quantised tensors: their blocks
  std::uint64_t bytes = 0;           ///< of the tensor as stored, unpacked
};

/// The weights of a model, wherever they come from: a safetensors file or a Hugging Face folder of
/// them, a GGUF file (split or not), an Orbax checkpoint. Opening reads headers only; a tensor is
/// read when it is asked for, so memory is that of one tensor. Safe to read from several threads.
/// Example:
///     const auto source = WeightSource::open("gemma-2-2b-it");
///     for (const std::string& name : source->names()) upload(name, source->read(name));
class WeightSource {
 public:
  /// Picks by what the path is: a file by its first bytes, a folder by what is in it. A folder that
  /// holds nothing but one such folder stands for that one (as Kaggle packs them).
  /// Throws:  FormatError naming what is missing: a shard, a part of a split, an index.
  static std::shared_ptr<const WeightSource> open(const std::filesystem::path& path);

  virtual ~WeightSource() = default;
  WeightSource(const WeightSource&) = delete;
  WeightSource& operator=(const WeightSource&) = delete;

  /// "safetensors", "gguf" or "orbax".
  [[nodiscard]] virtual std::string_view format() const = 0;
  /// The file, or the folder that holds the weights.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The files that hold them; for Orbax the folder.
  [[nodiscard]] virtual std::vector<std::filesystem::path> files() const { return {path_}; }
  /// The GGUF file (the first of a split), for its metadata; null for other formats.
  [[nodiscard]] virtual const GgufFile* gguf() const { return nullptr; }
  /// What a safetensors file says of itself, key by key.
  [[nodiscard]] virtual std::map<std::string, std::string> metadata() const { return {}; }

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool contains(std::string_view name) const { return infos_.contains(name); }
  /// Throws FormatError with near names if there is no such tensor.
  [[nodiscard]] const WeightInfo& info(std::string_view name) const;
  /// The tensor: a view of the mapped file where its bytes are plain and aligned, else unpacked or
  /// dequantised (to f32).
  [[nodiscard]] Array read(std::string_view name) const;
  /// A quantised tensor in its blocks, a view of the mapped file.
  /// Throws:  FormatError if it is not quantised, or of a type that Hilo does not read.
  [[nodiscard]] BlockArray read_blocks(std::string_view name) const;
  /// Gives back the memory that a tensor of a mapped file took when it was read, for one that was
  /// copied elsewhere. What views it stays right, and reads the file again.
  virtual void forget(const std::string&) const {}

 protected:
  explicit WeightSource(std::filesystem::path path) : path_(std::move(path)) {}
  void add(std::string name, WeightInfo info);
  [[nodiscard]] virtual Array load(const std::string& name) const = 0;
  [[nodiscard]] virtual BlockArray load_blocks(const std::string& name) const;

 private:
  std::filesystem::path path_;
  std::vector<std::string> names_{};
  std::map<std::string, WeightInfo, std::less<>> infos_{};
};

}  // namespace hilo::formats
