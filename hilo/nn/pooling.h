#pragma once
#include "hilo/nn/scope.h"
#include "hilo/ops/pooling.h"

// The pools of hilo/ops/pooling.h as layers: they have a name, so that summaries and messages show
// them.
namespace hilo::nn {

/// Example: nn::max_pool(scope / "pool1", x, 2)
Value max_pool(Scope scope, Value x, PerAxis window, PoolOptions options = {});
Value min_pool(Scope scope, Value x, PerAxis window, PoolOptions options = {});
Value avg_pool(Scope scope, Value x, PerAxis window, PoolOptions options = {});
/// [B,..,C] -> [B,C]; with `keeps_dims` the axes between stay, with length 1.
Value global_max_pool(Scope scope, Value x, bool keeps_dims = false,
                      Layout layout = Layout::kChannelsLast);
Value global_avg_pool(Scope scope, Value x, bool keeps_dims = false,
                      Layout layout = Layout::kChannelsLast);

}  // namespace hilo::nn
