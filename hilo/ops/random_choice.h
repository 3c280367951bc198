#pragma once
#include "hilo/graph/value.h"

namespace hilo {

struct ChoiceOptions {
  bool replaces = true;  ///< whether the same element may be drawn again
  Value p{};             ///< how likely each element is, [n], up to a factor; all equally, if none
  int axis = 0;          ///< the elements are the slices of x along it
};

/// Slices of x along an axis, drawn at random.
/// Shapes:   x [a.., n, b..] -> [a.., dims.., b..].
/// Throws:   OpError if p is no [n] of floats, or nothing is there to draw from, or, without
///           replacement, not enough.
/// Gradient: to x; not to p.
/// Cost:     with p log2(n) look-ups an element; without replacement a sort of n.
/// Source:   jax.random.choice.
Value choice(Operand key, Operand x, Dims dims, const ChoiceOptions& options = {});
/// The same for the numbers 0 .. count-1 (i32).
Value choice(Operand key, Dim count, Dims dims, const ChoiceOptions& options = {});

/// Vectors of the normal distribution with this mean and covariance.
/// Shapes:   shape [.., n]; mean broadcasts to it; covariance [.., n, n], its axes before
///           broadcast; positive definite.
/// Throws:   OpError if the covariance is no square matrix of the shape's last length, or the
///           shape has no axis.
/// Gradient: to mean and covariance.
Value multivariate_normal(Operand key, Shape shape, Operand mean, Operand covariance);

}  // namespace hilo
