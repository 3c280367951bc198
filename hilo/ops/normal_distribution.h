#pragma once
#include "hilo/graph/value.h"

// The normal distribution of mean 0 and variance 1, element by element.
namespace hilo {

/// The probability that a normal number is below x: 0.5 erfc(-x / sqrt(2)), exact in both tails.
Value ndtr(Operand x);

/// log(ndtr(x)), finite for large negative x too.
/// Source:   Abramowitz, Stegun: Handbook of Mathematical Functions, 26.2.12, below -20 (f64) or
///           -10.
Value log_ndtr(Operand x);

/// The x that ndtr maps to p: -inf at 0, inf at 1, NaN outside.
/// Gradient: sqrt(2 pi) exp(y^2 / 2), inf at 0 and 1.
/// Source:   Cephes ndtri.c.
Value ndtri(Operand p);

}  // namespace hilo
