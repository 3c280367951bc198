#include "hilo/formats/byte_stream.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/core/file.h"

namespace hilo::formats {
namespace {

// A frame that wants a larger window is refused: of a file 2^27 bytes, as the zstd tool's own
// limit; of a part of one 2^23, which is what the levels up to 19 use.
constexpr int kMaxWindowLog = 27, kMaxPartWindowLog = 23;

// Packed bytes and where they stand, for messages.
struct Source {
  std::span<const std::byte> bytes;
  std::string file;
  std::uint64_t offset = 0;
  std::shared_ptr<const void> owner{};  // keeps them alive; may be null
};

class PlainStream : public ByteStream {
 public:
  explicit PlainStream(Source source) : source_(std::move(source)) {}

  std::size_t read(std::span<std::byte> into) override {
    const auto part = source_.bytes.subspan(at_, std::min(into.size(), source_.bytes.size() - at_));
    std::copy(part.begin(), part.end(), into.begin());
    at_ += part.size();
    return part.size();
  }

 private:
  Source source_;
  std::size_t at_ = 0;
};

class GzipStream : public ByteStream {
 public:
  explicit GzipStream(Source source) : source_(std::move(source)) {
    constexpr int kGzipOrZlib = 32;
    if (inflateInit2(&state_, MAX_WBITS + kGzipOrZlib) != Z_OK) throw Error("zlib: no memory");
  }
  ~GzipStream() override { inflateEnd(&state_); }

  std::size_t read(std::span<std::byte> into) override {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    std::size_t filled = 0;
    while (filled < into.size() && !is_done_) {
      const auto packed = source_.bytes.subspan(at_);
      state_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
      state_.avail_in = static_cast<uInt>(std::min(packed.size(), kMost));
      state_.next_out = reinterpret_cast<Bytef*>(into.data() + filled);
      state_.avail_out = static_cast<uInt>(std::min(into.size() - filled, kMost));
      const std::size_t in = state_.avail_in, out = state_.avail_out;
      const int code = inflate(&state_, Z_NO_FLUSH);
      at_ += in - state_.avail_in;
      filled += out - state_.avail_out;
      if (code == Z_STREAM_END) {
        end_member();
      } else if (code == Z_BUF_ERROR && packed.empty()) {
        fail("gzip data ends too early");
      } else if (code != Z_OK) {
        fail(std::string("damaged gzip data: ") +
             (state_.msg != nullptr ? state_.msg : "it ends too early"));
      }
    }
    return filled;
  }

 private:
  // Zero bytes may pad the end of a file.
  void end_member() {
    const auto rest = source_.bytes.subspan(at_);
    is_done_ = std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == std::byte{0}; });
    if (!is_done_) inflateReset(&state_);
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError(source_.file, source_.offset + at_, problem);
  }

  Source source_;
  std::size_t at_ = 0;
  bool is_done_ = false;
  z_stream state_{};
};

class ZstdStream : public ByteStream {
 public:
  ZstdStream(Source source, int max_window_log)
      : source_(std::move(source)), state_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {
    if (state_ == nullptr) throw Error("zstd: no memory");
    ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, max_window_log);
  }

  std::size_t read(std::span<std::byte> into) override {
    ZSTD_inBuffer in{source_.bytes.data(), source_.bytes.size(), at_};
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos < out.size) {
      if (in.pos == in.size && is_between_frames_) break;
      const std::size_t in_before = in.pos, out_before = out.pos;
      const std::size_t code = ZSTD_decompressStream(state_.get(), &out, &in);
      at_ = in.pos;
      if (ZSTD_isError(code) != 0)
        fail(std::string("damaged zstd data: ") + ZSTD_getErrorName(code));
      is_between_frames_ = code == 0;
      if (code != 0 && in.pos == in_before && out.pos == out_before)
        fail("zstd data ends too early");
    }
    return out.pos;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError(source_.file, source_.offset + at_, problem);
  }

  Source source_;
  std::size_t at_ = 0;
  bool is_between_frames_ = true;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> state_;
};

bool begins_with(std::span<const std::byte> bytes, std::initializer_list<int> magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](int m, std::byte b) { return static_cast<std::byte>(m) == b; });
}

std::unique_ptr<ByteStream> stream_of(Source source, Packing packing, int max_window_log) {
  if (packing == Packing::kGzip) return std::make_unique<GzipStream>(std::move(source));
  if (packing == Packing::kZstd)
    return std::make_unique<ZstdStream>(std::move(source), max_window_log);
  return std::make_unique<PlainStream>(std::move(source));
}

}  // namespace

std::unique_ptr<ByteStream> open_stream(std::span<const std::byte> bytes, Packing packing,
                                        std::string file, std::uint64_t offset) {
  return stream_of({bytes, std::move(file), offset}, packing, kMaxPartWindowLog);
}

std::unique_ptr<ByteStream> open_stream(const std::filesystem::path& path) {
  const MappedFile file(path);
  const Packing packing = begins_with(file.bytes(), {0x1F, 0x8B})               ? Packing::kGzip
                          : begins_with(file.bytes(), {0x28, 0xB5, 0x2F, 0xFD}) ? Packing::kZstd
                                                                                : Packing::kNone;
  return stream_of({file.bytes(), path.string(), 0, file.owner()}, packing, kMaxWindowLog);
}

void unpack(std::span<const std::byte> bytes, Packing packing, std::span<std::byte> into,
            const std::string& file, std::uint64_t offset) {
  const auto refuse = [&](const std::string& found) {
    throw FormatError(file, offset,
                      "unpacks to " + found + " bytes; expected " + std::to_string(into.size()));
  };
  if (packing == Packing::kZstd) {  // at once, which takes no window
    const std::size_t got = ZSTD_decompress(into.data(), into.size(), bytes.data(), bytes.size());
    if (ZSTD_getErrorCode(got) == ZSTD_error_dstSize_tooSmall) refuse("more");
    if (ZSTD_isError(got) != 0)
      throw FormatError(file, offset, std::string("damaged zstd data: ") + ZSTD_getErrorName(got));
    if (got < into.size()) refuse(std::to_string(got));
    return;
  }
  const auto stream = open_stream(bytes, packing, file, offset);
  const std::size_t got = stream->read(into);
  std::byte more{};
  const bool is_over = got == into.size() && stream->read({&more, 1}) == 0;
  if (!is_over) refuse(got < into.size() ? std::to_string(got) : "more");
}

}  // namespace hilo::formats
