#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/graph/value.h"

// What the families of random tensors share.
namespace hilo {

OpError random_refusal(std::string_view op, const Operand& key, std::string problem,
                       std::vector<Shape> got, std::string expected);

/// The dtype that formulas for `shape` are worked out in. Throws OpError if it is not of f64, f32,
/// f16 or bf16.
DType working_dtype(std::string_view op, const Operand& key, const Shape& shape);

/// Multiples of 2^-digits in [0, 1).
Value unit_steps(const Operand& key, const Shape& shape, int digits);
/// Odd multiples of 2^-24 (f64: 2^-53): inside of (0, 1), symmetric, exact.
Value unit_midpoints(const Operand& key, const Shape& shape);
/// In (0, 1], ever finer towards 0, where a formula has its tail.
Value unit_fine_at_zero(const Operand& key, const Shape& shape);

/// A parameter of a distribution, a number or a Value, in the dtype and the dims of `shape`.
Value random_parameter(std::string_view op, const Operand& p, const Shape& shape);

}  // namespace hilo
