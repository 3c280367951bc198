#pragma once
#include <functional>

#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"
#include "hilo/ops/activation.h"

namespace hilo::nn {

/// A function of a value, element by element: relu, gelu_tanh, or one of your own.
using Activation = std::function<Value(Value)>;

struct MlpOptions {
  Dim hidden = 0;  ///< F; must be set
  Dim out = 0;     ///< width of the result; 0: that of x
  Activation activation = [](Value x) { return gelu(x); };
  double dropout = 0;  ///< of the hidden features, in training
  bool bias = true;
  Initializer kernel_initializer = glorot_uniform();
};

/// down(activation(up(x))): layers "up" [D,F] and "down" [F,D].
/// Shapes:  [..,D] -> [..,D].
/// Throws:  OpError if x is no float or has no axis, or `hidden` is not set.
Value mlp(Scope scope, Value x, const MlpOptions& options);

struct GatedMlpOptions {
  Dim hidden = 0;  ///< F; must be set
  Activation activation = [](Value x) { return gelu_tanh(x); };
  bool bias = false;
  Initializer kernel_initializer = glorot_uniform();
};

/// down(activation(gate(x)) * up(x)): layers "gate_proj", "up_proj" [D,F] and "down_proj" [F,D].
/// GEGLU; with silu SwiGLU, with sigmoid GLU.
/// Shapes:  [..,D] -> [..,D].
/// Throws:  OpError if x is no float or has no axis, or `hidden` is not set.
/// Source:  Shazeer 2020; Gemma 2 report, section 2.
/// Example: nn::gated_mlp(scope / "mlp", x, {.hidden = 4 * width, .activation = silu})
Value gated_mlp(Scope scope, Value x, const GatedMlpOptions& options);

}  // namespace hilo::nn
