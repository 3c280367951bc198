#pragma once
#include "hilo/graph/value.h"

// Matrices are the last two axes; all axes before are a batch. dtypes are f32, f64, c64, c128. Symmetric matrices have better
// functions in hilo/ops/eigh.h. These two run on CPUs alone: elsewhere compiling says that the kernel is not there.
namespace hilo {

/// Eigenvalues, in no order, and eigenvectors of length one of a square matrix: x v = v diag(w). Complex also of a real x. An
/// eigenvector's direction in the complex plane is free (its largest component is real here, as LAPACK has it).
/// Shapes:  x [.., n, n]; values [.., n], vectors [.., n, n], one a column.
/// Throws:  OpError if x is no square matrix of such a dtype.
/// Gradient: where eigenvalues differ; of the vectors for functions that their directions do not change, as PyTorch has it.
/// Source:  numpy.linalg.eig.
struct Eig {
  Value values, vectors;
};
Eig eig(Operand x);
Value eigvals(Operand x);

/// x = z t z^H: z with orthonormal columns, t upper triangular; of a real x real, with a block of two rows on the diagonal for
/// each pair of conjugate eigenvalues, whose own diagonal has equal elements.
/// Shapes:  x, t and z [.., n, n].
/// Throws:  OpError if x is no square matrix of such a dtype.
/// Gradient: none.
/// Source:  scipy.linalg.schur; LAPACK's lanv2 for the blocks.
struct Schur {
  Value t, z;
};
Schur schur(Operand x);

}  // namespace hilo
