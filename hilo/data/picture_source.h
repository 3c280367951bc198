#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hilo/data/dataset.h"
#include "hilo/data/sources.h"

namespace hilo::data {

/// A picture that is not decoded yet: a file, or bytes that came out of an archive.
struct Picture {
  std::string name;              ///< in messages
  std::filesystem::path file{};  ///< where there are no `contents`
  std::shared_ptr<const std::vector<std::byte>> contents{};
  std::int32_t label = 0;
};

/// Pictures as a dataset: decoded now if they fit in `options.memory_bytes`, else at every use.
/// Throws:  FormatError naming the picture, where it is bad and `options.load.on_bad` refuses.
Dataset picture_dataset(std::vector<Picture> pictures, const std::vector<std::string>& class_names,
                        std::vector<SkippedFile> skipped, const ImageFolderOptions& options);

}  // namespace hilo::data
