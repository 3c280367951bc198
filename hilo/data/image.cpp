#include "hilo/data/image.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/data/codec.h"

namespace hilo::data {
namespace {

// Bytes that a format begins with; '?' stands for any.
struct Magic {
  std::string_view bytes;
  std::string_view format;
};
constexpr Magic kOthers[] = {{"GIF8", "GIF"},
                             {"BM", "BMP"},
                             {std::string_view("II*\0", 4), "TIFF"},
                             {std::string_view("MM\0*", 4), "TIFF"},
                             {"????ftyp", "HEIF or AVIF"},
                             {"\xff\x0a", "JPEG XL"},
                             {"<svg", "SVG"},
                             {"%PDF", "PDF"}};

bool begins_with(std::string_view text, std::string_view magic) {
  return text.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), text.begin(),
                    [](char m, char c) { return m == '?' || m == c; });
}

Decoded decode(std::span<const std::byte> bytes, Dim max_pixels, std::string_view name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                              std::min<std::size_t>(bytes.size(), 16));
  if (begins_with(text, "\xff\xd8\xff")) return decode_jpeg(bytes, max_pixels, name);
  if (begins_with(text, "\x89PNG\r\n\x1a\n")) return decode_png(bytes, max_pixels, name);
  if (begins_with(text, "RIFF\?\?\?\?WEBP")) return decode_webp(bytes, max_pixels, name);
  for (const Magic& other : kOthers) {
    if (begins_with(text, other.bytes)) {
      throw FormatError(
          name, "a " + std::string(other.format) + " file; expected a JPEG, PNG or WebP picture");
    }
  }
  throw FormatError(
      name, 0,
      "no picture, it begins with " + quote(text.substr(0, 8)) + "; expected JPEG, PNG or WebP");
}

// Source: ITU-R BT.601-7, 2.5.1, in 16 bits of fraction.
std::uint8_t luma(int red, int green, int blue) {
  return static_cast<std::uint8_t>((red * 19595 + green * 38470 + blue * 7471 + (1 << 15)) >> 16);
}

std::uint8_t over(int color, int alpha, int background) {
  return static_cast<std::uint8_t>((color * alpha + background * (255 - alpha) + 127) / 255);
}

// Any of 1 to 4 channels -> 1 or 3, transparency laid over the background.
Array with_channels(const Array& image, int channels,
                    const std::array<std::uint8_t, 3>& background) {
  const auto had = static_cast<std::size_t>(image.shape().dims[2]);
  if (had == static_cast<std::size_t>(channels)) return image;
  Array result(Shape{kU8, {image.shape().dims[0], image.shape().dims[1], channels}});
  const std::uint8_t* from = image.data<std::uint8_t>().data();
  const auto target = result.mutable_data<std::uint8_t>();
  for (auto to = target.begin(); to != target.end(); to += channels, from += had) {
    std::array<std::uint8_t, 3> color{from[0], from[had < 3 ? 0 : 1], from[had < 3 ? 0 : 2]};
    if (had % 2 == 0) {
      for (std::size_t c = 0; c < 3; ++c) color[c] = over(color[c], from[had - 1], background[c]);
    }
    if (channels == 3) {
      std::copy(color.begin(), color.end(), to);
    } else {
      *to = luma(color[0], color[1], color[2]);
    }
  }
  return result;
}

}  // namespace

void check_pixels(Dim height, Dim width, Dim max_pixels, std::size_t bytes, Dim pixels_per_byte,
                  std::string_view name) {
  const std::string found =
      "a picture of " + std::to_string(width) + " x " + std::to_string(height) + " pixels";
  if (height < 1 || width < 1 || height > max_pixels / width) {
    throw FormatError(name, found + "; expected 1 to " + std::to_string(max_pixels) + " of them");
  }
  if (height * width / pixels_per_byte > static_cast<Dim>(bytes)) {
    throw FormatError(name, found + " in " + std::to_string(bytes) + " bytes: it ends too early");
  }
}

Array decode_image(std::span<const std::byte> bytes, const DecodeOptions& options,
                   std::string_view name) {
  if (options.channels != 1 && options.channels != 3) {
    throw Error("decode_image: " + std::to_string(options.channels) + " channels; expected 1 or 3");
  }
  Decoded decoded = decode(bytes, options.max_pixels, name);
  const Array image = with_channels(decoded.pixels, options.channels, options.background);
  return options.keeps_exif_orientation ? image : upright(image, decoded.orientation);
}

Array read_image(const std::filesystem::path& path, const DecodeOptions& options) {
  constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;
  return decode_image(read_file(path, kMaxFileBytes), options, path.string());
}

Array to_tensor(const Array& image) {
  Array result(image.shape().with(kF32));
  std::ranges::transform(image.data<std::uint8_t>(), result.mutable_data<float>().begin(),
                         [](std::uint8_t v) { return static_cast<float>(v) / 255.0F; });
  return result;
}

Array normalize(const Array& x, std::span<const double> mean, std::span<const double> std) {
  const std::size_t channels =
      x.shape().rank() == 0 ? 0 : static_cast<std::size_t>(x.shape().dims.back());
  if (mean.size() != channels || std.size() != channels || channels == 0) {
    throw Error("normalize: " + to_string(x.shape()) + " with " + std::to_string(mean.size()) +
                " means and " + std::to_string(std.size()) +
                " deviations; expected one of each a channel");
  }
  if (std::ranges::any_of(std, [](double s) { return !(s > 0); }))
    throw Error("normalize: a deviation is not positive");
  Array result = x;
  const auto values = result.mutable_data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = i % channels;
    values[i] = (values[i] - static_cast<float>(mean[c])) / static_cast<float>(std[c]);
  }
  return result;
}

}  // namespace hilo::data
