#pragma once
#include <vector>

#include "hilo/graph/value.h"

namespace hilo {

/// The same elements in row-major order under other dims; one dim may be -1 and is worked out.
/// Throws:  OpError if the sizes differ.
/// Source:  StableHLO spec, reshape (C1).
Value reshape(Operand x, Dims dims);

/// Reorders axes: axis i of the result is axis `permutation[i]` of x. Without one, the order is reversed.
/// Throws:  OpError if it is no permutation of x's axes.
/// Source:  StableHLO spec, transpose (C1-C3).
Value transpose(Operand x, Axes permutation);
Value transpose(Operand x);

/// Takes axes of length 1 away (all of them, if none is named). Negative ones count from the back.
Value squeeze(Operand x, Axes axes = {});
/// Puts axes of length 1 in, so that the result has them at `axes`.
Value expand_dims(Operand x, Axes axes);
inline Value expand_dims(Operand x, int axis) { return expand_dims(x, Axes{axis}); }
/// Joins all axes from `first` on: [B,H,W,C] -> [B,H*W*C].
Value flatten(Operand x, int first = 1);

/// Axes with negative ones counted from the back of `rank`. Throws OpError, naming `op`, for one out of range or twice.
Axes normalized_axes(std::string_view op, Axes axes, int rank);
/// One axis of x, counted from the front. Throws OpError, with x's shape and line.
int normalized_axis(std::string_view op, const Operand& x, std::int64_t axis);

}  // namespace hilo
