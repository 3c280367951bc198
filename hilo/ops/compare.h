#pragma once
#include "hilo/graph/value.h"

// Comparisons: i1 results, NumPy broadcasting, no gradient. A NaN is unequal to everything and in no order.
namespace hilo {

Value equal(Operand a, Operand b);
Value not_equal(Operand a, Operand b);
Value less(Operand a, Operand b);
Value less_equal(Operand a, Operand b);
Value greater(Operand a, Operand b);
Value greater_equal(Operand a, Operand b);
/// a < b in the total order of floats: -NaN < -inf < .. < -0 < +0 < .. < inf < NaN.
Value less_total_order(Operand a, Operand b);

inline Value operator<(Operand a, Operand b) { return less(a, b); }
inline Value operator<=(Operand a, Operand b) { return less_equal(a, b); }
inline Value operator>(Operand a, Operand b) { return greater(a, b); }
inline Value operator>=(Operand a, Operand b) { return greater_equal(a, b); }

}  // namespace hilo
