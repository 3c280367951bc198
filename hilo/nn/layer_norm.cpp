#include "hilo/nn/layer_norm.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/unary.h"

namespace hilo::nn {
namespace {

void expect_epsilon(std::string_view layer, double epsilon, Value x) {
  if (!(epsilon >= 0))
    refuse_layer(layer, "epsilon is " + std::to_string(epsilon), x, "epsilon >= 0");
}

// Mean 0 and variance 1 over the axes.
Value standardized(Value x, const Axes& axes, double epsilon) {
  const Value distance = x - mean(x, axes, true);
  return distance * rsqrt(mean(distance * distance, axes, true) + epsilon);
}

// y * scale + bias in x's dtype, by the last axis; y is x normalised.
template <class Options>
Value rescaled(const Scope& scope, Value x, Value y, const Options& options) {
  const Shape shape{x.dtype(), {x.dim(-1)}};
  if (options.scale) y = y * scope.variable("scale", shape, options.scale_initializer);
  if (options.bias) y = y + scope.variable("bias", shape, options.bias_initializer);
  return convert(y, x.dtype());
}

}  // namespace

Value layer_norm(Scope scope, Value x, const LayerNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("layer_norm", x, 1, "[..,C]");
  expect_epsilon("layer_norm", options.epsilon, x);
  return rescaled(scope, x,
                  standardized(convert(x, statistics_dtype(x.dtype())), {-1}, options.epsilon),
                  options);
}

Value group_norm(Scope scope, Value x, const GroupNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("group_norm", x, 2, "[B,..,C]");
  expect_epsilon("group_norm", options.epsilon, x);
  expect_positive("group_norm", "groups", options.groups, x);
  if (x.dim(-1) % options.groups != 0) {
    refuse_layer("group_norm",
                 std::to_string(options.groups) + " groups do not divide the channels", x,
                 "[B,..,C], C a multiple of groups");
  }
  Dims grouped = x.dims();
  grouped.back() = options.groups;
  grouped.push_back(x.dim(-1) / options.groups);
  Axes axes;  // all but the batch and the groups
  for (int i = 1; i <= x.rank(); ++i) {
    if (i != x.rank() - 1) axes.push_back(i);
  }
  const Value wide = reshape(convert(x, statistics_dtype(x.dtype())), grouped);  // [B,..,G,C/G]
  return rescaled(scope, x, reshape(standardized(wide, axes, options.epsilon), x.dims()), options);
}

Value instance_norm(Scope scope, Value x, const GroupNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("instance_norm", x, 2, "[B,..,C]");
  GroupNormOptions own = options;
  own.groups = x.dim(-1);
  return group_norm(scope, x, own);
}

Value rms_norm(Scope scope, Value x, const RmsNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("rms_norm", x, 1, "[..,C]");
  expect_epsilon("rms_norm", options.epsilon, x);
  const DType dtype = statistics_dtype(x.dtype());
  const Value wide = convert(x, dtype);
  Value y = wide * rsqrt(mean(wide * wide, {-1}, true) + options.epsilon);
  if (options.scale) {
    const Value scale =
        scope.variable("scale", {x.dtype(), {x.dim(-1)}}, constant(1 - options.scale_offset));
    y = y * (options.scale_offset == 0 ? convert(scale, dtype)
                                       : convert(scale, dtype) + options.scale_offset);
  }
  return convert(y, x.dtype());
}

}  // namespace hilo::nn
