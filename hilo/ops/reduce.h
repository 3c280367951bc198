#pragma once
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/graph/value.h"

namespace hilo {

// Reductions over `axes` (all axes if none is named; negative ones count from the back). With `keeps_dims` the reduced
// axes stay, with length 1.

/// Sum; 0 where nothing is summed. f16 and bf16 are summed in f32. Booleans are refused: `any`, or sum(x.as(kI32)).
Value sum(Operand x, Axes axes = {}, bool keeps_dims = false);
/// Product; 1 where nothing is multiplied. Gradient: right for zeros too.
Value prod(Operand x, Axes axes = {}, bool keeps_dims = false);
/// Largest element; -inf (or the smallest integer) where there is none. NaN wins. Gradient: ties share evenly.
Value max(Operand x, Axes axes = {}, bool keeps_dims = false);
Value min(Operand x, Axes axes = {}, bool keeps_dims = false);
/// Whether all (any) are true; booleans, or bit by bit for integers.
Value all(Operand x, Axes axes = {}, bool keeps_dims = false);
Value any(Operand x, Axes axes = {}, bool keeps_dims = false);

/// sum / count. Integers become f32 first.
Value mean(Operand x, Axes axes = {}, bool keeps_dims = false);
/// Mean square distance from the mean: sum of squares / (count - ddof).
Value variance(Operand x, Axes axes = {}, bool keeps_dims = false, int ddof = 0);
Value standard_deviation(Operand x, Axes axes = {}, bool keeps_dims = false, int ddof = 0);

/// Index (i32) of the first largest (smallest) element along `axis`; a NaN wins, the first one. No gradient.
Value argmax(Operand x, int axis, bool keeps_dims = false);
Value argmin(Operand x, int axis, bool keeps_dims = false);

/// The general form: folds `body`, a function of 2n scalars (n folded so far, n new) to n scalars, over the axes.
/// Shapes:  inputs all of the same dims; inits are scalars, the body's neutral elements.
/// Throws:  OpError if shapes or dtypes do not fit each other or the body.
/// Gradient: of bodies that add, multiply, or take the larger or smaller.
/// Source:  StableHLO spec, reduce (C1-C8).
std::vector<Value> reduce(std::span<const Value> inputs, std::span<const Value> inits, Axes axes, Function body,
                          std::source_location where = std::source_location::current());

}  // namespace hilo
