#include "hilo/models/image_cnn.h"

#include "hilo/nn/batch_norm.h"
#include "hilo/nn/conv.h"
#include "hilo/nn/dense.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/flatten.h"
#include "hilo/nn/pooling.h"
#include "hilo/ops/activation.h"

namespace hilo::models {

nn::Model image_cnn(ImageCnn options) {
  return [options](nn::Scope scope, Value images) {
    Value x = nn::normalize_channels(scope / "pixels", images, options.pixels);                      // [B,H,W,C]
    for (Dim filters : options.filters) {
      const nn::Scope block = scope.next("block");
      x = nn::conv2d(block / "conv", x, {.filters = filters, .kernel = 3, .bias = false});           // [B,h,w,filters]
      x = relu(nn::batch_norm(block / "norm", x, {.momentum = 0.9}));
      x = nn::max_pool(block / "pool", x, 2);                                                        // [B,h/2,w/2,filters]
    }
    x = relu(nn::dense(scope / "hidden", nn::flatten(scope / "flatten", x), options.hidden));        // [B,hidden]
    x = nn::dropout(scope / "drop", x, options.dropout);
    return nn::dense(scope / "logits", x, options.classes);
  };
}

}  // namespace hilo::models
