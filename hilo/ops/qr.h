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

}  // namespace hilo
