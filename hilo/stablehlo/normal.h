#pragma once
#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo::ir {

/// Says what can be said in several ways in one (see Operation::attributes): attributes by name;
/// lists of StableHLO's ops that older files have as dense<..> as vectors; flags of arith at their
/// default, and attributes of arguments where there are none, left out; a mesh under its name.
void normalise(Operation& op);

}  // namespace hilo::stablehlo::ir
