#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo::ir {

FormatError error_at(std::string_view file, const Position& at, std::string_view problem) {
  if (at.line == 0) return {file, at.offset, problem};
  return {std::string(file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column), problem};
}

}  // namespace hilo::stablehlo::ir
