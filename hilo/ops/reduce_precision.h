#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// x rounded to floats with so many bits for exponent and fraction, in x's own dtype; what is too
/// large becomes infinite.
/// Throws:  OpError unless exponent_bits >= 1 and mantissa_bits >= 0, or for what is no float.
/// Gradient: rounded the same way, as the value is.
/// Source:  StableHLO spec, reduce_precision (C1-C3).
Value reduce_precision(Operand x, int exponent_bits, int mantissa_bits);

}  // namespace hilo
