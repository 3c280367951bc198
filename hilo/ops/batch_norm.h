#pragma once
#include "hilo/graph/value.h"

// StableHLO's batch normalisation. nn::batch_norm is the layer; these are for programs from
// elsewhere.
namespace hilo {

struct BatchNormOptions {
  float epsilon = 1e-5F;  ///< added to the variance
  int feature_axis =
      -1;  ///< the axis whose lengths the statistics have; negative counts from the back
};

/// (x - mean) / sqrt(variance + epsilon) * scale + offset, feature by feature.
/// Shapes:  x [..,C,..]; scale, offset, mean and variance [C], all of one floating dtype; the
/// result
///          is like x.
/// Throws:  OpError if shapes, dtypes or the axis do not fit.
/// Source:  StableHLO spec, batch_norm_inference (C1-C7).
Value batch_norm_inference(Operand x, Operand scale, Operand offset, Operand mean, Operand variance,
                           BatchNormOptions options = {});

struct BatchNormalized {
  Value output, mean, variance;
};
/// The same with the mean and the variance (divided by the number of elements) of x itself, which
/// are given too.
/// Source:  StableHLO spec, batch_norm_training (C1-C5).
BatchNormalized batch_norm_training(Operand x, Operand scale, Operand offset,
                                    BatchNormOptions options = {});

struct BatchNormGradients {
  Value d_x, d_scale, d_offset;
};
/// The gradients of batch_norm_training's output, given its statistics; batch_norm_training has
/// them by itself.
/// Source:  StableHLO spec, batch_norm_grad (C1-C5).
BatchNormGradients batch_norm_grad(Operand x, Operand scale, Operand mean, Operand variance,
                                   Operand d_output, BatchNormOptions options = {});

}  // namespace hilo
