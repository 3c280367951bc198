#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/data/dataset.h"
#include "tests/formats/edge_cases.h"
#include "tests/formats/tar_maker.h"

namespace hilo::data {

inline const std::filesystem::path kPictures =
    std::filesystem::path(HILO_SOURCE_DIR) / "tests" / "data" / "pictures";

inline std::string bytes_of(const std::string& picture) { return read_text(kPictures / picture); }

/// A path within a folder, and the picture that stands there.
using Tree = std::vector<std::pair<std::string, std::string>>;

inline void plant(const formats::ScratchFolder& folder, const Tree& tree) {
  for (const auto& [path, picture] : tree) {
    std::filesystem::create_directories((folder / path).parent_path());
    formats::write_bytes(folder / path, bytes_of(picture));
  }
}

inline std::string archive_of(const Tree& tree) {
  std::string archive;
  for (const auto& [path, picture] : tree) archive += formats::entry(path, bytes_of(picture));
  return archive + formats::kEnd;
}

inline std::vector<std::int32_t> labels_of(const Dataset& set) {
  std::vector<std::int32_t> labels;
  for (std::int64_t k = 0; k < set.size(); ++k)
    labels.push_back(set.label(k).data<std::int32_t>()[0]);
  return labels;
}

template <class F>
std::string refusal(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace hilo::data
