#pragma once
#include <limits>

#include "hilo/graph/value.h"
#include "hilo/ops/scatter.h"

// Reading and writing at positions that are known only when the program runs. Indices are integers
// of any width. Negative ones count from the back. Positions that are constants are checked when
// the graph is built; others, outside of the axis, are moved to its nearest end when reading, and
// dropped when writing.
namespace hilo {

/// x's elements at `indices` along `axis`: embedding look-ups, permutations.
/// Shapes:  x [a.., n, b..], indices [i..] -> [a.., i.., b..].
/// Throws:  OpError for indices that are no integers, or constant ones outside -n <= index < n.
/// Gradient: to x; indices that repeat add up.
Value take(Operand x, Operand indices, int axis = 0);

/// What happens to indices outside of the axis: they are moved to its nearest end, go round, or read
/// `fill_value`. Negative ones count from the back first, but for kWrap, where it is the same.
enum class OutOfRange : std::uint8_t { kClip, kWrap, kFill };
struct TakeOptions {
  int axis = 0;
  OutOfRange mode = OutOfRange::kClip;
  double fill_value = std::numeric_limits<double>::quiet_NaN();  ///< if not given: NaN,
                                                                 ///< the smallest of signed, the
                                                                 ///< largest of unsigned integers
};
/// The same where indices may lie outside, constant ones too.
Value take(Operand x, Operand indices, TakeOptions options);

/// At each place, x's element whose position along `axis` is `indices` at that place.
/// Shapes:  equal ranks; the other axes broadcast against each other; the result has the indices'
/// length along `axis`. Throws:  as `take`, and OpError if ranks differ or the other axes do not
/// fit. Gradient: to x; indices that repeat add up. Example: take_along_axis(logits,
/// expand_dims(labels, -1), -1) picks each row's logit of its label.
Value take_along_axis(Operand x, Operand indices, int axis = -1);

/// x, updated with `values` at each place, at the position along `axis` that `indices` says: the
/// inverse of `take_along_axis`, which gives the shapes and the refusals; here x's other axes do
/// not stretch. Gradient: as `scatter` of hilo/ops/scatter.h.
Value put_along_axis(Operand x, Operand indices, Operand values, Update update = Update::kSet,
                     int axis = -1, ScatterOptions options = {});

/// 1 at position `indices` along a new axis of length `depth`, 0 elsewhere; all 0 for an index
/// outside of 0..depth-1. Attributes: `axis` is where the new axis stands in the result.
Value one_hot(Operand indices, Dim depth, DType dtype = kF32, int axis = -1);

// x with its elements at `indices` along `axis` updated, in the shape `take` gives them; `updates`
// broadcast to it and take x's dtype where nothing is lost. Where indices repeat, `scatter_set`
// keeps one of the updates. Gradient: as `scatter` of hilo/ops/scatter.h. Throws:  as `take`, and
// OpError if the updates do not fit.

Value scatter_set(Operand x, Operand indices, Operand updates, int axis = 0,
                  ScatterOptions options = {});
Value scatter_add(Operand x, Operand indices, Operand updates, int axis = 0,
                  ScatterOptions options = {});
Value scatter_multiply(Operand x, Operand indices, Operand updates, int axis = 0,
                       ScatterOptions options = {});
Value scatter_max(Operand x, Operand indices, Operand updates, int axis = 0,
                  ScatterOptions options = {});
Value scatter_min(Operand x, Operand indices, Operand updates, int axis = 0,
                  ScatterOptions options = {});

}  // namespace hilo
