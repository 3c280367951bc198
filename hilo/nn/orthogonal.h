#pragma once
#include "hilo/graph/value.h"

namespace hilo::nn {

/// The orthogonal matrix nearest to x (its polar factor): rows of unit length at right angles to
/// each other.
/// Shapes:  [k,l] -> [k,l], k <= l; x's singular values lie in 0..1, and all but a few above 1e-8.
/// Cost:    about 50 products of [k,k] with [k,l].
/// Source:  Chen and Chow 2014, "A stable scaling of Newton-Schulz for improving the sign function
///          computation".
Value nearest_orthogonal(Value x);

/// A random one, each as likely as any other: rows (or columns, the fewer) at right angles.
/// Shapes:  a key -> [rows,columns].
Value random_orthogonal(Value key, DType dtype, Dim rows, Dim columns);

}  // namespace hilo::nn
