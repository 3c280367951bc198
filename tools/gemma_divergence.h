#pragma once
#include "hilo/models/gemma/gemma.h"
#include "tools/messages.h"

namespace hilo::tools {

/// Kullback-Leibler divergence of what `model` expects behind each token from what `exact` does, in
/// nats: the mean and the largest, read at once (`prefill`) and sixteen tokens at a time (`steps`,
/// for which products with few vectors are used, as in decoding).
Json divergence(models::Gemma& model, models::Gemma& exact, const models::gemma::Ids& ids);

}  // namespace hilo::tools
