#pragma once
#include <vector>

#include "hilo/graph/value.h"

// Slices whose place is known only when the program runs. A start is a scalar of an integer dtype
// or a C++ number. A box that would reach outside of x is moved inside: each start is clamped to 0
// .. length - size.
namespace hilo {

/// The box of `sizes` elements of x from `starts` on.
/// Throws:  OpError unless there is an integer start and a size of at most the length for each
/// axis. Gradient: to x at the place of the box. Source:  StableHLO spec, dynamic_slice (C1-C5).
/// Example: dynamic_slice(cache, {0, position, 0}, {batch, 1, width})
Value dynamic_slice(Operand x, std::vector<Operand> starts, Dims sizes);

/// x with the box from `starts` on replaced by `update`.
/// Throws:  OpError if ranks or dtypes differ, `update` is longer than x, or a start is no integer
/// scalar. Gradient: to x outside of the box, to `update` inside. Source:  StableHLO spec,
/// dynamic_update_slice (C1-C6).
Value dynamic_update_slice(Operand x, Operand update, std::vector<Operand> starts);

/// The same along one axis, the others whole.
Value dynamic_slice_axis(Operand x, int axis, Operand start, Dim size);
Value dynamic_update_slice_axis(Operand x, Operand update, int axis, Operand start);

/// Element i along `axis`, which goes. Out-of-range i is clamped.
Value dynamic_index_axis(Operand x, int axis, Operand i);

}  // namespace hilo
