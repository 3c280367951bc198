#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// Joins `parts` along `axis`, in order.
/// Shapes:  parts[k] is [.., n_k, ..] with n_k at `axis`; the result is [.., sum n_k, ..].
/// Throws:  OpError if `parts` is empty, ranks or dtypes differ, or another axis differs.
/// Source:  StableHLO spec, concatenate (C1-C6).
Value concatenate(Operands parts, int axis);

/// Puts `parts`, all of one shape, side by side along a new axis, which the result has at `axis`.
Value stack(Operands parts, int axis = 0);

/// Copies of x one after the other: `counts[i]` along axis i. NumPy's tile.
/// Throws:  OpError if there is not a count of at least 0 for each axis.
Value tile(Operand x, Dims counts);
/// Each element `count` times in a row along `axis`: [1,2] -> [1,1,2,2].
Value repeat(Operand x, Dim count, int axis);

}  // namespace hilo
