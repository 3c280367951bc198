#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// The elements in opposite order along `axes` (negative ones count from the back).
/// Throws:  OpError for an axis out of range or named twice.
/// Source:  StableHLO spec, reverse (C1-C3).
Value reverse(Operand x, Axes axes);
inline Value reverse(Operand x, int axis) { return reverse(x, Axes{axis}); }

/// Shifts along `axis` by `shift` places; what falls off one end comes in at the other. Element i
/// goes to i + shift.
Value roll(Operand x, Dim shift, int axis);

}  // namespace hilo
