#include "hilo/nn/dropout.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/random.h"
#include "hilo/ops/select.h"

namespace hilo::nn {

Value dropout(Scope scope, Value x, double rate) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("dropout", x, 0, "[..]");
  if (!(rate >= 0 && rate < 1))
    refuse_layer("dropout", "rate is " + std::to_string(rate), x, "0 <= rate < 1");
  if (!scope.is_training() || rate == 0) return x;
  const Value keeps = bernoulli(scope.key(), 1 - rate, x.dims());
  return select(keeps, x / (1 - rate), 0);
}

}  // namespace hilo::nn
