#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// The files that the tests of bytecode read.
namespace hilo::stablehlo {

inline std::string contents_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A program as text, and the same one as bytecode.
struct FilePair {
  std::filesystem::path text, bytecode;
};

/// tests/stablehlo/golden, made by make_artifacts.py.
inline std::vector<FilePair> golden_artifacts() {
  const std::filesystem::path folder =
      std::filesystem::path(HILO_SOURCE_DIR) / "tests/stablehlo/golden";
  std::vector<FilePair> pairs;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (file.path().extension() != ".mlirbc") continue;
    // "ops_0.9.0.1.17.0.mlirbc" is of "ops_0.9.0.mlir".
    const std::size_t end =
        name.find_first_of(".", name.find_first_of(".", name.find('.') + 1) + 1);
    pairs.push_back({folder / (name.substr(0, end) + ".mlir"), file.path()});
  }
  return pairs;
}

/// HILO_FIXTURES/stablehlo, each case in each form; empty where that is not set.
inline std::vector<FilePair> fixture_artifacts() {
  const char* fixtures = std::getenv("HILO_FIXTURES");
  std::vector<FilePair> pairs;
  if (fixtures == nullptr) return pairs;
  for (const auto& folder :
       std::filesystem::directory_iterator(std::filesystem::path(fixtures) / "stablehlo")) {
    for (const char* name :
         {"module.mlirbc", "module.vhlo.mlirbc", "module.vhlo_v1_0_0.mlirbc", "jax_export.bin"}) {
      if (std::filesystem::exists(folder.path() / name))
        pairs.push_back({folder.path() / "module.generic.mlir", folder.path() / name});
    }
  }
  return pairs;
}

}  // namespace hilo::stablehlo
