#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// The same numbers as `dtype`: to integers towards zero, to booleans "is not 0", complex to real drops the imaginary
/// part. `x.as(dtype)` is the same. x itself if it has the dtype.
/// Gradient: back to x's dtype; none to or from integers and booleans.
/// Source:  StableHLO spec, convert.
Value convert(Operand x, DType dtype);

/// The same bits read as `dtype`.
/// Shapes:  equal widths keep the dims; to a k times narrower dtype a last axis of length k appears, to a wider one the
///          last axis, of length k, goes.
/// Throws:  OpError if the widths do not divide, that axis is not there, or a dtype is boolean or complex.
/// Gradient: none.
/// Source:  StableHLO spec, bitcast_convert (C1, C2).
Value bitcast_convert(Operand x, DType dtype);

}  // namespace hilo
