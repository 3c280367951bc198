#pragma once
#include <functional>

#include "hilo/graph/value.h"

namespace hilo::train {

/// The loss of each example: (outputs, labels) -> f32[B]. The trainer takes the mean.
using Loss = std::function<Value(Value outputs, Value labels)>;

}  // namespace hilo::train

/// Losses. Outputs are [B,..]; the result is one number an example, [B]. bf16 and f16 outputs are
/// computed in f32.
namespace hilo::loss {

/// -log softmax(logits)[label]. logits: f32[B,C]; labels: integers [B] (classes), or f32[B,C]
/// (probabilities).
/// Throws:  OpError if neither form fits. A class out of range gives NaN.
Value softmax_cross_entropy(Operand logits, Operand labels);
/// Mean over the outputs of -(label log p + (1 - label) log(1 - p)), p = sigmoid(logit). Shapes
/// equal, or labels [B] for logits [B,1].
Value binary_cross_entropy_with_logits(Operand logits, Operand labels);
/// Mean over the outputs of (output - label)^2.
Value mean_squared_error(Operand outputs, Operand labels);
/// Mean over the outputs of |output - label|.
Value mean_absolute_error(Operand outputs, Operand labels);
/// Squares up to `delta` (0.5 d^2), straight beyond (delta (|d| - 0.5 delta)).
Value huber(Operand outputs, Operand labels, double delta = 1);

}  // namespace hilo::loss
