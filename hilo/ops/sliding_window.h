#pragma once
#include <array>
#include <initializer_list>
#include <source_location>
#include <string_view>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/core/shape.h"
#include "hilo/graph/attribute.h"

// What pooling and convolution share: how a window slides over the spatial axes.
namespace hilo {

/// Where the channels of pictures and other fields stand; the batch is always in front.
enum class Layout : std::uint8_t { kChannelsLast, kChannelsFirst };

/// A number for every spatial axis, or one each: `.strides = 2`, `.strides = {2, 1}`.
struct PerAxis {
  PerAxis() = default;
  PerAxis(int number) : numbers{number} {}
  PerAxis(Dim number) : numbers{number} {}
  PerAxis(std::initializer_list<Dim> list) : numbers(list) {}
  PerAxis(Dims list) : numbers(std::move(list)) {}

  /// A number for each of `count` axes; `otherwise` if none was given. Throws OpError, naming `op`
  /// and `what`, if there are neither one nor `count` of them, or one is below 1.
  [[nodiscard]] Dims for_axes(std::size_t count, Dim otherwise, std::string_view op,
                              std::string_view what) const;

  Dims numbers{};
};

/// How far the window reaches over the edges: "valid" (not at all), "same" (ceil(n / stride)
/// places; the odd element goes behind), or {low, high} for each spatial axis, where negative
/// numbers cut off.
struct WindowPadding {
  enum class Kind : std::uint8_t { kValid, kSame, kExplicit };

  WindowPadding() = default;
  WindowPadding(const char* name, std::source_location where = std::source_location::current())
      : WindowPadding(std::string_view(name), where) {}
  /// Throws OpError for another word.
  WindowPadding(std::string_view name, std::source_location where = std::source_location::current());
  WindowPadding(std::initializer_list<std::array<Dim, 2>> list)
      : kind(Kind::kExplicit), pairs(list) {}
  WindowPadding(Int64Pairs list) : kind(Kind::kExplicit), pairs(std::move(list)) {}

  /// The low and high padding of each spatial axis, for windows of `window` places (dilation
  /// counted in) that move by `strides` over `lengths` elements. Throws OpError, naming `op`, if
  /// explicit pairs are not one for each axis.
  [[nodiscard]] Int64Pairs for_axes(const Dims& lengths, const Dims& window, const Dims& strides,
                                    std::string_view op) const;

  Kind kind = Kind::kValid;
  Int64Pairs pairs{};
};

/// Length of n elements with `dilation - 1` places between neighbours; 0 and kDynamic stay.
Dim dilated(Dim n, Dim dilation);
/// How many windows of `window` places fit into `padded` places at distance `stride`. Dynamic if
/// `padded` is.
Dim window_count(Dim padded, Dim window, Dim stride);
/// Length after padding; kDynamic stays.
Dim padded(Dim n, const std::array<std::int64_t, 2>& padding);

/// A window along one axis: everything that says which elements it meets.
struct WindowAxis {
  Dim length = 0;  ///< of x
  Dim window = 1, stride = 1, base_dilation = 1, window_dilation = 1;
  std::array<std::int64_t, 2> padding{};

  /// Number of windows.
  [[nodiscard]] Dim count() const;
  /// Low and high padding that make the windows of the transposed map (from results back to x)
  /// meet.
  [[nodiscard]] std::array<std::int64_t, 2> transposed_padding() const;
};

}  // namespace hilo
