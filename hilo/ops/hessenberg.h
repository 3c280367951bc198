#pragma once
#include "hilo/graph/value.h"

// Matrices are the last two axes; all axes before are a batch. dtypes are f32, f64, c64, c128.
namespace hilo {

/// x = q h q^H: q with orthonormal columns, h with zeros below the diagonal under the main one, by Householder's reflections;
/// signs are those of LAPACK.
/// Shapes:  x, h and q [.., n, n].
/// Throws:  OpError if x is no square matrix of such a dtype.
/// Gradient: step by step through the reflections.
/// Cost:    n - 1 steps, each over the whole matrix, in the graph.
/// Source:  scipy.linalg.hessenberg.
struct Hessenberg {
  Value h, q;
};
Hessenberg hessenberg(Operand x);

/// The same as LAPACK's gehrd keeps it: h in its place in `packed`, below it the reflections' vectors without their ones.
/// Shapes:  x and packed [.., n, n], taus [.., n - 1].
struct PackedHessenberg {
  Value packed, taus;
};
PackedHessenberg packed_hessenberg(Operand x);

/// The same of a symmetric (Hermitian) x, of which the lower triangle counts, as LAPACK's sytrd keeps it: h has three
/// diagonals, real, and the two outer ones are equal.
/// Shapes:  as above; diagonal [.., n], off_diagonal [.., n - 1], real.
/// Source:  jax.lax.linalg.tridiagonal.
struct Tridiagonal {
  Value packed, diagonal, off_diagonal, taus;
};
Tridiagonal tridiagonal(Operand x);

}  // namespace hilo
