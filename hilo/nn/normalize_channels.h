#pragma once
#include <vector>

#include "hilo/nn/scope.h"

namespace hilo::nn {

/// Mean and deviation of each channel, of pixels in 0..1: what `data::channel_statistics` gives.
struct ChannelMoments {
  std::vector<double> mean, std;
};

/// (x / 255 - mean) / std, by channel. Both are states "mean" and "std", so that a checkpoint knows
/// them.
/// Shapes:  u8[..,C], or floats of the same numbers 0..255, -> f32[..,C].
/// Throws:  OpError for other dtypes, unless there are C numbers each, or if a std is not positive.
/// Example: nn::normalize_channels(scope / "pixels", images, {.mean = s.mean, .std = s.std})
Value normalize_channels(Scope scope, Value x, const ChannelMoments& moments);

}  // namespace hilo::nn
