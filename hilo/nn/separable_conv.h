#pragma once
#include "hilo/nn/conv.h"

namespace hilo::nn {

struct DepthwiseConvOptions {
  Dim multiplier = 1;  ///< features that come out of each one that goes in, side by side
  PerAxis kernel = 3;
  PerAxis strides = 1;
  WindowPadding padding = "same";
  PerAxis dilations = 1;
  bool bias = true;
  Initializer kernel_initializer = glorot_uniform();
  Initializer bias_initializer = zeros();
  KernelTransform kernel_transform{};
};

/// A convolution of each feature by itself, plus a bias: variables "kernel" [h,w,1,C multiplier]
/// and "bias" [C multiplier]. Shapes:  [B,H,W,C] -> [B,H',W',C multiplier], places as conv2d.
/// Throws:  OpError as conv2d.
Value depthwise_conv2d(Scope scope, Value x, const DepthwiseConvOptions& options = {});
/// The same for [B,W,C] and for [B,D,H,W,C].
Value depthwise_conv1d(Scope scope, Value x, const DepthwiseConvOptions& options = {});
Value depthwise_conv3d(Scope scope, Value x, const DepthwiseConvOptions& options = {});

struct SeparableConvOptions {
  Dim filters = 0;     ///< features that come out; must be set
  Dim multiplier = 1;  ///< of the first one
  PerAxis kernel = 3;
  PerAxis strides = 1;
  WindowPadding padding = "same";
  PerAxis dilations = 1;
  bool bias = true;  ///< of the second one
  Initializer kernel_initializer = glorot_uniform();
  Initializer bias_initializer = zeros();
};

/// A depthwise convolution, and one of single places that mixes the features: layers "depthwise",
/// without a bias, and "pointwise". As a conv2d of that kernel in h w times fewer products.
/// Shapes:  [B,H,W,C] -> [B,H',W',filters], places as conv2d.
/// Throws:  OpError as conv2d.
/// Source:  Chollet 2017.
Value separable_conv2d(Scope scope, Value x, const SeparableConvOptions& options);
/// The same for [B,W,C] and for [B,D,H,W,C].
Value separable_conv1d(Scope scope, Value x, const SeparableConvOptions& options);
Value separable_conv3d(Scope scope, Value x, const SeparableConvOptions& options);

}  // namespace hilo::nn
