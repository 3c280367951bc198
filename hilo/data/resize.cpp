#include <algorithm>
#include <cmath>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/data/image.h"

namespace hilo::data {
namespace {

// Weights are integers of this many bits of fraction, so that the sums are exact and the same
// everywhere.
constexpr int kBits = 22;

struct Interval {
  Dim begin = 0, end = 0;
  [[nodiscard]] Dim size() const { return end - begin; }
};

// Which inputs make up one output, and with what weights.
struct Tap {
  Dim begin = 0;
  std::vector<std::int32_t> weights{};
};

// The taps of outputs `window` of an axis that goes from `from` to `to` long.
std::vector<Tap> triangle_taps(Dim from, Dim to, Interval window) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double reach = std::max(scale, 1.0);  // the filter widens when the image shrinks
  std::vector<Tap> taps;
  for (Dim i = window.begin; i < window.end; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const Dim begin = std::max<Dim>(static_cast<Dim>(center - reach + 0.5), 0);
    const Dim end = std::min<Dim>(static_cast<Dim>(center + reach + 0.5), from);
    std::vector<double> weights;
    double sum = 0;
    for (Dim k = begin; k < end; ++k) {
      const double distance = std::abs((static_cast<double>(k) - center + 0.5) * (1.0 / reach));
      weights.push_back(std::max(1.0 - distance, 0.0));
      sum += weights.back();
    }
    Tap tap{.begin = begin};
    for (const double weight : weights) {
      tap.weights.push_back(static_cast<std::int32_t>(0.5 + weight / sum * (1 << kBits)));
    }
    taps.push_back(std::move(tap));
  }
  return taps;
}

std::uint8_t rounded(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255));
}

// [H,W,C] -> [rows,taps.size(),C]: the rows `rows` of the image, each resampled.
Array resample_columns(const Array& image, Interval rows, const std::vector<Tap>& taps) {
  const Dim width = image.shape().dims[1], channels = image.shape().dims[2];
  Array result(Shape{kU8, {rows.size(), static_cast<Dim>(taps.size()), channels}});
  const std::uint8_t* const pixels = image.data<std::uint8_t>().data();
  std::uint8_t* to = result.mutable_data<std::uint8_t>().data();
  for (Dim y = rows.begin; y < rows.end; ++y) {
    for (const Tap& tap : taps) {
      const std::uint8_t* const first = pixels + (y * width + tap.begin) * channels;
      for (Dim c = 0; c < channels; ++c) {
        std::int32_t sum = 1 << (kBits - 1);
        const std::uint8_t* from = first + c;
        for (const std::int32_t weight : tap.weights) {
          sum += weight * *from;
          from += channels;
        }
        *to++ = rounded(sum);
      }
    }
  }
  return result;
}

// [H,W,C] -> [taps.size(),W,C]; row 0 of the image is row `first_row` of what the taps count.
Array resample_rows(const Array& image, Dim first_row, const std::vector<Tap>& taps) {
  const auto row = static_cast<std::size_t>(image.shape().dims[1] * image.shape().dims[2]);
  Array result(
      Shape{kU8, {static_cast<Dim>(taps.size()), image.shape().dims[1], image.shape().dims[2]}});
  const std::uint8_t* const pixels = image.data<std::uint8_t>().data();
  std::uint8_t* to = result.mutable_data<std::uint8_t>().data();
  std::vector<std::int32_t> sums(row);
  for (const Tap& tap : taps) {
    std::fill(sums.begin(), sums.end(), 1 << (kBits - 1));
    const std::uint8_t* from = pixels + static_cast<std::size_t>(tap.begin - first_row) * row;
    for (const std::int32_t weight : tap.weights) {
      for (std::size_t i = 0; i < row; ++i) sums[i] += weight * from[i];
      from += row;
    }
    to = std::transform(sums.begin(), sums.end(), to, rounded);
  }
  return result;
}

Array crop(const Array& image, Interval rows, Interval columns) {
  const Dim width = image.shape().dims[1], channels = image.shape().dims[2];
  if (rows.size() == image.shape().dims[0] && columns.size() == width) return image;
  Array result(Shape{kU8, {rows.size(), columns.size(), channels}});
  const std::uint8_t* const pixels = image.data<std::uint8_t>().data();
  std::uint8_t* to = result.mutable_data<std::uint8_t>().data();
  for (Dim y = rows.begin; y < rows.end; ++y) {
    to =
        std::copy_n(pixels + (y * width + columns.begin) * channels, columns.size() * channels, to);
  }
  return result;
}

// The window `rows` x `columns` of the image resized to height x width; nothing outside it is
// computed.
Array resized_window(const Array& image, Dim height, Dim width, Interval rows, Interval columns) {
  const Dim from_height = image.shape().dims[0], from_width = image.shape().dims[1];
  Interval needed = rows;
  std::vector<Tap> row_taps;
  if (height != from_height) {
    row_taps = triangle_taps(from_height, height, rows);
    needed = {row_taps.front().begin,
              row_taps.back().begin + static_cast<Dim>(row_taps.back().weights.size())};
  }
  const Array narrowed =
      width == from_width
          ? crop(image, needed, columns)
          : resample_columns(image, needed, triangle_taps(from_width, width, columns));
  return height == from_height ? narrowed : resample_rows(narrowed, needed.begin, row_taps);
}

// Where a window of `size` starts in the middle of `of`; half a pixel is rounded to even.
Interval middle(Dim of, Dim size) {
  const auto begin = static_cast<Dim>(std::nearbyint(static_cast<double>(of - size) / 2.0));
  return {begin, begin + size};
}

void check(const Array& image, Dim height, Dim width, std::string_view function) {
  const Shape& shape = image.shape();
  const bool is_image = shape.dtype == kU8 && shape.rank() == 3 && shape.size() > 0;
  if (!is_image || height < 1 || width < 1) {
    throw Error(std::string(function) + ": " + to_string(shape) + " to " + std::to_string(height) +
                " x " + std::to_string(width) +
                "; expected u8[H,W,C] with a pixel, and positive sizes");
  }
}

}  // namespace

Array resize(const Array& image, Dim height, Dim width) {
  check(image, height, width, "resize");
  return resized_window(image, height, width, {0, height}, {0, width});
}

Array center_crop(const Array& image, Dim height, Dim width) {
  check(image, height, width, "center_crop");
  const Dim from_height = image.shape().dims[0], from_width = image.shape().dims[1];
  if (height > from_height || width > from_width) {
    throw Error("center_crop: " + to_string(image.shape()) + " is smaller than " +
                std::to_string(height) + " x " + std::to_string(width));
  }
  return crop(image, middle(from_height, height), middle(from_width, width));
}

Array cover(const Array& image, Dim height, Dim width) {
  check(image, height, width, "cover");
  const Dim from_height = image.shape().dims[0], from_width = image.shape().dims[1];
  Dim scaled_height = height, scaled_width = width;
  if (height * from_width >= width * from_height) {
    scaled_width = std::max(width, height * from_width / from_height);
  } else {
    scaled_height = std::max(height, width * from_height / from_width);
  }
  return resized_window(image, scaled_height, scaled_width, middle(scaled_height, height),
                        middle(scaled_width, width));
}

}  // namespace hilo::data
