#pragma once
#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"

// What keeps the size of a kernel in hand. Each fits `kernel_transform` of dense and conv:
//     nn::dense(scope / "d", x, 64, {.kernel_transform = [](nn::Scope s, Value k) {
//       return nn::spectral_norm(s, k);
//     }})
// Kernels are [..,out]; all axes before the last count as what goes in. All throw OpError if the
// kernel is no float or has no axis, or a setting makes no sense.
namespace hilo::nn {

struct WeightNormOptions {
  double epsilon = 1e-12;  ///< added to the sum of squares
  Initializer scale_initializer = ones();
};

/// scale times the kernel with columns of length 1: variable "scale" [out], so that the size and
/// the direction of each column are learned apart. Source:  Salimans and Kingma 2016.
Value weight_norm(Scope scope, Value kernel, const WeightNormOptions& options = {});

struct SpectralNormOptions {
  int steps = 1;  ///< of the power iteration, at each step of training
  double epsilon = 1e-12;
};

/// The kernel over its largest singular value, as the power iteration estimates it: state "u" [out]
/// follows the kernel in training. Statistics are computed in f32 or wider.
/// Gradient: to the kernel, for the vectors as they are, as the paper has it.
/// Source:  Miyato et al. 2018.
Value spectral_norm(Scope scope, Value kernel, const SpectralNormOptions& options = {});

}  // namespace hilo::nn
