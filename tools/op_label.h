#pragma once
#include <string>

#include "hilo/stablehlo/ir.h"

// What stands on an op in a drawing.
namespace hilo::tools {

struct OpLabel {
  std::string name{};  ///< "compare LT", "call @f", "reduce (add)": with what tells apart ops of one name
  std::string type{};  ///< of its results
  std::string tip{};   ///< over several lines: its attributes, but for large ones, and where it comes from
};

/// How many letters a name or a type has at most; what is longer is cut.
inline constexpr std::size_t kMostLetters = 44;

OpLabel label_of(const stablehlo::ir::Program& program, const stablehlo::ir::Operation& op);

/// Of a constant the name is its number, if it is one, and else its type.
OpLabel constant_label(const stablehlo::ir::Program& program, const stablehlo::ir::Operation& op);

/// Whether its region says one word (of a reduction, say), which the label has.
bool is_told_by_label(const stablehlo::ir::Operation& op);

/// Cut behind `most` bytes, with ".." where it was longer.
std::string shortened(std::string text, std::size_t most = kMostLetters);

}  // namespace hilo::tools
