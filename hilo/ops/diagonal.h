#pragma once
#include "hilo/graph/value.h"

// Matrices and their diagonals: of the last two axes. Diagonal `offset` k is that of elements (i, i
// + k).
namespace hilo {

/// Ones on a diagonal, zeros elsewhere. `columns` is `rows` if not given.
Value eye(Dim rows, DType dtype = kF32, Dim columns = -1, Dim offset = 0,
          std::source_location where = std::source_location::current());

/// x with zeros above (below) a diagonal.
Value tril(Operand x, Dim offset = 0);
Value triu(Operand x, Dim offset = 0);

/// The elements of a diagonal; their sum is the trace.
/// Shapes:  [.., n, m] -> [.., d], d the length of the diagonal.
/// Throws:  OpError for x of rank below 2, or an offset at which there is no element.
Value diagonal(Operand x, Dim offset = 0);
/// The square matrix that has x's last axis as its diagonal, and zeros elsewhere: [.., n] -> [..,
/// n, n].
Value diagonal_matrix(Operand x);

/// A vector as the diagonal of a matrix of zeros; of a matrix, its diagonal. NumPy's diag.
/// Throws:  OpError for other ranks.
Value diag(Operand x, Dim offset = 0);
/// x, flattened, as the diagonal of a matrix of zeros.
Value diagflat(Operand x, Dim offset = 0);
/// The sum of a diagonal: [.., n, m] -> [..].
Value trace(Operand x, Dim offset = 0);
/// x with `value` on its main diagonal: a number, a scalar, or a vector of its length.
/// Shapes:  [.., n, m].
Value fill_diagonal(Operand x, Operand value);

}  // namespace hilo
