#pragma once
#include <string_view>
#include <vector>

#include "hilo/graph/value.h"

// The part of einsum that reads its equation.
namespace hilo {

/// An axis's name: a letter, or -1, -2, .. for the last, last but one, .. of the axes that "..."
/// stands for.
using Label = int;
using Labels = std::vector<Label>;

struct EinsumEquation {
  std::vector<Labels> terms;  ///< of each operand: a label an axis
  Labels output;
};

/// Throws OpError without op, operands and site if the equation is malformed or does not fit the
/// ranks.
EinsumEquation read_einsum_equation(std::string_view equation, Shapes operands);

}  // namespace hilo
