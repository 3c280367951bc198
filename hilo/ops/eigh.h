#pragma once
#include "hilo/graph/value.h"

// Matrices are the last two axes; all axes before are a batch. dtypes are f32, f64, c64, c128.
namespace hilo {

/// Eigenvalues, real and ascending, and orthonormal eigenvectors of a symmetric (Hermitian) matrix: x v = v diag(w). Of
/// x its symmetric part (x + x^H) / 2 counts. An eigenvector's sign (its direction in the complex plane) is free.
/// Shapes:  x [.., n, n]; values [.., n], vectors [.., n, n], one a column.
/// Throws:  OpError if x is no square matrix of such a dtype.
/// Gradient: of the vectors only where eigenvalues differ.
/// Cost:    about ten sweeps of n - 1 steps, each over the whole matrix; on the CPU a kernel.
/// Source:  numpy.linalg.eigh; the parallel order of rotations is that of Brent and Luk 1985.
struct Eigh {
  Value values, vectors;
};
Eigh eigh(Operand x);
Value eigvalsh(Operand x);

/// x = u diag(s) vt: orthonormal columns of u and rows of vt, s real and descending.
/// Shapes:  x [.., m, n]; u [.., m, k], s [.., k], vt [.., k, n] with k = min(m, n); if `is_full` u is [.., m, m] and vt
///          [.., n, n].
/// Throws:  OpError if x is no matrix of such a dtype.
/// Gradient: of u and vt only where singular values differ, and are not 0 if x is not square; not of more columns of u
///          (rows of vt) than k.
/// Cost:    as `eigh`.
/// Source:  numpy.linalg.svd; one-sided rotations as Hestenes 1958.
struct Svd {
  Value u, s, vt;
};
Svd svd(Operand x, bool is_full = false);
Value svdvals(Operand x);

}  // namespace hilo
