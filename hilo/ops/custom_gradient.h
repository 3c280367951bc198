#pragma once
#include <functional>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/graph/value.h"

namespace hilo {

/// x itself, a constant for every gradient.
Value stop_gradient(Operand x);

/// Cotangents of the inputs, one each, an empty Value for none; linear in `d_outputs`.
using Backward =
    std::function<std::vector<Value>(std::span<const Value> inputs, std::span<const Value> outputs,
                                     std::span<const Value> d_outputs)>;

/// Computes `forward(inputs)`, whose gradient is `backward(inputs, outputs, d_outputs)`. Both are
/// traced once, on the inputs' shapes, and may read no other values; `backward` is built of ops and
/// so differentiates again.
/// Throws:   OpError if `backward` returns another number of cotangents or other shapes.
/// Gradient: reverse by `backward`, forward by its transpose.
std::vector<Value> custom_gradient(Operands inputs, const BuildFn& forward,
                                   const Backward& backward);

/// What the forward pass of a gradient of one's own gives: the outputs, and what `backward` reads.
struct WithResiduals {
  std::vector<Value> outputs{}, residuals{};
};

/// Computes `f(inputs)`; where it is differentiated, `forward(inputs)` in its place, whose
/// residuals are kept for `backward(residuals, d_outputs)`. The rule survives vmap, scan and jit.
/// Throws:   OpError if the outputs of `f` and `forward` differ, or the cotangents do not fit.
/// Gradient: as custom_gradient; a second one differentiates what made the residuals.
/// Source:   jax.custom_vjp.
std::vector<Value> custom_vjp(
    Operands inputs, const BuildFn& f,
    const std::function<WithResiduals(std::span<const Value> inputs)>& forward,
    const std::function<std::vector<Value>(std::span<const Value> residuals,
                                           std::span<const Value> d_outputs)>& backward);

/// Computes `f(inputs)`, whose tangents are `rule(inputs, outputs, d_inputs)`, linear in
/// `d_inputs`: a tangent an output, an empty Value for none.
/// Throws:   OpError if `rule` returns another number of tangents or other shapes.
/// Gradient: forward by `rule`, reverse by its transpose.
/// Source:   jax.custom_jvp.
std::vector<Value> custom_jvp(Operands inputs, const BuildFn& f,
                              const std::function<std::vector<Value>(
                                  std::span<const Value> inputs, std::span<const Value> outputs,
                                  std::span<const Value> d_inputs)>& rule);

/// The same for one input and a derivative that is its own transpose, as that of an elementwise
/// function: y = f(x), d_x = d(x, y, d_y) in both directions.
Value custom_derivative(Operand x, const std::function<Value(Value)>& f,
                        const std::function<Value(Value x, Value y, Value d_y)>& d);

}  // namespace hilo
