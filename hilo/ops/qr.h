#pragma once
#include "hilo/graph/value.h"

// Matrices are the last two axes; all axes before are a batch. dtypes are f32, f64, c64, c128.
namespace hilo {

/// x = q r, q with orthonormal columns, r upper triangular, by Householder's reflections; signs are those of LAPACK.
/// Shapes:  x [.., m, n]; q [.., m, k], r [.., k, n], where k is min(m, n), or m if `is_full`.
/// Throws:  OpError if x is no matrix of such a dtype.
/// Gradient: where the first k columns of x are independent; not of a full q with more columns than x.
/// Source:  numpy.linalg.qr; LAPACK's larfg for the reflections.
struct Qr {
  Value q, r;
};
Qr qr(Operand x, bool is_full = false);

/// The same as LAPACK's geqrf keeps it: r in the upper triangle of `packed`, below it the reflections' vectors without
/// their ones.
/// Shapes:  x [.., m, n]; packed [.., m, n], taus [.., min(m, n)].
/// Cost:    min(m, n) steps, each over the whole matrix, in the graph.
struct Householder {
  Value packed, taus;
};
Householder householder(Operand x);
/// The q of such reflections, as many columns as `packed` has, as LAPACK's orgqr.
/// Shapes:  packed [.., m, n] with n <= m, taus [.., k] with k <= n; the result is [.., m, n].
/// Throws:  OpError if taus do not fit.
Value householder_product(Operand packed, Operand taus);

}  // namespace hilo
