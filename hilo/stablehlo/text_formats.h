#pragma once
#include <string>
#include <string_view>

namespace hilo::stablehlo::ir {

/// How an op is written in its pretty form, as words with a space between them; empty if there is
/// none of that name:
///   %          an operand                      %*     any number of them, with commas
///   $name:kind an attribute and how its value is written (text_ops.cpp lists the kinds)
///   {}         the dictionary of the other attributes, if any
///   ?[ .. ?]   a part that is there if its first words are
///   {region}   a region without a label
///   :rule      a colon and types, and who has them (text_ops.cpp lists the rules)
/// and anything else stands for itself.
std::string_view pretty_format(std::string_view op);

/// The ops with a pretty form that are most like `name`, as "did you mean ..?"; empty if none is
/// near.
std::string near_ops(const std::string& name);

}  // namespace hilo::stablehlo::ir
