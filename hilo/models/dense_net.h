#pragma once
#include <vector>

#include "hilo/nn/normalize_channels.h"
#include "hilo/nn/scope.h"

namespace hilo::models {

struct DenseNet {
  std::vector<Dim> hidden = {128};  ///< width of each hidden layer
  Dim classes = 10;
  double dropout = 0;               ///< after each hidden layer
  nn::ChannelMoments pixels{};      ///< of the training set; kept with the weights
};

/// Hidden layers with ReLU over all pixels of a picture: the smallest network that learns something.
/// Shapes:  u8[B,H,W,C] -> f32[B,classes].
nn::Model dense_net(DenseNet options);

}  // namespace hilo::models
