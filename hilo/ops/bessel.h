#pragma once
#include "hilo/graph/value.h"

// Modified Bessel functions of the first kind, element by element.
// Gradient: of any order.
// Source:   Cephes i0.c, i1.c.
namespace hilo {

Value bessel_i0(Operand x);   ///< of order 0; SciPy's i0
Value bessel_i1(Operand x);   ///< of order 1; SciPy's i1
Value bessel_i0e(Operand x);  ///< exp(-|x|) bessel_i0(x), without overflow
Value bessel_i1e(Operand x);  ///< exp(-|x|) bessel_i1(x), without overflow; CHLO

}  // namespace hilo
