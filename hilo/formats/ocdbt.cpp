#include <map>
#include <mutex>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/chunk_store.h"
#include "hilo/formats/ocdbt_node.h"

namespace hilo::formats {
namespace {

constexpr int kMaxHeight = 16;

class OcdbtStore : public ChunkStore {
 public:
  explicit OcdbtStore(std::filesystem::path folder) : folder_(std::move(folder)) {
    const std::filesystem::path path = folder_ / "manifest.ocdbt";
    const MappedFile manifest(path);
    OcdbtBudget budget;
    const OcdbtRoot root = parse_ocdbt_manifest(manifest.bytes(), path.string(), budget);
    if (root.height > kMaxHeight) {
      throw FormatError(path.string(), "a tree of height " + std::to_string(root.height) +
                                           "; expected at most " + std::to_string(kMaxHeight));
    }
    visit(root.place, root.height, "", budget);
  }

  std::optional<std::uint64_t> size(const std::string& key) const override {
    const auto found = values_.find(key);
    if (found == values_.end()) return {};
    const auto* const text = std::get_if<std::string>(&found->second);
    return text != nullptr ? text->size() : std::get<OcdbtPlace>(found->second).length;
  }

  std::optional<StoredBytes> find(const std::string& key) const override {
    const auto found = values_.find(key);
    if (found == values_.end()) return {};
    if (const auto* const place = std::get_if<OcdbtPlace>(&found->second)) return bytes_at(*place);
    const auto owner = std::make_shared<const std::string>(std::get<std::string>(found->second));
    return StoredBytes{
        std::as_bytes(std::span(*owner)), owner,
        (folder_ / "manifest.ocdbt").string() + " (the value of " + quote(key) + ")"};
  }

  std::vector<std::string> arrays() const override {
    std::vector<std::string> result;
    for (const auto& [key, value] : values_) {
      if (auto array = array_of_key(key)) result.push_back(std::move(*array));
    }
    return result;
  }

 private:
  StoredBytes bytes_at(const OcdbtPlace& place) const {
    const MappedFile file = open(place.path);
    const std::uint64_t size = file.bytes().size();
    if (place.offset > size || place.length > size - place.offset) {
      throw FormatError(file.path().string(), place.offset,
                        std::to_string(place.length) + " bytes; expected to end by " +
                            std::to_string(size) + ", where the file ends (was it cut short?)");
    }
    return {file.bytes().subspan(static_cast<std::size_t>(place.offset),
                                 static_cast<std::size_t>(place.length)),
            file.owner(), file.path().string(), place.offset};
  }

  MappedFile open(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found != files_.end()) return found->second;
    return files_.emplace(path, MappedFile(folder_ / path)).first->second;
  }

  // Takes over what the node at `place` and those under it hold.
  void visit(const OcdbtPlace& place, int height, const std::string& prefix, OcdbtBudget& budget) {
    const StoredBytes stored = bytes_at(place);
    const std::string label = stored.file + " (node at " + std::to_string(stored.offset) + ")";
    OcdbtNode node = parse_ocdbt_node(stored.bytes, label, height, place.base, prefix, budget);
    for (const OcdbtChild& child : node.children) {
      visit(child.place, height - 1, child.prefix, budget);
    }
    for (OcdbtEntry& entry : node.entries) {
      if (!values_.empty() && values_.rbegin()->first >= entry.key) {
        throw FormatError(label, "the key " + quote(entry.key) + " follows " +
                                     quote(values_.rbegin()->first) + "; expected them sorted");
      }
      values_.emplace_hint(values_.end(), std::move(entry.key), std::move(entry.value));
    }
  }

  std::filesystem::path folder_;
  std::map<std::string, std::variant<std::string, OcdbtPlace>> values_{};
  mutable std::mutex mutex_{};
  mutable std::map<std::string, MappedFile> files_{};
};

}  // namespace

std::unique_ptr<ChunkStore> open_ocdbt_store(const std::filesystem::path& folder) {
  return std::make_unique<OcdbtStore>(folder);
}

}  // namespace hilo::formats
