#pragma once
#include "hilo/models/gemma/config.h"
#include "hilo/models/gemma/division.h"
#include "hilo/nn/store.h"

namespace hilo::models::gemma {

/// Weights for a model that is to be measured and not believed: numbers without pattern of about
/// the size that real ones have, norms of 1. Made on the device, a tensor after the other; on a
/// mesh they go there through the host. Cost:    memory of the weights, and a small program for
/// each shape.
nn::Store random_weights(const Config& config, const pjrt::Client& client,
                         const Division& division = {});

}  // namespace hilo::models::gemma
