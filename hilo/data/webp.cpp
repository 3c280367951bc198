#include <webp/decode.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "hilo/core/error.h"
#include "hilo/data/codec.h"

namespace hilo::data {
namespace {

std::string reason(VP8StatusCode code) {
  switch (code) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
      return "it ends too early";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "a feature that is not supported";
    case VP8_STATUS_OUT_OF_MEMORY:
      return "no memory";
    default:
      return "wrong data";
  }
}

// RIFF: "RIFF", size, "WEBP", then chunks of a name, a size, and data padded to even.
int orientation_of(std::span<const std::byte> bytes) {
  constexpr std::size_t kHead = 12, kChunkHead = 8;
  constexpr std::string_view kMark("Exif\0\0", 6);
  for (std::size_t at = kHead; at + kChunkHead <= bytes.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, bytes.data() + at + 4, sizeof size);
    auto data = bytes.subspan(at + kChunkHead);
    if (size > data.size()) return 1;
    data = data.first(size);
    if (std::memcmp(bytes.data() + at, "EXIF", 4) == 0) {
      if (size > kMark.size() && std::memcmp(data.data(), kMark.data(), kMark.size()) == 0)
        data = data.subspan(kMark.size());
      return exif_orientation(data);
    }
    at += kChunkHead + size + size % 2;
  }
  return 1;
}

}  // namespace

Decoded decode_webp(std::span<const std::byte> bytes, Dim max_pixels, std::string_view name) {
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) throw Error("libwebp: wrong version");
  VP8StatusCode code = WebPGetFeatures(data, bytes.size(), &config.input);
  if (code != VP8_STATUS_OK) throw FormatError(name, "damaged WebP: " + reason(code));
  if (config.input.has_animation != 0)
    throw FormatError(name, "an animated WebP; expected a still picture");
  const Dim height = config.input.height, width = config.input.width,
            channels = config.input.has_alpha != 0 ? 4 : 3;
  constexpr Dim kUnbounded = Dim{1} << 40;  // a lossless picture of one colour takes no bit a pixel
  check_pixels(height, width, max_pixels, bytes.size(), kUnbounded, name);
  Decoded result{.pixels = Array(Shape{kU8, {height, width, channels}}),
                 .orientation = orientation_of(bytes)};
  const auto pixels = result.pixels.mutable_data<std::uint8_t>();
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {
      .rgba = pixels.data(), .stride = static_cast<int>(width * channels), .size = pixels.size()};
  code = WebPDecode(data, bytes.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (code != VP8_STATUS_OK) throw FormatError(name, "damaged WebP: " + reason(code));
  return result;
}

}  // namespace hilo::data
