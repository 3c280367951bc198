#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace hilo::formats {

/// Bytes that come in order: those of a file, or what a gzip or zstd file unpacks to.
/// Memory is bounded whatever the file says of itself.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Fills `into` from the front and returns how many bytes came; fewer than asked only at the end.
  /// Throws:  FormatError naming the file where the packed bytes are damaged or end too early.
  virtual std::size_t read(std::span<std::byte> into) = 0;
};

/// How bytes are packed.
enum class Packing { kNone, kGzip, kZstd };  // kGzip: zlib's header will do as well

/// A stream of what `bytes`, a part of a file, unpack to; of zstd with a window of at most 8 MiB.
/// They are at `offset` in `file`, for messages, and must outlive the stream.
std::unique_ptr<ByteStream> open_stream(std::span<const std::byte> bytes, Packing packing,
                                        std::string file, std::uint64_t offset = 0);

/// Unpacks `bytes` into `into`, which they fill exactly.
/// Throws:  FormatError if they are damaged, or fewer or more come out of them.
void unpack(std::span<const std::byte> bytes, Packing packing, std::span<std::byte> into,
            const std::string& file, std::uint64_t offset);

/// Opens a file as a stream of what it holds. Whether it is gzip, zstd or neither is told by its
/// first bytes, not its name. A file of several gzip members or zstd frames is read as one.
/// Throws:  FormatError naming the file if it cannot be opened.
std::unique_ptr<ByteStream> open_stream(const std::filesystem::path& path);

}  // namespace hilo::formats
