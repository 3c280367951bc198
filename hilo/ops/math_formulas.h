#pragma once
#include <span>

#include "hilo/graph/value.h"

// The functions of CHLO in ops of StableHLO, for programs that may hold no others (`decomposition`
// in hilo/graph/op.h). Arguments are f32, f64 and, where it says so, complex; f16 and bf16 are
// widened before. Errors are a few units in the last place unless it is said otherwise.
namespace hilo::formula {

/// Real and complex. Source of the complex ones: W. Kahan, Branch cuts for complex elementary
/// functions (1987).
Value asin(Value x);
Value acos(Value x);
Value atan(Value x);
Value asinh(Value x);
Value acosh(Value x);
Value atanh(Value x);
Value sinh(Value x);
Value cosh(Value x);
Value tan(Value x);

/// Rational functions of Cephes' ndtr.c; far out erfc has the relative error of exp(-x^2), x^2 units.
Value erf(Value x);
Value erfc(Value x);
/// M. Giles, Approximating the erfinv function (2011).
Value erf_inv(Value x);

/// Lanczos' sum with g = 7 and 9 terms, reflected below 1/2. Near 1 and 2 the error is absolute.
Value lgamma(Value x);
/// By the recurrence to x + 10 and Stirling's series there, reflected below 1/2.
Value digamma(Value x);
/// Derivative n + 1 of lgamma at x, for whole n >= 0; NaN for others.
Value polygamma(Value n, Value x);
/// The sum of (q + k)^-s by Euler and Maclaurin: the first terms, the integral of the rest, and
/// corrections by Bernoulli's numbers.
Value zeta(Value s, Value q);
/// The same where s > 1 and q > 0, which is not looked at.
Value zeta_sum(Value s, Value q);

}  // namespace hilo::formula
