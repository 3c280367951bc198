#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "hilo/data/picture_source.h"

namespace hilo::data {

/// The pictures of one set, found but not decoded.
struct Pictures {
  std::vector<Picture> pictures{};
  std::vector<SkippedFile> skipped{};
};

/// What stands in a folder, or an archive, of class folders.
struct ClassFolders {
  std::vector<std::string> class_names{};
  Pictures train{}, test{};
};

/// Finds the pictures of `path` as `image_folder` says.
/// Throws:  FormatError as `image_folder` says.
ClassFolders find_class_folders(const std::filesystem::path& path,
                                const ImageFolderOptions& options);

/// Decodes both sets; progress counts the pictures of both.
Split load(ClassFolders folders, const ImageFolderOptions& options);

}  // namespace hilo::data
