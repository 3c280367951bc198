#include "hilo/nn/mlp.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/dense.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"

namespace hilo::nn {
namespace {

void check(std::string_view layer, Value x, Dim hidden) {
  expect_float_input(layer, x, 1, "[..,D]");
  if (hidden == 0)
    refuse_layer(layer, "hidden is not set", x, "hidden of 1 or more", "{.hidden = 256}");
  expect_positive(layer, "hidden", hidden, x);
}

}  // namespace

Value mlp(Scope scope, Value x, const MlpOptions& options) {
  const CallSite site(scope.where(), scope.label());
  check("mlp", x, options.hidden);
  if (options.out < 0) expect_positive("mlp", "out", options.out, x);
  const DenseOptions inner{.bias = options.bias, .kernel_initializer = options.kernel_initializer};
  Value y = options.activation(dense(scope / "up", x, options.hidden, inner));  // [..,F]
  y = dropout(scope / "dropout", y, options.dropout);
  return dense(scope / "down", y, options.out == 0 ? x.dim(-1) : options.out, inner);
}

Value gated_mlp(Scope scope, Value x, const GatedMlpOptions& options) {
  const CallSite site(scope.where(), scope.label());
  check("gated_mlp", x, options.hidden);
  const DenseOptions inner{.bias = options.bias, .kernel_initializer = options.kernel_initializer};
  const Value gate =
      options.activation(dense(scope / "gate_proj", x, options.hidden, inner));  // [..,F]
  const Value up = dense(scope / "up_proj", x, options.hidden, inner);           // [..,F]
  return dense(scope / "down_proj", gate * up, x.dim(-1), inner);                // [..,D]
}

}  // namespace hilo::nn
