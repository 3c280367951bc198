#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// The probability that a number of the beta distribution of shapes `a` and `b` is below x: the
/// integral of t^(a-1) (1-t)^(b-1) from 0 to x, over beta(a, b). NaN unless a, b >= 0 and 0 <= x
/// <= 1, and where both of a and b are 0 or both are infinite.
/// Shapes:   element by element; the operands broadcast.
/// Gradient: to all three, of any order.
/// Cost:     a loop until the last element is done, some ten to a hundred rounds.
/// Source:   NIST's Digital Library of Mathematical Functions, 8.17.22, as jax.lax.betainc.
Value betainc(Operand a, Operand b, Operand x);

}  // namespace hilo
