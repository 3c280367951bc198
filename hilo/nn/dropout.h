#pragma once
#include "hilo/nn/scope.h"

namespace hilo::nn {

/// In training each element is 0 with chance `rate`, and the others are divided by 1 - rate, so
/// that the mean stays. In inference, and for rate 0, x itself.
/// Throws:  OpError if x is no float, or unless 0 <= rate < 1.
/// Source:  Srivastava et al. 2014.
/// Example: nn::dropout(scope / "drop1", x, 0.3)
Value dropout(Scope scope, Value x, double rate);

}  // namespace hilo::nn
