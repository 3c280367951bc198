#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hilo::formats {

/// Bytes that a store holds, and where they stand, for messages.
struct StoredBytes {
  std::span<const std::byte> bytes{};
  std::shared_ptr<const void> owner{};  ///< keeps them alive
  std::string file{};
  std::uint64_t offset = 0;
};

/// Where arrays keep their metadata and chunks: keys like "layer_0/w/.zarray" and "layer_0/w/0.0".
class ChunkStore {
 public:
  ChunkStore() = default;
  virtual ~ChunkStore() = default;
  ChunkStore(const ChunkStore&) = delete;
  ChunkStore& operator=(const ChunkStore&) = delete;

  /// Bytes under a key; none if the key is not there.
  [[nodiscard]] virtual std::optional<std::uint64_t> size(const std::string& key) const = 0;
  /// The bytes, which view the file. Throws FormatError naming the file where they are damaged.
  [[nodiscard]] virtual std::optional<StoredBytes> find(const std::string& key) const = 0;
  /// Keys of arrays, sorted: those that end in "/.zarray" or "/zarr.json", without that.
  [[nodiscard]] virtual std::vector<std::string> arrays() const = 0;
};

/// A folder with a file a key.
std::unique_ptr<ChunkStore> open_folder_store(const std::filesystem::path& folder);

/// An OCDBT database: a folder with `manifest.ocdbt`. Its B+tree is read whole, its values when
/// they are asked for.
/// Limits:  64 MiB of decoded nodes and keys; data files inside of the folder. Numbered manifests
///          are refused by name.
/// Throws:  FormatError with file, offset, what was found and what was expected.
/// Source:  tensorstore's "ocdbt Key-Value Store driver", Storage format.
std::unique_ptr<ChunkStore> open_ocdbt_store(const std::filesystem::path& folder);

/// The array that a key is the metadata of ("a/.zarray": "a"); none for other keys.
std::optional<std::string> array_of_key(std::string_view key);

}  // namespace hilo::formats
