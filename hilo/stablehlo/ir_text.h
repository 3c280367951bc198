#pragma once
#include <string>

#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo::ir {

/// The program in MLIR's generic form: every op as `"name"(operands) ({regions}) {attributes} :
/// type`. Values are numbered in the order of their definition, attributes stand in the order of
/// their names, locations are left out; so two programs that differ in spelling only have the same
/// text. It parses back to the same.
std::string to_text(const Program& program);

}  // namespace hilo::stablehlo::ir
