#include "hilo/nn/residual.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/random.h"
#include "hilo/ops/select.h"

namespace hilo::nn {

Value residual(Scope scope, Value x, Value branch, const ResidualOptions& options) {
  const CallSite site(scope.where(), scope.label());
  if (x.shape() != branch.shape()) {
    refuse_layer("residual", "the branch is " + to_string(branch.shape()), x, "equal shapes");
  }
  branch = dropout(scope.next("residual_dropout"), branch, options.dropout);
  return x + stochastic_depth(scope.next("residual_depth"), branch, options.stochastic_depth);
}

Value stochastic_depth(Scope scope, Value x, double rate) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("stochastic_depth", x, 1, "[B,..]");
  if (!(rate >= 0 && rate < 1)) {
    refuse_layer("stochastic_depth", "rate is " + std::to_string(rate), x, "0 <= rate < 1");
  }
  if (!scope.is_training() || rate == 0) return x;
  Dims dims(x.dims().size(), 1);
  dims[0] = x.dim(0);
  return select(bernoulli(scope.key(), 1 - rate, dims), x / (1 - rate), 0);
}

}  // namespace hilo::nn
