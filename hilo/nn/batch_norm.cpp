#include "hilo/nn/batch_norm.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/unary.h"

namespace hilo::nn {
namespace {

struct Moments {
  Value mean, variance;  // f32[C]
};

// Those of the batch, which the running ones follow; or the running ones.
Moments moments_of(const Scope& scope, Value x, const BatchNormOptions& options) {
  const Shape shape{x.dtype(), {x.dim(-1)}};
  const Value old_mean = scope.state("mean", shape, zeros()),
              old_variance = scope.state("variance", shape, ones());
  if (!scope.is_training()) return {old_mean, old_variance};
  Axes axes;
  for (int i = 0; i < x.rank() - 1; ++i) axes.push_back(i);
  const Value batch_mean = mean(x, axes);
  const Value distance = x - batch_mean;
  const Value batch_variance = mean(distance * distance, axes);
  const double keep = options.momentum;
  scope.update("mean", keep * old_mean + (1 - keep) * batch_mean);
  scope.update("variance", keep * old_variance + (1 - keep) * batch_variance);
  return {batch_mean, batch_variance};
}

}  // namespace

Value batch_norm(Scope scope, Value x, const BatchNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("batch_norm", x, 2, "[B,..,C]");
  if (!(options.momentum >= 0 && options.momentum <= 1)) {
    refuse_layer("batch_norm", "momentum is " + std::to_string(options.momentum), x,
                 "0 <= momentum <= 1");
  }
  if (!(options.epsilon >= 0))
    refuse_layer("batch_norm", "epsilon is " + std::to_string(options.epsilon), x, "epsilon >= 0");
  const Shape shape{x.dtype(), {x.dim(-1)}};
  const Value wide = convert(x, statistics_dtype(x.dtype()));
  const Moments m = moments_of(scope, wide, options);
  Value factor = rsqrt(m.variance + options.epsilon);  // [C]
  if (options.scale) factor = factor * scope.variable("scale", shape, options.scale_initializer);
  Value y = (wide - m.mean) * factor;  // [B,..,C]
  if (options.bias) y = y + scope.variable("bias", shape, options.bias_initializer);
  return convert(y, x.dtype());
}

}  // namespace hilo::nn
