#include "hilo/nn/flatten.h"

#include "hilo/graph/call_site.h"
#include "hilo/ops/reshape.h"

namespace hilo::nn {

Value flatten(Scope scope, Value x, int first) {
  const CallSite site(scope.where(), scope.label());
  return hilo::flatten(x, first);
}

}  // namespace hilo::nn
