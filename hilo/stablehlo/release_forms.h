#pragma once
#include <string>

#include "hilo/graph/op.h"
#include "hilo/stablehlo/bytecode_codes.h"

// How a release of StableHLO says an op that it does not have.
namespace hilo::stablehlo {

/// "stablehlo.add"; a name with a dot is of another dialect: "chlo.erf".
std::string qualified_name(const AnyOp& op);

/// The op on operands of these shapes in ops that the release has: CHLO's under a composite of its name, where the release has
/// composites. None for an op that stays as it is.
Function form_in(const AnyOp& op, Shapes in, const bytecode::Version& release);

}  // namespace hilo::stablehlo
