#pragma once
#include <limits>
#include <vector>

#include "hilo/graph/value.h"

namespace hilo {

/// As a limit: to the end of the axis.
inline constexpr Dim kEnd = std::numeric_limits<Dim>::max();

/// The box of x from `start` to before `limit`, every `strides`-th element of each axis (every one,
/// if none are given). Shapes:  axis i has ceil((limit[i] - start[i]) / strides[i]) elements.
/// Throws:  OpError unless 0 <= start <= limit <= length on every axis and strides are positive.
/// Source:  StableHLO spec, slice (C1-C5).
Value slice(Operand x, Dims start, Dims limit, Dims strides = {});

/// NumPy's x[start:limit:stride] along one axis: negative positions count from the back.
/// Throws:  OpError for positions outside of the axis (they are not clipped, but for kEnd) and
/// strides below 1. Example: slice_axis(x, -1, 1, kEnd) drops the first element of the last axis;
/// slice_axis(x, 0, -2, kEnd) is x[-2:].
Value slice_axis(Operand x, int axis, Dim start, Dim limit, Dim stride = 1);

/// NumPy's x[i] along one axis, which goes; negative i counts from the back.
Value index_axis(Operand x, int axis, Dim i);

/// Cuts x along `axis` into `count` pieces of equal length, or into pieces of the given lengths.
/// Throws:  OpError if the pieces do not make up the axis.
std::vector<Value> split(Operand x, int count, int axis);
std::vector<Value> split(Operand x, Dims lengths, int axis);

}  // namespace hilo
