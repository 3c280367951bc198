#pragma once
#include <string_view>

#include "hilo/graph/graph.h"

// The scalar functions that reduce, reduce_window, scatter and all-reduce hold.
namespace hilo {

using BinaryOp = Value (*)(Operand, Operand);

/// (a, b) -> op(a, b) over scalars of `dtype`.
Function scalar_reducer(BinaryOp op, DType dtype);

/// The op's name ("add", "maximum", ..) if the body is that one op of its two parameters, else "".
std::string_view reducer_name(const Function& body);

/// The neutral element of that op as a scalar: 0, 1, -inf, ..; throws OpError for another name.
Value neutral_element(std::string_view op, std::string_view reducer, DType dtype);

/// Throws OpError unless `init` is a constant: rules that know no gradient for it call this.
void expect_constant_init(Value init);

}  // namespace hilo
