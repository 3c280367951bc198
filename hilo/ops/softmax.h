#pragma once
#include "hilo/graph/value.h"

// Integers are refused; f16 and bf16 sum in f32. Negative axes count from the back.
namespace hilo {

/// exp(x) over its sum along `axes`. -inf gives 0; where all are -inf, NaN.
Value softmax(Operand x, Axes axes = {-1});
/// log(softmax(x)), exact for large differences.
Value log_softmax(Operand x, Axes axes = {-1});
/// log(sum(exp(x))) over `axes` (all if none is named) without overflow; -inf where all are -inf.
Value logsumexp(Operand x, Axes axes = {}, bool keeps_dims = false);

}  // namespace hilo
