#include <png.h>

#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/data/codec.h"

namespace hilo::data {
namespace {

constexpr Dim kMostDeflateRatio = 1032;

// libpng leaves by longjmp where something is wrong. Between `setjmp` and it stand only C frames
// and lambdas without destructors, so nothing is skipped that matters.
struct Trap {
  std::jmp_buf jump{};
  char message[128]{};
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  Trap& trap = *static_cast<Trap*>(png_get_error_ptr(png));
  std::strncpy(trap.message, message, sizeof trap.message - 1);
  std::longjmp(trap.jump, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

void on_read(png_structp png, png_bytep into, std::size_t count) {
  auto& left = *static_cast<std::span<const std::byte>*>(png_get_io_ptr(png));
  if (count > left.size()) png_error(png, "it ends too early");
  std::memcpy(into, left.data(), count);
  left = left.subspan(count);
}

class Png {
 public:
  Png(std::span<const std::byte> bytes, std::string_view name)
      : bytes_(bytes.size()), left_(bytes), name_(name) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &trap_, on_error, on_warning);
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Error("libpng: no memory");
    }
  }
  ~Png() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;

  Decoded decode(Dim max_pixels) {
    guarded([&] {
      png_set_read_fn(png_, &left_, on_read);
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_pixels is the limit
      png_read_info(png_, info_);
    });
    const Dim height = png_get_image_height(png_, info_), width = png_get_image_width(png_, info_);
    const int bits = png_get_bit_depth(png_, info_) * png_get_channels(png_, info_);
    check_pixels(height, width, max_pixels, bytes_, kMostDeflateRatio * 8 / bits + 1, name_);
    guarded([&] {
      png_set_expand(png_);    // palette -> RGB, 1 to 4 bits -> 8, tRNS -> alpha
      png_set_scale_16(png_);  // 16 bits -> 8, rounded
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    Decoded result{.pixels = Array(Shape{kU8, {height, width, png_get_channels(png_, info_)}})};
    const auto pixels = result.pixels.mutable_data<std::uint8_t>();
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    if (row_bytes * static_cast<std::size_t>(height) != pixels.size()) {
      throw FormatError(name_, "PNG rows of " + std::to_string(row_bytes) + " bytes for " +
                                   to_string(result.pixels.shape()));
    }
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
      rows.push_back(pixels.data() + y * row_bytes);
    guarded([&] {
      png_read_image(png_, rows.data());
      png_read_end(png_, info_);
    });
    png_uint_32 exif_bytes = 0;
    png_bytep exif = nullptr;
    if (png_get_eXIf_1(png_, info_, &exif_bytes, &exif) != 0) {
      result.orientation = exif_orientation({reinterpret_cast<const std::byte*>(exif), exif_bytes});
    }
    return result;
  }

 private:
  template <class F>
  void guarded(F f) {
    if (setjmp(trap_.jump) != 0)
      throw FormatError(name_, std::string("damaged PNG: ") + trap_.message);
    f();
  }

  std::size_t bytes_;
  std::span<const std::byte> left_;
  std::string_view name_;
  Trap trap_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

Decoded decode_png(std::span<const std::byte> bytes, Dim max_pixels, std::string_view name) {
  return Png(bytes, name).decode(max_pixels);
}

}  // namespace hilo::data
