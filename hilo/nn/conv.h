#pragma once
#include "hilo/nn/dense.h"
#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"
#include "hilo/ops/sliding_window.h"

namespace hilo::nn {

/// Lists have one number for all spatial axes or one for each: `.kernel = 3`, `.kernel = {3, 5}`.
struct ConvLayerOptions {
  Dim filters = 0;  ///< features that come out; must be set
  PerAxis kernel = 3;
  PerAxis strides = 1;
  WindowPadding padding = "same";  ///< "same", "valid" or {low, high} for each spatial axis
  PerAxis dilations = 1;
  Dim groups = 1;  ///< features fall into groups that do not mix; C for a depthwise convolution
  bool bias = true;
  Initializer kernel_initializer = glorot_uniform();
  Initializer bias_initializer = zeros();
  KernelTransform kernel_transform{};
};

/// A convolution, plus a bias: variables "kernel" [h,w,C/groups,filters] and "bias" [filters], of
/// x's dtype.
/// Shapes:  [B,H,W,C] -> [B,H',W',filters]; "same": H' = ceil(H / stride), "valid":
///          H' = floor((H - h) / stride) + 1.
/// Throws:  OpError if x is no float or has another rank, `filters` is not set, `groups` does
///          not divide the features, or a list has too many numbers.
/// Example: nn::conv2d(scope / "conv1", x, {.filters = 32, .kernel = 3})
Value conv2d(Scope scope, Value x, const ConvLayerOptions& options);
/// The same for [B,W,C] and for [B,D,H,W,C].
Value conv1d(Scope scope, Value x, const ConvLayerOptions& options);
Value conv3d(Scope scope, Value x, const ConvLayerOptions& options);

/// The convolution that makes pictures larger, plus a bias, as `conv_transpose` of hilo/ops:
/// strides spread x out. Variables as those of conv2d. Shapes:  [B,H,W,C] -> [B,H',W',filters];
/// "same": H' = H stride, "valid": H' = H stride +
///          max(h - stride, 0).
/// Throws:  OpError as conv2d.
/// Source:  jax.lax.conv_transpose; Keras's kernels are mirrored against these.
Value conv_transpose2d(Scope scope, Value x, const ConvLayerOptions& options);
/// The same for [B,W,C] and for [B,D,H,W,C].
Value conv_transpose1d(Scope scope, Value x, const ConvLayerOptions& options);
Value conv_transpose3d(Scope scope, Value x, const ConvLayerOptions& options);

}  // namespace hilo::nn
