#pragma once
#include <vector>

#include "hilo/graph/value.h"

namespace hilo {

/// Which axes of x, the indices and the result belong together; the names are StableHLO's.
struct GatherDimensionNumbers {
  static constexpr std::string_view kMnemonic = "gather";
  Axes offset_dims{};            ///< axes of the result that run inside a window
  Axes collapsed_slice_dims{};   ///< axes of x that a window has with length 1 and the result does
                                 ///< not have
  Axes operand_batching_dims{};  ///< axes of x that are paired, one by one, with ..
  Axes start_indices_batching_dims{};  ///< .. these axes of the indices
  Axes start_index_map{};  ///< entry k of an index row is a position along axis start_index_map[k]
                           ///< of x
  std::int64_t index_vector_dim =
      0;  ///< axis of the indices that holds the rows; their rank: rows are single numbers
  static void fields(auto&& field) {
    field("offset_dims", &GatherDimensionNumbers::offset_dims);
    field("collapsed_slice_dims", &GatherDimensionNumbers::collapsed_slice_dims);
    field("operand_batching_dims", &GatherDimensionNumbers::operand_batching_dims);
    field("start_indices_batching_dims", &GatherDimensionNumbers::start_indices_batching_dims);
    field("start_index_map", &GatherDimensionNumbers::start_index_map);
    field("index_vector_dim", &GatherDimensionNumbers::index_vector_dim);
  }
};

/// Windows of x, each of which starts where a row of `indices` says. `take` and `take_along_axis`
/// are the easy forms. Shapes:  the result has the indices' axes but for `index_vector_dim`, and
/// between them, at `offset_dims`, those of a
///          window of `slice_sizes` but for the collapsed and batching ones.
/// Attributes: `indices_are_sorted` is a promise that lets some devices go faster.
/// Throws:  OpError if the numbers do not fit the shapes.
/// Gradient: to x; windows that overlap add up. A window that would stick out of x is moved inside,
/// in both directions. Source:  StableHLO spec, gather (C1-C23).
Value gather(Operand x, Operand indices, GatherDimensionNumbers numbers, Dims slice_sizes,
             bool indices_are_sorted = false);

}  // namespace hilo
