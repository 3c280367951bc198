#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "hilo/core/array.h"

namespace hilo::data {

/// A picture as its codec gives it.
struct Decoded {
  Array pixels;         ///< u8[H,W,C]: grey, grey and alpha, RGB, or RGBA, as C is 1 to 4
  int orientation = 1;  ///< of EXIF: 1 is upright
};

// All throw FormatError naming `name` for damaged or truncated data, and for more than
// `max_pixels`, which is seen before memory is taken. None of the C libraries prints, exits or
// aborts.
Decoded decode_jpeg(std::span<const std::byte> bytes, Dim max_pixels, std::string_view name);
Decoded decode_png(std::span<const std::byte> bytes, Dim max_pixels, std::string_view name);
Decoded decode_webp(std::span<const std::byte> bytes, Dim max_pixels, std::string_view name);

/// Throws:  FormatError if height x width is more than `max_pixels`, or more than `bytes` can be
///          packed pixels of: a file that is cut off takes no memory for what it lacks.
void check_pixels(Dim height, Dim width, Dim max_pixels, std::size_t bytes, Dim pixels_per_byte,
                  std::string_view name);

/// The orientation that an EXIF block (a TIFF file of tags) asks for, 1 to 8; 1 where it says
/// nothing that makes sense.
int exif_orientation(std::span<const std::byte> block);

/// The image turned upright.
Array upright(const Array& image, int orientation);

}  // namespace hilo::data
