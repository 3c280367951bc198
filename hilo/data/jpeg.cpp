#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>

#include <jpeglib.h>  // wants FILE and size_t to be known

#include <jerror.h>  // wants jpeglib.h

#include "hilo/core/error.h"
#include "hilo/data/codec.h"

namespace hilo::data {
namespace {

constexpr int kExif = JPEG_APP0 + 1, kMaxScans = 500;
// A Huffman code takes a bit or more for a block of 8 x 8; arithmetic coding has no such bound.
constexpr Dim kMostPixelsPerByte = 8 * 8 * 8, kUnbounded = Dim{1} << 40;

// libjpeg leaves by longjmp where something is wrong. Between `setjmp` and it stand only C frames
// and lambdas without destructors, so nothing is skipped that matters.
struct Trap {
  jpeg_error_mgr manager{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX]{};
};

[[noreturn]] void leave(j_common_ptr info) {
  Trap& trap = *reinterpret_cast<Trap*>(info->err);
  trap.manager.format_message(info, trap.message);
  std::longjmp(trap.jump, 1);
}

// Warnings that mean missing or wrong pixels; the others are about harmless oddities.
bool is_damage(int code) {
  switch (code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_BOGUS_PROGRESSION:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
    case JWRN_NOT_SEQUENTIAL:
      return true;
    default:
      return false;
  }
}

void on_message(j_common_ptr info, int level) {
  if (level < 0 && is_damage(info->err->msg_code)) leave(info);
}

// A few bytes can ask for a progressive scan over the whole picture; thousands of them would take
// minutes.
void on_progress(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans) {
    Trap& trap = *reinterpret_cast<Trap*>(info->err);
    std::snprintf(trap.message, sizeof trap.message, "more than %d scans", kMaxScans);
    std::longjmp(trap.jump, 1);
  }
}

class Jpeg {
 public:
  Jpeg(std::span<const std::byte> bytes, std::string_view name)
      : bytes_(bytes.size()), name_(name) {
    info_.err = jpeg_std_error(&trap_.manager);
    trap_.manager.error_exit = leave;
    trap_.manager.emit_message = on_message;
    guarded([&] {
      jpeg_create_decompress(&info_);
      info_.progress = &progress_;
      jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
      jpeg_save_markers(&info_, kExif, 0xFFFF);
    });
  }
  ~Jpeg() { jpeg_destroy_decompress(&info_); }
  Jpeg(const Jpeg&) = delete;
  Jpeg& operator=(const Jpeg&) = delete;

  Decoded decode(Dim max_pixels) {
    guarded([&] { jpeg_read_header(&info_, TRUE); });
    check_pixels(info_.image_height, info_.image_width, max_pixels, bytes_,
                 info_.arith_code != 0 ? kUnbounded : kMostPixelsPerByte, name_);
    const bool is_cmyk = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    const bool is_grey = info_.jpeg_color_space == JCS_GRAYSCALE;
    info_.out_color_space = is_cmyk ? JCS_CMYK : is_grey ? JCS_GRAYSCALE : JCS_RGB;
    guarded([&] { jpeg_start_decompress(&info_); });
    Decoded result{.pixels = Array(Shape{
                       kU8, {info_.output_height, info_.output_width, info_.output_components}}),
                   .orientation = orientation()};
    std::uint8_t* const pixels = result.pixels.mutable_data<std::uint8_t>().data();
    const std::size_t row_bytes =
        std::size_t{info_.output_width} * static_cast<std::size_t>(info_.output_components);
    guarded([&] {
      while (info_.output_scanline < info_.output_height) {
        JSAMPROW row = pixels + info_.output_scanline * row_bytes;
        jpeg_read_scanlines(&info_, &row, 1);
      }
      jpeg_finish_decompress(&info_);
    });
    if (is_cmyk) result.pixels = rgb_of_cmyk(result.pixels, info_.saw_Adobe_marker != 0);
    return result;
  }

 private:
  template <class F>
  void guarded(F f) {
    if (setjmp(trap_.jump) != 0)
      throw FormatError(name_, std::string("damaged JPEG: ") + trap_.message);
    f();
  }

  [[nodiscard]] int orientation() const {
    constexpr std::string_view kMark("Exif\0\0", 6);
    for (const jpeg_marker_struct* marker = info_.marker_list; marker != nullptr;
         marker = marker->next) {
      const std::span<const std::byte> data(reinterpret_cast<const std::byte*>(marker->data),
                                            marker->data_length);
      if (marker->marker == kExif && data.size() > kMark.size() &&
          std::memcmp(data.data(), kMark.data(), kMark.size()) == 0) {
        return exif_orientation(data.subspan(kMark.size()));
      }
    }
    return 1;
  }

  // Ink to light. Adobe stores the inks inverted.
  static Array rgb_of_cmyk(const Array& cmyk, bool is_inverted) {
    Array rgb(Shape{kU8, {cmyk.shape().dims[0], cmyk.shape().dims[1], 3}});
    const auto from = cmyk.data<std::uint8_t>();
    const auto to = rgb.mutable_data<std::uint8_t>();
    const int flip = is_inverted ? 0 : 255;
    for (std::size_t i = 0; i < to.size() / 3; ++i) {
      const int light = flip ^ from[4 * i + 3];
      for (std::size_t c = 0; c < 3; ++c) {
        to[3 * i + c] = static_cast<std::uint8_t>(((flip ^ from[4 * i + c]) * light + 127) / 255);
      }
    }
    return rgb;
  }

  std::size_t bytes_;
  std::string_view name_;
  Trap trap_{};
  jpeg_progress_mgr progress_{.progress_monitor = on_progress,
                              .pass_counter = 0,
                              .pass_limit = 0,
                              .completed_passes = 0,
                              .total_passes = 0};
  jpeg_decompress_struct info_{};
};

}  // namespace

Decoded decode_jpeg(std::span<const std::byte> bytes, Dim max_pixels, std::string_view name) {
  return Jpeg(bytes, name).decode(max_pixels);
}

}  // namespace hilo::data
