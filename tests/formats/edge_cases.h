#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hilo::formats {

/// The folder of golden fixtures, or empty where HILO_FIXTURES is not set.
inline std::filesystem::path fixtures() {
  const char* const folder = std::getenv("HILO_FIXTURES");
  return folder == nullptr ? std::filesystem::path() : std::filesystem::path(folder);
}

/// The cases of edge/manifest.json for one format: objects with "file", "verdict", "why" and what
/// the file holds.
inline nlohmann::json edge_cases(const std::string& format) {
  std::ifstream file(fixtures() / "edge" / "manifest.json");
  return nlohmann::json::parse(file).at("cases").at(format);
}

/// "0b0f" -> the bytes 11, 15.
inline std::vector<std::byte> bytes_of_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// A file with these bytes; unlike AtomicFile it syncs nothing, so that a test writes thousands.
inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A new empty folder that goes with the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hilo-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace hilo::formats
