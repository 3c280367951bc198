#pragma once
#include "hilo/graph/value.h"

// Activation functions, element by element. Values and gradients are those of jax.nn.
namespace hilo {

/// max(x, 0). A NaN stays one. Gradient: 0 at 0.
Value relu(Operand x);
/// min(max(x, 0), 6). Gradient: 0 at the two corners.
Value relu6(Operand x);
/// x, and `slope` x where x is negative.
Value leaky_relu(Operand x, double slope = 0.01);
/// x, and alpha (exp(x) - 1) where x is negative.
Value elu(Operand x, double alpha = 1);
/// The elu that keeps mean 0 and variance 1. Source: Klambauer et al., Self-Normalizing Neural
/// Networks.
Value selu(Operand x);
/// max(x, 0) + alpha (exp(min(x, 0) / alpha) - 1): an elu whose derivative has no step.
Value celu(Operand x, double alpha = 1);

Value sigmoid(Operand x);      ///< 1 / (1 + exp(-x)), the same as `logistic`
Value log_sigmoid(Operand x);  ///< log(sigmoid(x)), exact for large negative x
Value softplus(Operand x);     ///< log(1 + exp(x)) without overflow
Value softsign(Operand x);     ///< x / (1 + |x|)

/// x times the normal distribution function, exact.
Value gelu(Operand x);
/// Its approximation by tanh, which GPT-2 and Gemma use.
Value gelu_tanh(Operand x);
Value silu(Operand x);  ///< x sigmoid(x), also called swish
Value mish(Operand x);  ///< x tanh(softplus(x))

Value hard_tanh(Operand x);     ///< x held between -1 and 1
Value hard_sigmoid(Operand x);  ///< relu6(x + 3) / 6
Value hard_swish(Operand x);    ///< x hard_sigmoid(x)

/// cap tanh(x / cap): x held softly between -cap and cap.
Value softcap(Operand x, double cap);

/// The first half of x along `axis`, times the sigmoid of the second half.
/// Throws:  OpError if the axis has an odd length.
Value glu(Operand x, int axis = -1);

}  // namespace hilo
