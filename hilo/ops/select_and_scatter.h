#pragma once
#include "hilo/graph/graph.h"
#include "hilo/ops/reduce_window.h"

namespace hilo {

/// For every window of x, finds the element that `select` prefers (it says of two scalars whether
/// the first one stays) and folds the window's element of `source` into the result there with
/// `scatter`, from `init` on. Shapes:  `source` has the dims that reduce_window gives for the
/// window, which has no dilations; the result is like x. Throws:  OpError if shapes, dtypes or
/// functions do not fit. Gradient: to `source` and `init`, if `scatter` adds; none to x, which only
/// decides. Cost:    XLA:CPU takes 25-60 times as long as for the masks that max pooling uses
/// (docs/performance.md). Source:  StableHLO spec, select_and_scatter (C1-C12).
Value select_and_scatter(Operand x, Value source, Value init, Window window, Function select,
                         Function scatter);

/// The way back: for every window of x, what lies in `t`, of x's shape, at the element that
/// `select` prefers; 0 where a window holds none. Gradient: to `t`, of any order; none to x, which
/// only decides.
Value select_and_gather(Value x, Value t, Window window, const Function& select);

}  // namespace hilo
