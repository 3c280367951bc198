#pragma once
#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"

// Norms of each example by itself. Statistics are computed in f32 or wider, the result has x's
// dtype; variables have it too. All throw OpError if x is no float, has too few axes, or epsilon is
// negative.
namespace hilo::nn {

struct LayerNormOptions {
  double epsilon = 1e-6;
  bool scale = true, bias = true;
  Initializer scale_initializer = ones();
  Initializer bias_initializer = zeros();
};

/// (x - mean) / sqrt(variance + epsilon) * scale + bias over the last axis.
/// Shapes:  [..,C] -> the same; variables "scale" and "bias" [C].
/// Source:  Ba et al. 2016.
Value layer_norm(Scope scope, Value x, const LayerNormOptions& options = {});

struct GroupNormOptions {
  Dim groups = 32;  ///< 1: over all channels
  double epsilon = 1e-6;
  bool scale = true, bias = true;
  Initializer scale_initializer = ones();
  Initializer bias_initializer = zeros();
};

/// The same over groups of neighbouring channels and all places of an example.
/// Shapes:  [B,..,C] -> the same; variables "scale" and "bias" [C].
/// Throws:  OpError also if `groups` does not divide C.
/// Source:  Wu and He 2018.
Value group_norm(Scope scope, Value x, const GroupNormOptions& options = {});

/// group_norm with each channel by itself; its `groups` is not read.
/// Source:  Ulyanov et al. 2016.
Value instance_norm(Scope scope, Value x, const GroupNormOptions& options = {});

struct RmsNormOptions {
  double epsilon = 1e-6;
  bool scale = true;
  double scale_offset =
      0;  ///< added to the scale; 1 for Gemma, whose scales are kept as distances from 1
};

/// x / sqrt(mean(x^2) + epsilon) * (scale_offset + scale) over the last axis. The scale starts as 1
/// - scale_offset.
/// Shapes:  [..,C] -> the same; variable "scale" [C].
/// Source:  Zhang and Sennrich 2019.
Value rms_norm(Scope scope, Value x, const RmsNormOptions& options = {});
/// The same by a scale [C] that the caller has; `options.scale` is not read.
Value rms_norm(Operand x, Operand scale, const RmsNormOptions& options = {});

}  // namespace hilo::nn
