#pragma once
#include "hilo/graph/value.h"

// Elementwise ops of two operands. All broadcast as NumPy does, take C++ numbers, and promote where nothing is lost.
namespace hilo {

Value add(Operand a, Operand b);       ///< a + b; for booleans "or"
Value subtract(Operand a, Operand b);  ///< a - b
Value multiply(Operand a, Operand b);  ///< a * b; for booleans "and"
/// a / b; integers round towards zero, x / 0 is -1 for integers (as XLA has it).
Value divide(Operand a, Operand b);
/// The remainder with the sign of a, as fmod.
Value remainder(Operand a, Operand b);
/// a to the power b. Gradient to a is b a^(b-1), NaN at 0 to the power 0; to b it is 0 at a = 0, NaN of negative a.
Value power(Operand a, Operand b);
/// The larger; NaN if either is. Gradient: ties share evenly, NaN has none.
Value maximum(Operand a, Operand b);
Value minimum(Operand a, Operand b);
/// The angle of the point (b, a), in radians.
Value atan2(Operand a, Operand b);

/// Booleans: logic; integers: bit by bit. No gradient.
Value logical_and(Operand a, Operand b);
Value logical_or(Operand a, Operand b);
Value logical_xor(Operand a, Operand b);
Value bitwise_and(Operand a, Operand b);
Value bitwise_or(Operand a, Operand b);
Value bitwise_xor(Operand a, Operand b);
/// Bits shifted out are lost; a shift by the width or more gives 0 (or the sign). No gradient.
Value shift_left(Operand a, Operand b);
Value shift_right_arithmetic(Operand a, Operand b);
Value shift_right_logical(Operand a, Operand b);

inline Value operator+(Operand a, Operand b) { return add(a, b); }
inline Value operator-(Operand a, Operand b) { return subtract(a, b); }
inline Value operator*(Operand a, Operand b) { return multiply(a, b); }
inline Value operator/(Operand a, Operand b) { return divide(a, b); }
inline Value operator%(Operand a, Operand b) { return remainder(a, b); }
inline Value operator&(Operand a, Operand b) { return bitwise_and(a, b); }
inline Value operator|(Operand a, Operand b) { return bitwise_or(a, b); }
inline Value operator^(Operand a, Operand b) { return bitwise_xor(a, b); }

}  // namespace hilo
