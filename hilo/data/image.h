#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "hilo/core/array.h"

namespace hilo::data {

// An image is u8[H,W,C]: H rows from the top, W columns, C = 3 (red, green, blue) or 1 (grey).

struct DecodeOptions {
  int channels = 3;  ///< 3 or 1; grey is ITU-R 601 luma, as Pillow's "L"
  std::array<std::uint8_t, 3> background{0, 0, 0};  ///< what shows through transparent pixels
  bool keeps_exif_orientation = false;  ///< true: the pixels as stored, not turned upright
  Dim max_pixels = Dim{1} << 27;        ///< larger pictures are refused before they are decoded
};

/// A JPEG (baseline, progressive, grey, CMYK), PNG (any colour type and depth) or WebP picture,
/// told apart by content.
/// Shapes:  u8[H,W,channels], upright as its EXIF orientation says.
/// Throws:  FormatError naming `name` for anything else, for truncated or corrupt data, and for too
///          many pixels.
Array decode_image(std::span<const std::byte> bytes, const DecodeOptions& options = {},
                   std::string_view name = "image");
/// The same from a file.
Array read_image(const std::filesystem::path& path, const DecodeOptions& options = {});

/// Resamples with a triangle filter that widens when it shrinks (antialiasing), as Pillow's
/// BILINEAR, bit for bit.
/// Shapes:  u8[H,W,C] -> u8[height,width,C].
Array resize(const Array& image, Dim height, Dim width);

/// The middle of an image; of an odd surplus, as torchvision's CenterCrop.
/// Shapes:  u8[H,W,C] -> u8[height,width,C].
/// Throws:  Error if the image is smaller.
Array center_crop(const Array& image, Dim height, Dim width);

/// Scales an image until it just covers height x width, keeping its proportions, and crops the
/// middle. An image of that size already is returned as it is. For a square this is torchvision's
/// Resize(side) and CenterCrop(side).
/// Shapes:  u8[H,W,C] -> u8[height,width,C].
Array cover(const Array& image, Dim height, Dim width);

/// Pixels as floats in 0..1.
/// Shapes:  u8[..] -> f32[..].
Array to_tensor(const Array& image);

/// (x - mean) / std, by channel.
/// Shapes:  x is f32[..,C]; mean and std have C numbers; the result is f32[..,C].
/// Throws:  Error if the sizes differ, or a std is not positive.
Array normalize(const Array& x, std::span<const double> mean, std::span<const double> std);

}  // namespace hilo::data
