#pragma once
#include <functional>
#include <vector>

#include "hilo/graph/graph.h"

namespace hilo {

/// One way to go on. It reads the values that it needs from outside.
using Branch = std::function<std::vector<Value>()>;

/// Runs the branch of that number, and no other; of a number that there is not, the last one.
/// Shapes:  index is an integer scalar; all branches give the same shapes.
/// Throws:  OpError if there is no branch, index is no integer scalar, or branches give different
/// shapes. Gradient: that of the branch that ran. Under vmap with an index for each example all
/// branches run. Source:  StableHLO spec, case (C1-C4).
std::vector<Value> switch_case(Operand index, const std::vector<Branch>& branches);
/// Runs `if_true` or `if_false`, as jax.lax.cond. To choose element by element, take `select`.
std::vector<Value> cond(Operand predicate, const Branch& if_true, const Branch& if_false);
/// The same for branches of one Value: `cond(sum(x) > 0, [&] { return x * x; }, [&] { return
/// sin(x); })`.
Value cond(Operand predicate, const std::function<Value()>& if_true,
           const std::function<Value()>& if_false);

}  // namespace hilo
