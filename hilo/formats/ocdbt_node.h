#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "hilo/formats/byte_reader.h"

// The records of an OCDBT database: the manifest and the nodes of its B+tree.
namespace hilo::formats {

/// What decoded nodes, paths and keys may still take together. Nodes may be reached many times, and
/// prefixes are stored once, so a small file could ask for any amount.
class OcdbtBudget {
 public:
  /// Throws:  FormatError if fewer bytes are left.
  void take(std::uint64_t bytes, const ByteReader& reader) {
    if (bytes > left_) reader.fail("nodes and keys of more than 48 MiB");
    left_ -= bytes;
  }
  [[nodiscard]] std::uint64_t left() const { return left_; }

 private:
  std::uint64_t left_ = std::uint64_t{48} << 20;  // beside it a window of zstd has 8
};

/// Bytes in a data file. `base` is the folder that the paths in a node there begin with.
struct OcdbtPlace {
  std::string base{}, path{};  ///< relative to the database
  std::uint64_t offset = 0, length = 0;
};

/// The root of the newest version.
struct OcdbtRoot {
  OcdbtPlace place{};
  int height = 0;
};

struct OcdbtChild {
  std::string prefix;  ///< that all its keys begin with
  OcdbtPlace place;
};
struct OcdbtEntry {
  std::string key;
  std::variant<std::string, OcdbtPlace> value;  ///< the value, or where it is
};
/// The children of an inner node or the entries of a leaf. Keys are whole.
struct OcdbtNode {
  std::vector<OcdbtChild> children{};
  std::vector<OcdbtEntry> entries{};
};

/// Both read the bytes of one record; `label` says in messages where they are.
/// Throws:  FormatError for a wrong magic number, length, checksum, count, or path that leaves the
///          folder.
OcdbtRoot parse_ocdbt_manifest(std::span<const std::byte> bytes, const std::string& label,
                               OcdbtBudget& budget);
OcdbtNode parse_ocdbt_node(std::span<const std::byte> bytes, const std::string& label, int height,
                           const std::string& base, const std::string& prefix, OcdbtBudget& budget);

}  // namespace hilo::formats
