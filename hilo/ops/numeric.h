#pragma once
#include <utility>

#include "hilo/graph/value.h"

// More elementwise functions with NumPy's names: division, rounding, what a float is made of. Two
// operands broadcast and promote as in hilo/ops/binary.h.
namespace hilo {

/// a / b rounded down; the remainder that goes with it, which has the sign of b; both.
Value floor_divide(Operand a, Operand b);
Value mod(Operand a, Operand b);
std::pair<Value, Value> divmod(Operand a, Operand b);
/// The remainder with the sign of a; the same as `remainder`.
Value fmod(Operand a, Operand b);
/// Greatest common divisor, least common multiple of integers; not negative. No gradient.
Value gcd(Operand a, Operand b);
Value lcm(Operand a, Operand b);

/// Towards zero; to a whole number, ties to even. Gradient 0.
Value trunc(Operand x);
Value rint(Operand x);
/// To so many decimal places, ties to even. Integers stay as they are.
/// Throws:  OpError for integers and negative places.
Value round(Operand x, int decimals = 0);

/// The larger (smaller); where one is NaN, the other. Gradient: ties go to b.
Value fmax(Operand a, Operand b);
Value fmin(Operand a, Operand b);
/// 0 for negative x, 1 for positive x, `at_zero` for 0.
Value heaviside(Operand x, Operand at_zero);
/// Degrees to radians, and back.
Value deg2rad(Operand x);
Value rad2deg(Operand x);
/// log2(2^a + 2^b) without overflow.
Value logaddexp2(Operand a, Operand b);

// i1, no gradient. Integers and booleans are finite.
Value isnan(Operand x);
Value isinf(Operand x);
Value isposinf(Operand x);
Value isneginf(Operand x);
/// Whether the sign bit is set: of -0 too.
Value signbit(Operand x);

struct Closeness {
  double rtol = 1e-5, atol = 1e-8;
  bool equal_nan = false;  ///< whether NaN is close to NaN
};
/// i1: whether |a - b| <= atol + rtol |b|; equal infinities are close.
Value isclose(Operand a, Operand b, Closeness closeness = {});
/// i1[]: whether all are.
Value allclose(Operand a, Operand b, Closeness closeness = {});
/// i1[]: whether dims and all elements are equal.
Value array_equal(Operand a, Operand b);

/// NaN and infinities replaced; infinities by the largest and smallest finite number.
/// Gradient: none to what was replaced.
Value nan_to_num(Operand x, Operand nan = 0);
/// |a| with the sign of b. Gradient: none to b.
Value copysign(Operand a, Operand b);
/// The next number of a's dtype behind a on the way to b; b where they are equal, NaN where one is. Gradient: none.
/// Throws:  OpError for floats of fewer than 16 bits.
Value nextafter(Operand a, Operand b);
/// x * 2^n for integers n, exact.
/// Throws:  OpError if n is not of integers, or x no float of 16 bits or more.
Value ldexp(Operand x, Operand n);

}  // namespace hilo
