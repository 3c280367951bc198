#pragma once
#include "hilo/graph/value.h"

// The gamma distribution's functions, element by element, of a >= 0 and x >= 0; NaN elsewhere.
// Operands broadcast.
namespace hilo {

/// The probability that a number of the gamma distribution of shape `a` is below x: the integral
/// of t^(a-1) exp(-t) from 0 to x, over gamma(a). SciPy's gammainc.
/// Gradient: to both, of any order.
/// Cost:     a loop until the last element is done: some ten rounds, for a of a million some
///           thousands.
/// Source:   Cephes igam.c, as jax.lax.igamma.
Value igamma(Operand a, Operand x);

/// 1 - igamma(a, x), exact where that is near 0. SciPy's gammaincc.
/// Gradient: as `igamma`, as are Cost and Source.
Value igammac(Operand a, Operand x);

/// The derivative of igamma to a.
/// Gradient: to both, of any order.
Value igamma_grad_a(Operand a, Operand x);

/// How a number x drawn from the gamma distribution of shape `a` moves with a, its probability
/// staying the same: -igamma_grad_a(a, x) over the density at x.
/// Gradient: to both, of any order.
/// Source:   Figurnov, Mohamed, Mnih: Implicit reparameterization gradients, 2018.
Value random_gamma_grad(Operand a, Operand x);

}  // namespace hilo
