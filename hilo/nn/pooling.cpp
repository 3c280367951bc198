#include "hilo/nn/pooling.h"

#include "hilo/graph/call_site.h"

namespace hilo::nn {

Value max_pool(Scope scope, Value x, PerAxis window, PoolOptions options) {
  const CallSite site(scope.where(), scope.label());
  return hilo::max_pool(x, std::move(window), std::move(options));
}

Value min_pool(Scope scope, Value x, PerAxis window, PoolOptions options) {
  const CallSite site(scope.where(), scope.label());
  return hilo::min_pool(x, std::move(window), std::move(options));
}

Value avg_pool(Scope scope, Value x, PerAxis window, PoolOptions options) {
  const CallSite site(scope.where(), scope.label());
  return hilo::avg_pool(x, std::move(window), std::move(options));
}

Value global_max_pool(Scope scope, Value x, bool keeps_dims, Layout layout) {
  const CallSite site(scope.where(), scope.label());
  return hilo::global_max_pool(x, keeps_dims, layout);
}

Value global_avg_pool(Scope scope, Value x, bool keeps_dims, Layout layout) {
  const CallSite site(scope.where(), scope.label());
  return hilo::global_avg_pool(x, keeps_dims, layout);
}

}  // namespace hilo::nn
