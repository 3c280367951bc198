#pragma once
#include <optional>

#include "hilo/graph/value.h"
#include "hilo/ops/convolution.h"
#include "hilo/ops/gather.h"

// Ops whose result's dims are operands: lists of integers, a number an axis. A length that the
// graph tells (a constant, or made of constants and of lengths of static axes) is static in the
// result, the others are kDynamic. An op of static result is compiled as the static op that does
// the same, which has gradients and batches; XLA refuses those of unknown lengths, except where
// they have a bound (set_dimension_size, dynamic_reshape).
namespace hilo {

/// The length of one axis when the program runs: i32[].
/// Throws:  OpError if there is no such axis; negative ones count from the back.
/// Gradient: none.
/// Source:  StableHLO spec, get_dimension_size (C1).
Value get_dimension_size(Operand x, int axis);

/// The lengths of all axes when the program runs: i32[rank].
Value dimension_sizes(Value x);

/// x with `axis` cut to `size` elements (i32[], at most the length) when the program runs. The
/// result's axis is dynamic, and bounded by what it was; elementwise ops on it, reductions of all
/// of it and get_dimension_size run on XLA.
/// Throws:  OpError if the axis is not there, or not static, or `size` is no i32[].
/// Gradient: none, as in JAX.
/// Source:  StableHLO dialect, set_dimension_size.
Value set_dimension_size(Operand x, Operand size, int axis);

/// The same elements in row-major order under other dims; a single unknown length follows from the
/// size. With `bounds` (a largest length for each axis) the result has dynamic axes of bounded
/// length, and XLA runs it (it asks for an i32 shape).
/// Source:  StableHLO spec, dynamic_reshape (C1-C3).
Value dynamic_reshape(Operand x, Operand shape, Dims bounds = {});

/// broadcast_in_dim to the dims in `shape`. `expanding` and `nonexpanding` promise which axes of x
/// stretch.
/// Source:  StableHLO spec, dynamic_broadcast_in_dim (C1-C9).
struct KnownExpansion {
  std::optional<Axes> expanding{}, nonexpanding{};
};
Value dynamic_broadcast_in_dim(Operand x, Operand shape, Axes axes, KnownExpansion known = {});

/// iota of the dims in `shape`.
/// Source:  StableHLO spec, dynamic_iota (C1, C2).
Value dynamic_iota(Operand shape, DType dtype, int axis);

/// pad with numbers of elements from lists.
/// Source:  StableHLO spec, dynamic_pad (C1-C4).
Value dynamic_pad(Operand x, Operand value, Operand low, Operand high, Operand interior);

/// slice with positions from lists; dynamic_slice has positions from values too, but a static size.
/// Source:  StableHLO dialect, real_dynamic_slice.
Value real_dynamic_slice(Operand x, Operand start, Operand limit, Operand strides);

/// gather of windows of the lengths in `slice_sizes`.
/// Source:  StableHLO spec, dynamic_gather (C1-C23).
Value dynamic_gather(Operand x, Operand indices, Operand slice_sizes,
                     GatherDimensionNumbers numbers, bool indices_are_sorted = false);

/// convolution with the padding [spatial axes, 2] in `padding`; that of `options` is not looked at.
/// Source:  StableHLO spec, dynamic_conv (C1-C26).
Value dynamic_conv(Operand x, Operand kernel, Operand padding, ConvolutionOptions options = {});

}  // namespace hilo
