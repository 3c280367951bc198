#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hilo::formats {

/// A regular file in a tar archive.
struct TarEntry {
  std::string name;  ///< "train/cat/1.jpg": relative, no "..", no "./" in front
  std::vector<std::byte> contents;
};

/// Calls `visit` with every regular file of a tar archive, in order; folders and links are passed
/// over. The archive may be packed with gzip or zstd (told by content). ustar, GNU long names and
/// pax paths and sizes are read. Nothing is written anywhere.
/// Limits:  one entry in memory at a time; an entry beyond `max_entry_bytes` is refused, and memory
///          grows only with the bytes that are there. Names of at most 4096 bytes.
/// Throws:  FormatError for damage, a name that is absolute or has "..", or an archive that ends
///          too early; what `visit` throws.
void read_tar(const std::filesystem::path& path, const std::function<void(TarEntry)>& visit,
              std::uint64_t max_entry_bytes = std::uint64_t{1} << 30);

}  // namespace hilo::formats
