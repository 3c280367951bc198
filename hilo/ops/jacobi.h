#pragma once
#include <functional>
#include <vector>

#include "hilo/graph/value.h"

// Jacobi's rotations, half of all pairs at once: what eigh and svd are made of where no kernel computes them.
namespace hilo {

/// Eigenvalues (unsorted) and eigenvectors of Hermitian matrices [.., n, n].
std::vector<Value> jacobi_eigh(Value x);
/// x [.., m, n] with its columns made orthogonal by rotations, and the rotations [.., n, n]: x v.
std::vector<Value> jacobi_orthogonalize(Value x);

}  // namespace hilo
