#pragma once
#include "hilo/nn/scope.h"

namespace hilo::nn {

/// `flatten` of hilo/ops/reshape.h as a layer with a name: [B,H,W,C] -> [B,H*W*C].
Value flatten(Scope scope, Value x, int first = 1);

}  // namespace hilo::nn
