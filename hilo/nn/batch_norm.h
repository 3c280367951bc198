#pragma once
#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"

namespace hilo::nn {

struct BatchNormOptions {
  double momentum = 0.99;  ///< what the running statistics keep of themselves at each step
  double epsilon = 1e-5;
  bool scale = true, bias = true;
  Initializer scale_initializer = ones();
  Initializer bias_initializer = zeros();
};

/// (x - mean) / sqrt(variance + epsilon) * scale + bias, by channel (the last axis). In training
/// mean and variance are those of the batch, and running averages of them are kept in the states
/// "mean" and "variance"; inference uses these. Statistics are computed in f32 or wider; the
/// variance is that of the batch itself (divided by its count).
/// Shapes:  [B,..,C] -> the same; variables "scale", "bias" [C] of x's dtype, states f32[C].
/// Throws:  OpError if x is no float, has fewer than 2 axes, or a setting makes no sense.
/// Source:  Ioffe and Szegedy 2015.
Value batch_norm(Scope scope, Value x, const BatchNormOptions& options = {});

}  // namespace hilo::nn
