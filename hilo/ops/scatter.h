#pragma once
#include <span>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/graph/value.h"

namespace hilo {

/// Which axes of x, the indices and the updates belong together; the names are StableHLO's, the
/// meaning gather's.
struct ScatterDimensionNumbers {
  static constexpr std::string_view kMnemonic = "scatter";
  Axes update_window_dims{};    ///< axes of the updates that run inside a window
  Axes inserted_window_dims{};  ///< axes of x that a window has with length 1 and the updates do
                                ///< not have
  Axes input_batching_dims{};   ///< axes of x that are paired, one by one, with ..
  Axes scatter_indices_batching_dims{};  ///< .. these axes of the indices
  Axes scatter_dims_to_operand_dims{};   ///< entry k of an index row is a position along this axis
                                         ///< [k] of x
  std::int64_t index_vector_dim =
      0;  ///< axis of the indices that holds the rows; their rank: rows are single numbers
  static void fields(auto&& field) {
    field("update_window_dims", &ScatterDimensionNumbers::update_window_dims);
    field("inserted_window_dims", &ScatterDimensionNumbers::inserted_window_dims);
    field("input_batching_dims", &ScatterDimensionNumbers::input_batching_dims);
    field("scatter_indices_batching_dims", &ScatterDimensionNumbers::scatter_indices_batching_dims);
    field("scatter_dims_to_operand_dims", &ScatterDimensionNumbers::scatter_dims_to_operand_dims);
    field("index_vector_dim", &ScatterDimensionNumbers::index_vector_dim);
  }
};

/// What happens to an element of x that an update meets.
enum class Update : std::uint8_t { kSet, kAdd, kMultiply, kMaximum, kMinimum };

/// Promises that let some devices go faster; what breaks them gives an undefined result.
struct ScatterOptions {
  bool indices_are_sorted = false;
  bool unique_indices = false;  ///< no element of x is met twice
};

/// x, with windows of it updated; each window starts where a row of `indices` says. A window that
/// sticks out of x is dropped. `scatter_set`, `scatter_add` and the like are the easy forms.
/// Shapes:  as gather's: the updates have the shape that a gather of the same windows gives. The
/// result is like x. Throws:  OpError if the numbers do not fit the shapes. Gradient: to x and to
/// the updates. Of updates that set the same element, the one that stays gets it. kMaximum and
///          kMinimum share it evenly among ties. kMultiply is right for zeros too.
/// Source:  StableHLO spec, scatter (C1-C25).
Value scatter(Operand x, Operand indices, Operand updates, ScatterDimensionNumbers numbers,
              Update update, ScatterOptions options = {});

/// The general form: n inputs and n updates, folded by `body`, a function of 2n scalars (n present,
/// n new) to n scalars. Gradient: of one input and a body that is one of the above.
std::vector<Value> scatter(std::span<const Value> inputs, Value indices,
                           std::span<const Value> updates, ScatterDimensionNumbers numbers,
                           Function body, ScatterOptions options = {},
                           std::source_location where = std::source_location::current());

}  // namespace hilo
