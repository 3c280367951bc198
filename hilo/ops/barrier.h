#pragma once
#include <vector>

#include "hilo/graph/value.h"

namespace hilo {

/// The same values, which the compiler may neither work out apart from each other nor merge with
/// equal ones elsewhere: what comes before is done before what comes after. A recomputation that is
/// meant to save memory needs one. Gradient: passes through. Source:  StableHLO spec,
/// optimization_barrier (C1, C2).
std::vector<Value> optimization_barrier(Operands values);
Value optimization_barrier(Operand x);

}  // namespace hilo
