#pragma once
#include <functional>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/graph/value.h"

namespace hilo {

/// x itself, a constant for every gradient.
Value stop_gradient(Operand x);

/// Computes `forward(inputs)`, whose reverse gradient is `backward(inputs, outputs, d_outputs)`: a cotangent per input,
/// an empty Value for none. Both are traced once, on the inputs' shapes; `backward` is built of ops and so differentiates
/// again.
/// Throws:   OpError if `backward` returns another number of cotangents or other shapes.
/// Gradient: reverse only; forward mode says that a custom gradient has none.
using Backward = std::function<std::vector<Value>(std::span<const Value> inputs, std::span<const Value> outputs,
                                                  std::span<const Value> d_outputs)>;
std::vector<Value> custom_gradient(Operands inputs, const BuildFn& forward, const Backward& backward);

/// The same for one elementwise input and a gradient that is linear in d_y, so that forward mode has it too:
/// y = f(x), d_x = d(x, y, d_y).
Value custom_derivative(Operand x, const std::function<Value(Value)>& f,
                        const std::function<Value(Value x, Value y, Value d_y)>& d);

}  // namespace hilo
