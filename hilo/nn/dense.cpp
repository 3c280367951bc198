#include "hilo/nn/dense.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/dot.h"

namespace hilo::nn {

Value dense(Scope scope, Value x, Dim features, const DenseOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("dense", x, 1, "[..,in]");
  expect_positive("dense", "features", features, x);
  Value kernel =
      scope.variable("kernel", {x.dtype(), {x.dim(-1), features}}, options.kernel_initializer);
  if (options.kernel_transform) kernel = options.kernel_transform(scope, kernel);
  const std::int64_t last = x.rank() - 1;
  const Value y = dot_general(
      x, kernel,
      {.lhs_contracting_dimensions = {last}, .rhs_contracting_dimensions = {0}});  // [..,out]
  return options.bias
             ? y + scope.variable("bias", {x.dtype(), {features}}, options.bias_initializer)
             : y;
}

}  // namespace hilo::nn
