#pragma once
#include "hilo/graph/sharding.h"
#include "hilo/graph/value.h"

namespace hilo {

/// The same numbers, laid over the devices of a mesh as `sharding` says wherever the program is
/// divided (hilo/exec/sharded.h); on one device nothing. The partitioner chooses for all values
/// that nothing is said of. Shapes:  x is of any shape, `sharding` has an entry for each of its
/// axes; the result is as x, and `Value::sharding()`
///          of it is `sharding`.
/// Throws:  OpError as `check_sharding`.
/// Gradient: the cotangent is laid the same way.
/// Example: with_sharding(x, shard_over(mesh, {"batch", ""}))
/// Source:  Shardy, sdy.sharding_constraint.
Value with_sharding(Operand x, Sharding sharding);

}  // namespace hilo
