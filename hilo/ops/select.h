#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// Element by element, a where `condition` (i1) is true, else b. All three broadcast; NumPy's `where`.
/// Gradient: to the chosen operand only; what the other one computed, even NaN, does not leak.
/// Source:  StableHLO spec, select (C1, C2).
Value select(Operand condition, Operand a, Operand b);
inline Value where(Operand condition, Operand a, Operand b) { return select(condition, a, b); }

/// Element by element, the one of `choices` whose condition (i1) is the first that is true; where none is,
/// `otherwise`. All broadcast. NumPy's `select` of lists.
/// Throws:  OpError unless there are as many conditions as choices.
Value select_first(Operands conditions, Operands choices, Operand otherwise = 0);

/// Element by element, the one of `choices` that `index` (integers) says; all broadcast. Numbers outside are moved to
/// the nearest end.
/// Throws:  OpError for no choices, and an index of no integers.
Value choose(Operand index, Operands choices);

/// x held between `low` and `high`, which are scalars or broadcast to x.
/// Gradient: to x where it lies inside, to a bound where x lies outside of it; where x is at a bound none.
/// Source:  StableHLO spec, clamp (C1-C3).
Value clamp(Operand low, Operand x, Operand high);
/// The same by NumPy's name. Gradient: at a bound x and the bound share it.
Value clip(Operand x, Operand low, Operand high);

}  // namespace hilo
