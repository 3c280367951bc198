#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "hilo/formats/npz.h"
#include "tests/ops/on_cpu.h"

// The goldens of slices, windows and convolutions.
namespace hilo::test {

/// The archive that window_goldens.py made.
inline const formats::NpzFile& window_goldens() {
  static const auto& file = *new formats::NpzFile(formats::NpzFile::open(
      std::filesystem::path(HILO_SOURCE_DIR) / "tests/ops/window_goldens.npz"));
  return file;
}

/// The cases below `folder`, by the members that end in "/y".
inline std::vector<std::string> golden_cases(const std::string& folder) {
  std::vector<std::string> result;
  for (const std::string& name : window_goldens().names()) {
    if (name.starts_with(folder + "/") && name.ends_with("/y"))
      result.push_back(name.substr(0, name.size() - 2));
  }
  return result;
}

/// Row `row` of a matrix of i64.
inline Dims golden_row(const Array& matrix, Dim row) {
  const Dim n = matrix.shape().dims[1];
  const auto all = matrix.data<std::int64_t>();
  return {all.begin() + row * n, all.begin() + (row + 1) * n};
}

}  // namespace hilo::test
