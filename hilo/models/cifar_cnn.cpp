#include "hilo/models/cifar_cnn.h"

#include "hilo/nn/conv.h"
#include "hilo/nn/dense.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/flatten.h"
#include "hilo/nn/pooling.h"
#include "hilo/ops/activation.h"

namespace hilo::models {

// B batch, H height, W width, C channels. Shapes in the comments are those of 32x32x3.
nn::Model cifar_cnn(CifarCnn options) {
  return [options](nn::Scope scope, Value images) {                                              // u8[B,32,32,3]
    Value x = nn::normalize_channels(scope / "pixels", images, options.pixels);                  // f32[B,32,32,3]
    x = nn::max_pool(scope / "pool1", relu(nn::conv2d(scope / "conv1", x, {.filters = 32, .kernel = 3})), 2);  // [B,16,16,32]
    x = nn::dropout(scope / "drop1", x, 0.3);
    x = nn::max_pool(scope / "pool2", relu(nn::conv2d(scope / "conv2", x, {.filters = 64, .kernel = 3})), 2);  // [B,8,8,64]
    x = nn::dropout(scope / "drop2", x, 0.5);
    x = relu(nn::dense(scope / "hidden", nn::flatten(scope / "flatten", x), 128));               // [B,128]
    x = nn::dropout(scope / "drop3", x, 0.5);
    return nn::dense(scope / "logits", x, options.classes);                                      // [B,10]
  };
}

}  // namespace hilo::models
