#pragma once
#include <vector>

#include "hilo/graph/value.h"

// Axes moved and turned; tensors joined and cut, with NumPy's names. `transpose`, `concatenate`,
// `stack`, `split`, `roll` stand in files of their own.
namespace hilo {

/// The elements in opposite order along `axes` (all of them if none is named).
Value flip(Operand x, Axes axes = {});
/// Turned by `quarters` right angles in the plane of two axes, from the first towards the second.
/// Throws:  OpError unless they are two.
Value rot90(Operand x, int quarters = 1, Axes axes = {0, 1});
/// The axes `from` stand at `to`, the others keep their order.
/// Throws:  OpError unless both lists are equally long.
Value moveaxis(Operand x, Axes from, Axes to);
Value swapaxes(Operand x, int a, int b);
/// x with axes of length 1 until it has that many: in front, for 3 one of them behind a matrix.
Value atleast_1d(Operand x);
Value atleast_2d(Operand x);
Value atleast_3d(Operand x);

/// Joined along the second axis (vectors along their own), the first, the third.
Value hstack(Operands parts);
Value vstack(Operands parts);
Value dstack(Operands parts);
/// Vectors side by side as columns, beside matrices.
Value column_stack(Operands parts);
/// A matrix of parts: each row joined along the last axis, then the rows along the one before.
/// Throws:  as `concatenate`, and OpError if there is no row.
Value block(const std::vector<std::vector<Value>>& rows,
            std::source_location where = std::source_location::current());

/// Cut into `count` pieces of nearly equal length; the first ones are the longer.
/// Throws:  OpError if `count` is below 1.
std::vector<Value> array_split(Operand x, Dim count, int axis = 0);
/// Cut before each of `positions`, which ascend; negative ones count from the back.
std::vector<Value> split_at(Operand x, Dims positions, int axis = 0);
/// The slices along `axis`, which goes.
std::vector<Value> unstack(Operand x, int axis = 0);

/// x with `values` put in before `position` of `axis`; they broadcast to x's other axes, and have
/// an axis of their own there or are one slice.
Value insert(Operand x, Dim position, Operand values, int axis = 0);
/// x without its slices at `positions`; NumPy's delete.
/// Throws:  OpError for positions outside of the axis.
Value delete_at(Operand x, Dims positions, int axis = 0);

/// x continued beyond its edges by its other end (pad_wrap), or by its mirror image with the edge
/// itself repeated (pad_symmetric), as often as needed.
/// Throws:  OpError unless there is padding of at least 0 for each axis, and elements to repeat.
Value pad_wrap(Operand x, Dims low, Dims high);
Value pad_symmetric(Operand x, Dims low, Dims high);

}  // namespace hilo
