#pragma once
#include <string_view>

#include "hilo/graph/value.h"

// What gather and scatter share: windows of x, each of which starts where a row of an index tensor
// says.
namespace hilo {

struct GatherDimensionNumbers;
struct ScatterDimensionNumbers;

/// The dimension numbers of either op under one name each. "Windowed" is the tensor of all windows:
/// gather's result, scatter's updates. Its axes are `window_dims` and, in between, those of the
/// indices but for `index_vector_dim`.
struct IndexedWindows {
  Axes window_dims{};  ///< axes of the windowed tensor that run inside a window
  Axes collapsed{};    ///< axes of x where a window has length 1 and that are left out of it
  Axes batching{};     ///< axes of x that are paired with `indices_batching`
  Axes indices_batching{};
  Axes start_map{};  ///< entry k of an index row is a position along axis start_map[k] of x
  std::int64_t index_vector_dim = 0;
  Dims sizes{};  ///< of a window, along each axis of x

  explicit IndexedWindows(const GatherDimensionNumbers& n, Dims slice_sizes);
  /// Sizes are read off the updates, which must have the rank that `n` asks for.
  explicit IndexedWindows(const ScatterDimensionNumbers& n, const Dims& x, const Dims& updates);

  [[nodiscard]] GatherDimensionNumbers for_gather() const;
  [[nodiscard]] ScatterDimensionNumbers for_scatter() const;

  /// The first `count` axes of the windowed tensor that are not `window_dims`.
  [[nodiscard]] Axes index_axes(std::size_t count) const;
  /// The dims of the windowed tensor.
  [[nodiscard]] Dims windowed_dims(const Dims& indices) const;
  /// Throws OpError, in the words of gather's or scatter's attributes, unless all fits x and the
  /// indices.
  void check(const Shape& x, const Shape& indices, bool is_gather) const;

  /// Under a batch axis in front of x, of the indices, or of both.
  [[nodiscard]] IndexedWindows batched(bool has_x, bool has_indices, Dim size) const;

  /// The same without pairs of axes, which came with StableHLO 1.1.0, given the indices `in_rows`.
  [[nodiscard]] IndexedWindows unpaired() const;
  /// The indices for that: with the place along each paired axis in front of each row.
  [[nodiscard]] Value in_rows(Value indices) const;

  /// Start positions moved to the nearest place where the whole window lies inside x.
  [[nodiscard]] Value clamped(Value indices, const Dims& x) const;
  /// i1, of the windowed tensor's dims: whether the window lies inside x.
  [[nodiscard]] Value are_inside(Value indices, const Dims& x) const;

 private:
  [[nodiscard]] Value last_starts(Value indices, const Dims& x) const;
};

}  // namespace hilo
