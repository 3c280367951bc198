#pragma once
#include <span>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/sliding_window.h"

namespace hilo {

/// A window over all axes of x: an entry for each axis; an empty list is 1 for all (padding: 0).
/// Pooling over the spatial axes alone is in hilo/ops/pooling.h.
struct Window {
  Dims dimensions{};      ///< elements of x in a window
  Dims strides{};         ///< distance of neighbouring windows
  Dims base_dilations{};  ///< distance of neighbouring elements of x; between them lie start values
  Dims window_dilations{};  ///< distance of neighbouring elements of a window
  Int64Pairs
      padding{};  ///< start values put before and behind x; negative numbers take elements away
};

/// Folds `body`, a function of 2n scalars (n folded so far, n new) to n scalars, over every window.
/// Shapes:  inputs all of the same dims; inits are scalars, the body's neutral elements; axis i of
/// the results has
///          floor((padded length - reach of the window) / stride) + 1 elements, or none.
/// Throws:  OpError if shapes or dtypes do not fit each other, the window or the body.
/// Gradient: reverse for bodies of one input that add, multiply (at most 256 elements a window), or
/// take the larger or
///          smaller, where the first of equals gets all; forward for any body.
/// Source:  StableHLO spec, reduce_window (C1-C16).
std::vector<Value> reduce_window(std::span<const Value> inputs, std::span<const Value> inits,
                                 Window window, Function body,
                                 std::source_location where = std::source_location::current());

/// The same for one input and `add`, `multiply`, `maximum`, `minimum`, .., from its neutral element
/// on.
Value reduce_window(Operand x, BinaryOp op, Window window);

}  // namespace hilo
