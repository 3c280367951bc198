#pragma once
#include "hilo/graph/value.h"

// Elementwise functions beyond those that StableHLO has an op for. Results have the operands'
// shape; two operands broadcast. The ones marked CHLO are ops of StableHLO's client dialect, which
// every XLA plugin expands to its own best formula.
namespace hilo {

Value square(Operand x);      ///< x * x
Value reciprocal(Operand x);  ///< 1 / x
Value exp2(Operand x);        ///< 2 to the power x
Value log2(Operand x);
Value log10(Operand x);
Value logit(Operand x);  ///< log(x / (1 - x)), the inverse of `logistic`

Value asin(Operand x);  ///< CHLO, as all down to cosh
Value acos(Operand x);
Value atan(Operand x);
Value asinh(Operand x);
Value acosh(Operand x);
Value atanh(Operand x);
Value sinh(Operand x);
Value cosh(Operand x);

Value erf(Operand x);      ///< CHLO
Value erfc(Operand x);     ///< 1 - erf(x), exact where erf is near 1; CHLO
Value erf_inv(Operand x);  ///< the x that erf maps to it; CHLO
Value lgamma(Operand x);   ///< log(|gamma(x)|); CHLO
Value digamma(Operand x);  ///< derivative of lgamma; CHLO
/// Derivative number n + 1 of lgamma at x, n a whole number; n = 0 is digamma. CHLO. No gradient to
/// n.
Value polygamma(Operand n, Operand x);

/// sin(pi x) / (pi x), and 1 at 0, where its gradient is 0.
Value sinc(Operand x);
/// sqrt(a^2 + b^2) without overflow. Gradient at (0, 0): 1/2 to each, as JAX has it.
Value hypot(Operand a, Operand b);
/// log(exp(a) + exp(b)) without overflow.
Value logaddexp(Operand a, Operand b);
/// a * log(b), and 0 where a is 0, whatever number b is. Gradient: log(b) to a, a / b to b, NaN and infinity included.
Value xlogy(Operand a, Operand b);
/// The same of 1 + b, exact near b = 0.
Value xlog1py(Operand a, Operand b);

}  // namespace hilo
