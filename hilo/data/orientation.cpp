#include <algorithm>
#include <optional>

#include "hilo/data/codec.h"

namespace hilo::data {
namespace {

// Numbers of a TIFF file, in the byte order that its first bytes name.
class Tiff {
 public:
  explicit Tiff(std::span<const std::byte> bytes) : bytes_(bytes) {
    is_little_ = bytes.size() >= 2 && bytes[0] == std::byte{'I'} && bytes[1] == std::byte{'I'};
  }

  [[nodiscard]] std::optional<std::uint32_t> number(std::size_t offset, std::size_t count) const {
    if (offset > bytes_.size() || count > bytes_.size() - offset) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8 |
              static_cast<std::uint32_t>(bytes_[offset + (is_little_ ? count - 1 - i : i)]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool is_little_ = false;
};

}  // namespace

// Source: TIFF 6.0, section 2; Exif 2.3, 4.6.2 (tag 274).
int exif_orientation(std::span<const std::byte> block) {
  constexpr std::size_t kEntryBytes = 12;
  constexpr std::uint32_t kMagic = 42, kOrientation = 0x112, kShort = 3;
  const Tiff tiff(block);
  if (tiff.number(2, 2) != kMagic) return 1;
  const std::size_t folder = tiff.number(4, 4).value_or(0);
  const std::uint32_t entries = tiff.number(folder, 2).value_or(0);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = folder + 2 + i * kEntryBytes;
    if (tiff.number(entry, 2) != kOrientation) continue;
    const std::uint32_t value = tiff.number(entry + 8, 2).value_or(1);
    return tiff.number(entry + 2, 2) == kShort && value >= 1 && value <= 8 ? static_cast<int>(value)
                                                                           : 1;
  }
  return 1;
}

Array upright(const Array& image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool is_transposed = orientation >= 5;
  const bool flips_rows =
      orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const bool flips_columns =
      orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const auto height = static_cast<std::size_t>(image.shape().dims[0]),
             width = static_cast<std::size_t>(image.shape().dims[1]),
             channels = static_cast<std::size_t>(image.shape().dims[2]);
  const std::size_t out_height = is_transposed ? width : height,
                    out_width = is_transposed ? height : width;
  Array result(Shape{
      kU8, {static_cast<Dim>(out_height), static_cast<Dim>(out_width), image.shape().dims[2]}});
  const std::uint8_t* const from = image.data<std::uint8_t>().data();
  std::uint8_t* to = result.mutable_data<std::uint8_t>().data();
  for (std::size_t y = 0; y < out_height; ++y) {
    for (std::size_t x = 0; x < out_width; ++x, to += channels) {
      const std::size_t v = flips_rows ? out_height - 1 - y : y,
                        u = flips_columns ? out_width - 1 - x : x;
      std::copy_n(from + (is_transposed ? u * width + v : v * width + u) * channels, channels, to);
    }
  }
  return result;
}

}  // namespace hilo::data
