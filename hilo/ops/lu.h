#pragma once
#include "hilo/graph/value.h"

// Matrices are the last two axes; all axes before are a batch. dtypes are f32, f64, c64, c128.
namespace hilo {

/// Gaussian elimination with partial pivoting: x[permutation] = L U.
/// Shapes:  x [.., m, n]; `packed` [.., m, n] has U in its upper triangle and L, without its diagonal of ones, below;
///          `permutation` i32[.., m]; `parity` [..], 1 or -1, is the sign of the permutation, in x's dtype.
/// Throws:  OpError if x is no matrix of such a dtype.
/// Gradient: of square matrices, and of others whose first min(m, n) pivots are not 0.
/// Cost:    min(m, n) steps, each over the whole matrix; on the CPU a kernel.
struct Lu {
  Value packed, permutation, parity;
};
Lu lu(Operand x);

/// The factors of their own: L [.., m, k], U [.., k, n], k = min(m, n).
Value lower_factor(const Lu& lu);
Value upper_factor(const Lu& lu);

/// The x with a x = b. Where a is singular, the result is not finite.
/// Shapes:  a [.., n, n]; b [.., n, k], or [n] for a vector; the axes before broadcast.
/// Throws:  OpError if a is not square or b does not fit.
/// Source:  numpy.linalg.solve.
Value solve(Operand a, Operand b);
/// The inverse. `solve(a, b)` is faster and better than inv(a) b.
Value inv(Operand a);
/// The determinant: [.., n, n] -> [..].
/// Gradient: of matrices of up to 3 x 3 always; of larger ones where only the last pivot may be zero, else zeros, as JAX.
Value det(Operand a);
/// Its sign (of complex numbers its direction; 0 if a is singular) and the logarithm of its length: no overflow.
struct SignAndLog {
  Value sign, log_abs;
};
SignAndLog slogdet(Operand a);

}  // namespace hilo
