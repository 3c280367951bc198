#include "hilo/formats/chunk_store.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/core/file.h"

namespace hilo::formats {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 16;

class FolderStore : public ChunkStore {
 public:
  explicit FolderStore(fs::path folder) : folder_(std::move(folder)) {}

  std::optional<std::uint64_t> size(const std::string& key) const override {
    std::error_code error;
    const std::uint64_t bytes = fs::file_size(folder_ / key, error);
    if (error) return {};
    return bytes;
  }

  std::optional<StoredBytes> find(const std::string& key) const override {
    const fs::path path = folder_ / key;
    if (!fs::exists(path)) return {};
    const MappedFile file(path);
    return StoredBytes{file.bytes(), file.owner(), path.string()};
  }

  std::vector<std::string> arrays() const override {
    std::vector<std::string> result;
    std::error_code error;
    fs::recursive_directory_iterator at(folder_, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (at.depth() == kMaxDepth) at.disable_recursion_pending();
      const auto array = array_of_key(at->path().lexically_relative(folder_).generic_string());
      if (array) result.push_back(*array);
    }
    if (error) throw FormatError(folder_.string(), "cannot list: " + error.message());
    std::sort(result.begin(), result.end());
    return result;
  }

 private:
  fs::path folder_;
};

}  // namespace

std::optional<std::string> array_of_key(std::string_view key) {
  for (const std::string_view end : {"/.zarray", "/zarr.json"}) {
    if (key.ends_with(end)) return std::string(key.substr(0, key.size() - end.size()));
  }
  return {};
}

std::unique_ptr<ChunkStore> open_folder_store(const std::filesystem::path& folder) {
  return std::make_unique<FolderStore>(folder);
}

}  // namespace hilo::formats
