#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// How many elements go before, behind and between those of each axis; an empty list is 0 for all.
/// Negative ones of `low` and `high` take elements away.
struct Padding {
  Dims low{}, high{}, interior{};
};

/// Puts `value` (a scalar of x's dtype, or a number) around and between the elements of x.
/// Shapes:  axis i has low[i] + n + max(n - 1, 0) * interior[i] + high[i] elements, n of them x's.
/// Throws:  OpError if a list has not an entry for each axis, a length would be negative, or
/// `value` does not fit. Gradient: to x what lies on its elements; to `value` the rest. Source:
/// StableHLO spec, pad (C1-C4). Example: pad(x, 0, {.low = {0, 1}, .high = {0, 1}}) adds a column
/// of zeros on either side.
Value pad(Operand x, Operand value, Padding padding);

/// The same for one axis.
Value pad_axis(Operand x, Operand value, int axis, Dim low, Dim high, Dim interior = 0);

/// Continues x beyond its edges with its mirror image (the edge itself is not repeated), or with
/// the edge. Throws:  OpError if an axis is not longer than its padding (reflect), is empty (edge),
/// or padding is negative.
Value pad_reflect(Operand x, Dims low, Dims high);
Value pad_edge(Operand x, Dims low, Dims high);

}  // namespace hilo
