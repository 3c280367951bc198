#pragma once
#include <vector>

#include "hilo/nn/normalize_channels.h"
#include "hilo/nn/scope.h"

namespace hilo::models {

struct ImageCnn {
  std::vector<Dim> filters = {32, 64, 128};  ///< of each block, which halves height and width
  Dim hidden = 128;
  double dropout = 0.3;
  Dim classes = 2;
  nn::ChannelMoments pixels{};               ///< of the training set; kept with the weights
};

/// A classifier for pictures of any kind: blocks of conv 3x3 same, batch norm, ReLU, max-pool 2; then dense, ReLU,
/// dropout, dense.
/// Shapes:  u8[B,H,W,C] -> f32[B,classes]; H and W at least 2 to the number of blocks.
nn::Model image_cnn(ImageCnn options);

}  // namespace hilo::models
