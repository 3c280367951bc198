#pragma once
#include "hilo/graph/value.h"

// Terms of entropies and likelihoods, element by element; operands broadcast. Values and gradients
// are SciPy's and JAX's unless said otherwise.
namespace hilo {

/// -x log(x); 0 at 0, -inf for x < 0.
/// Gradient: inf at 0.
Value entr(Operand x);
/// p log(p / q); 0 where p is 0 and q >= 0, inf where the logarithm does not exist.
Value rel_entr(Operand p, Operand q);
/// p log(p / q) - p + q: a term of the Kullback-Leibler divergence that is never negative; inf as
/// `rel_entr`.
Value kl_div(Operand p, Operand q);

}  // namespace hilo
