#pragma once
#include <functional>

#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"

namespace hilo::nn {

/// What a layer makes of its kernel before it uses it: `weight_norm` or `spectral_norm`. It may
/// keep variables of its own in the layer's scope.
using KernelTransform = std::function<Value(Scope, Value kernel)>;

struct DenseOptions {
  bool bias = true;
  Initializer kernel_initializer = glorot_uniform();
  Initializer bias_initializer = zeros();
  KernelTransform kernel_transform{};
};

/// x times a matrix, plus a bias: variables "kernel" [in,out] and "bias" [out], of x's dtype.
/// Shapes:  [..,in] -> [..,out], out = `features`.
/// Throws:  OpError if x is no float or has no axis, or `features` is below 1.
/// Example: nn::dense(scope / "hidden", flatten(x), 128)
Value dense(Scope scope, Value x, Dim features, const DenseOptions& options = {});

}  // namespace hilo::nn
