#include "hilo/pjrt/embedded_plugin.h"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/core/file.h"

namespace hilo::pjrt {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "HILOPLUG";
constexpr std::size_t kTrailerBytes = 8 + 4 + 8;

struct Trailer {
  std::uint64_t frame_bytes = 0;
  std::uint32_t crc = 0;
};

// The last bytes of the program; false if they are not a trailer.
bool read_trailer(const fs::path& program, Trailer& trailer) {
  std::ifstream in(program, std::ios::binary);
  std::array<char, kTrailerBytes> bytes{};
  if (!in.seekg(-static_cast<std::streamoff>(kTrailerBytes), std::ios::end) || !in.read(bytes.data(), kTrailerBytes)) return false;
  if (std::string_view(bytes.data() + 12, 8) != kMark) return false;
  std::memcpy(&trailer.frame_bytes, bytes.data(), 8);
  std::memcpy(&trailer.crc, bytes.data() + 8, 4);
  return true;
}

std::string hex(std::uint32_t value) {
  std::string text(8, '0');
  for (std::size_t i = 8; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

void unpack(std::span<const std::byte> frame, const fs::path& program, AtomicFile& file) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::vector<std::byte> chunk(ZSTD_DStreamOutSize());
  ZSTD_inBuffer in{frame.data(), frame.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size) {
    ZSTD_outBuffer out{chunk.data(), chunk.size(), 0};
    left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) != 0) throw FormatError(program.string(), std::string("the plugin in it is damaged: ") + ZSTD_getErrorName(left));
    file.write(std::span<const std::byte>(chunk).first(out.pos));
  }
  while (left != 0) {  // what the decoder still holds
    ZSTD_outBuffer out{chunk.data(), chunk.size(), 0};
    left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) != 0 || out.pos == 0) throw FormatError(program.string(), "the plugin in it is cut short");
    file.write(std::span<const std::byte>(chunk).first(out.pos));
  }
}

}  // namespace

std::string unpack_embedded_plugin(const fs::path& program, const fs::path& cache) {
  Trailer trailer;
  if (!read_trailer(program, trailer)) return {};
  const fs::path path = cache / "plugins" / ("packed-" + hex(trailer.crc)) / "pjrt_c_api_cpu_plugin.so";
  if (fs::exists(path)) return path.string();
  const MappedFile mapped(program);
  const std::span<const std::byte> all = mapped.bytes();
  if (trailer.frame_bytes > all.size() - kTrailerBytes) {
    throw FormatError(program.string(), "the plugin in it is cut short: " + std::to_string(trailer.frame_bytes) +
                                            " bytes expected before the trailer");
  }
  const auto frame = all.subspan(all.size() - kTrailerBytes - trailer.frame_bytes, trailer.frame_bytes);
  if (crc32_z(0, reinterpret_cast<const Bytef*>(frame.data()), frame.size()) != trailer.crc) throw FormatError(program.string(), "the plugin in it is damaged: its checksum differs");
  fs::create_directories(path.parent_path());
  AtomicFile file(path);
  unpack(frame, program, file);
  file.commit();
  return path.string();
}

}  // namespace hilo::pjrt
