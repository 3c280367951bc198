#pragma once
#include "hilo/graph/value.h"
#include "hilo/ops/math.h"

// The gamma function and what is made of it, element by element; operands broadcast. `lgamma`,
// `digamma` and `polygamma` are in hilo/ops/math.h, incomplete integrals in incomplete_gamma.h and
// incomplete_beta.h.
namespace hilo {

/// SciPy's name of `lgamma`.
inline Value gammaln(Operand x) { return lgamma(x); }
/// The sign of gamma(x): 1 or -1; NaN at negative whole numbers.
/// Gradient: 0.
Value gammasgn(Operand x);
/// The integral of t^(x-1) exp(-t): (x-1)! for whole numbers. NaN at negative whole numbers, inf
/// at 0.
Value gamma(Operand x);
/// gamma(n + 1), also between whole numbers; 0 for n < 0.
Value factorial(Operand n);
/// log(|beta(a, b)|), exact for large ones too.
/// Source:   TOMS 708, algdiv.
Value betaln(Operand a, Operand b);
/// gamma(a) gamma(b) / gamma(a + b).
Value beta(Operand a, Operand b);
/// How many ways there are to choose k of n: gamma(n+1) / (gamma(k+1) gamma(n-k+1)), 0 unless 0 <=
/// k <= n.
Value comb(Operand n, Operand k);
/// The logarithm of the gamma function of d x d matrices: sum of lgamma(a - i/2), i < d, + d
/// (d-1)/4 log(pi).
/// Throws:   OpError if d is not positive.
Value multigammaln(Operand a, int d);
/// Hurwitz's zeta function: the sum of (q + k)^-s, k = 0, 1, ..; CHLO.
/// Gradient: to both. To s by the Euler-Maclaurin sum, as jax.scipy.special.zeta.
Value zeta(Operand s, Operand q);

}  // namespace hilo
