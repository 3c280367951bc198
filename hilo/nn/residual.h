#pragma once
#include "hilo/nn/scope.h"

namespace hilo::nn {

struct ResidualOptions {
  double dropout = 0;           ///< of the branch's elements, in training
  double stochastic_depth = 0;  ///< chance of an example's whole branch to be left out, in training
};

/// x + branch. `scope` may be that of the block around it, for each sum in it.
/// Shapes:  two of one shape -> the same.
/// Throws:  OpError if the shapes differ, or a chance is not in 0 <= p < 1.
/// Example: nn::residual(scope, x, nn::dense(scope / "d", relu(x), x.dim(-1)))
Value residual(Scope scope, Value x, Value branch, const ResidualOptions& options = {});

/// In training, 0 for a whole example (the first axis) with chance `rate`, and divided by 1 - rate
/// for the others; in inference x itself.
/// Throws:  OpError if x is no float or has no axis, or unless 0 <= rate < 1.
/// Source:  Huang et al. 2016.
Value stochastic_depth(Scope scope, Value x, double rate);

}  // namespace hilo::nn
