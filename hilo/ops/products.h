#pragma once
#include "hilo/graph/value.h"

// Products of vectors and tensors with NumPy's names; `matmul`, `dot_general` and `einsum` are the
// general forms. dtypes promote where nothing is lost.
namespace hilo {

/// Every element of a times every one of b, both flattened: [n], [m] -> [n, m].
Value outer(Operand a, Operand b);
/// Sums of products over the last axis of both: [a.., k], [b.., k] -> [a.., b..].
/// Throws:  OpError if those differ in length.
Value inner(Operand a, Operand b);
/// Sums of products over the last `axes` axes of a and the first ones of b, or over named pairs.
/// Throws:  OpError for more axes than there are, and as `dot_general`.
Value tensordot(Operand a, Operand b, int axes = 2);
Value tensordot(Operand a, Operand b, Axes axes_of_a, Axes axes_of_b);
/// The sum of products of all elements, in row-major order.
/// Throws:  OpError if sizes differ, or numbers are complex.
Value vdot(Operand a, Operand b);
/// The vector that stands on both, along `axis`, which has length 3; other axes broadcast.
/// Throws:  OpError for another length.
Value cross(Operand a, Operand b, int axis = -1);
/// Copies of b, each times an element of a: [n, m], [p, q] -> [n p, m q].
Value kron(Operand a, Operand b);

}  // namespace hilo
