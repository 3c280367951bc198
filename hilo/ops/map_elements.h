#pragma once
#include <functional>

#include "hilo/graph/value.h"

namespace hilo {

/// StableHLO's `map`: applies `f`, a function of scalars, to the elements of `operands` that stand
/// at one index. Ops on whole tensors say the same; this is for programs from elsewhere.
/// Shapes:  all operands have one dims; `f` sees a scalar of each and gives one; the result has
///          those dims.
/// Throws:  OpError if dims differ, there are no operands, or `f` gives no scalar.
/// Gradient: that of `f`, element by element.
/// Source:  StableHLO spec, map (C1-C4).
Value map_elements(Operands operands, const std::function<Value(std::span<const Value>)>& f);

}  // namespace hilo
