#include "hilo/models/dense_net.h"

#include "hilo/nn/dense.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/flatten.h"
#include "hilo/ops/activation.h"

namespace hilo::models {

// B batch, F width of a hidden layer.
nn::Model dense_net(DenseNet options) {
  return [options](nn::Scope scope, Value images) {
    Value x = nn::normalize_channels(scope / "pixels", images, options.pixels);
    x = nn::flatten(scope / "flatten", x);                                        // [B,H*W*C]
    for (Dim width : options.hidden) {
      x = relu(nn::dense(scope.next("hidden"), x, width));                        // [B,F]
      if (options.dropout > 0) x = nn::dropout(scope.next("drop"), x, options.dropout);
    }
    return nn::dense(scope / "logits", x, options.classes);
  };
}

}  // namespace hilo::models
