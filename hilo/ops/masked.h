#pragma once
#include "hilo/graph/value.h"

// Reductions that leave elements out: those where `mask` (i1, broadcast to x) is false, or those
// that are NaN. Axes and `keeps_dims` as in hilo/ops/reduce.h. What is left out gets no gradient.
namespace hilo {

/// Sum, product, mean of the elements where `mask` is true; 0, 1 and NaN where there are none.
Value sum_where(Operand x, Operand mask, Axes axes = {}, bool keeps_dims = false);
Value prod_where(Operand x, Operand mask, Axes axes = {}, bool keeps_dims = false);
Value mean_where(Operand x, Operand mask, Axes axes = {}, bool keeps_dims = false);
/// Largest (smallest) of them; -inf (inf), or the end of the integers, where there are none.
Value max_where(Operand x, Operand mask, Axes axes = {}, bool keeps_dims = false);
Value min_where(Operand x, Operand mask, Axes axes = {}, bool keeps_dims = false);
/// Mean square distance from their mean: sum of squares / (count - ddof).
Value variance_where(Operand x, Operand mask, Axes axes = {}, bool keeps_dims = false,
                     int ddof = 0);
Value standard_deviation_where(Operand x, Operand mask, Axes axes = {}, bool keeps_dims = false,
                               int ddof = 0);

/// The same over all that is not NaN. nanmax, nanmin, nanmean, nanvar and nanstd are NaN where
/// nothing is left.
Value nansum(Operand x, Axes axes = {}, bool keeps_dims = false);
Value nanprod(Operand x, Axes axes = {}, bool keeps_dims = false);
Value nanmean(Operand x, Axes axes = {}, bool keeps_dims = false);
Value nanmax(Operand x, Axes axes = {}, bool keeps_dims = false);
Value nanmin(Operand x, Axes axes = {}, bool keeps_dims = false);
Value nanvar(Operand x, Axes axes = {}, bool keeps_dims = false, int ddof = 0);
Value nanstd(Operand x, Axes axes = {}, bool keeps_dims = false, int ddof = 0);
/// Position (i32) of the largest (smallest) along `axis`; -1 where all are NaN.
Value nanargmax(Operand x, int axis, bool keeps_dims = false);
Value nanargmin(Operand x, int axis, bool keeps_dims = false);

}  // namespace hilo
