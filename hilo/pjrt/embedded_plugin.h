#pragma once
// A plugin packed into the program itself: for the sources of this room.
#include <filesystem>
#include <string>

namespace hilo::pjrt {

/// A program may carry the CPU plugin behind its own bytes, as cmake/pack_plugin.py packs it:
///     program, plugin as one zstd frame with a checksum, u64 bytes of the frame, u32 CRC-32 of the frame, "HILOPLUG"
/// Unpacks it once to `cache`/plugins/packed-CRC/ and returns its path; empty if the program carries none. The frame is
/// checked before it is used, the file appears whole, and one that is there already is not written again.
/// Throws:  FormatError naming the program if what it carries is damaged; Error if the cache cannot be written.
std::string unpack_embedded_plugin(const std::filesystem::path& program, const std::filesystem::path& cache);

}  // namespace hilo::pjrt
