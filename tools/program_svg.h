#pragma once
#include <string>

#include "hilo/stablehlo/ir.h"

namespace hilo::tools {

/// The program as a picture (SVG): a frame for each function and region, a box for each op with its
/// result's type, lines from what makes a value to what reads it. Constants stand small beside each
/// reader; a pointer that rests on an op sees its attributes and where it comes from. What no
/// longer fits 10,000 boxes is an empty frame with the number of its operations.
std::string program_svg(const stablehlo::ir::Program& program);

}  // namespace hilo::tools
