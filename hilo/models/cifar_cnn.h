#pragma once
#include "hilo/nn/normalize_channels.h"
#include "hilo/nn/scope.h"

namespace hilo::models {

/// What the network is told of its data.
struct CifarCnn {
  Dim classes = 10;
  nn::ChannelMoments pixels{};  ///< of the training set; kept with the weights
};

/// The CIFAR-10 CNN: twice conv 3x3 same, ReLU, max-pool 2, dropout (32 filters and 0.3, 64 and 0.5), then dense 128,
/// ReLU, dropout 0.5, dense. 545,098 trainable parameters for ten classes of 32x32x3.
/// Shapes:  u8[B,H,W,C] -> f32[B,classes], H and W at least 4.
nn::Model cifar_cnn(CifarCnn options);

}  // namespace hilo::models
