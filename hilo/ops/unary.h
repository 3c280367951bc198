#pragma once
#include "hilo/graph/value.h"

// Elementwise ops of one operand. The result has x's shape and dtype unless said otherwise.
namespace hilo {

Value negate(Operand x);
inline Value operator-(Operand x) { return negate(x); }
Value abs(Operand x);   ///< of complex numbers the length, real; gradient 1 at 0, as JAX has it
Value sign(Operand x);  ///< -1, 0 or 1, with gradient 0; of complex numbers x / |x|
Value exp(Operand x);
Value expm1(Operand x);  ///< exp(x) - 1, exact near 0
Value log(Operand x);
Value log1p(Operand x);  ///< log(1 + x), exact near 0
Value sqrt(Operand x);
Value rsqrt(Operand x);  ///< 1 / sqrt(x)
Value cbrt(Operand x);   ///< cube root, of negative numbers too
Value sin(Operand x);
Value cos(Operand x);
Value tan(Operand x);
Value tanh(Operand x);
Value logistic(Operand x);  ///< 1 / (1 + exp(-x)); `sigmoid` is the same
Value floor(Operand x);             ///< gradient 0, as the next three
Value ceil(Operand x);
Value round_nearest_afz(Operand x);   ///< ties away from zero
Value round_nearest_even(Operand x);  ///< ties to even; NumPy's round
Value is_finite(Operand x);           ///< i1
Value logical_not(Operand x);         ///< booleans
Value bitwise_not(Operand x);         ///< integers
Value count_leading_zeros(Operand x); ///< integers
Value popcnt(Operand x);              ///< number of set bits of integers

}  // namespace hilo
