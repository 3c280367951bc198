#include "hilo/nn/separable_conv.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"

namespace hilo::nn {
namespace {

using Conv = Value (*)(Scope, Value, const ConvLayerOptions&);

Value depthwise(Conv conv, std::string_view layer, const Scope& scope, Value x,
                const DepthwiseConvOptions& o) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input(layer, x, 1, "[B,..,C]");
  expect_positive(layer, "multiplier", o.multiplier, x);
  return conv(scope, x,
              {.filters = x.dim(-1) * o.multiplier,
               .kernel = o.kernel,
               .strides = o.strides,
               .padding = o.padding,
               .dilations = o.dilations,
               .groups = x.dim(-1),
               .bias = o.bias,
               .kernel_initializer = o.kernel_initializer,
               .bias_initializer = o.bias_initializer,
               .kernel_transform = o.kernel_transform});
}

Value separable(Conv conv, std::string_view layer, const Scope& scope, Value x,
                const SeparableConvOptions& o) {
  const CallSite site(scope.where(), scope.label());
  const Value y = depthwise(conv, layer, scope / "depthwise", x,
                            {.multiplier = o.multiplier,
                             .kernel = o.kernel,
                             .strides = o.strides,
                             .padding = o.padding,
                             .dilations = o.dilations,
                             .bias = false,
                             .kernel_initializer = o.kernel_initializer});
  return conv(scope / "pointwise", y,
              {.filters = o.filters,
               .kernel = 1,
               .bias = o.bias,
               .kernel_initializer = o.kernel_initializer,
               .bias_initializer = o.bias_initializer});
}

}  // namespace

Value depthwise_conv1d(Scope scope, Value x, const DepthwiseConvOptions& options) {
  return depthwise(conv1d, "depthwise_conv1d", scope, x, options);
}
Value depthwise_conv2d(Scope scope, Value x, const DepthwiseConvOptions& options) {
  return depthwise(conv2d, "depthwise_conv2d", scope, x, options);
}
Value depthwise_conv3d(Scope scope, Value x, const DepthwiseConvOptions& options) {
  return depthwise(conv3d, "depthwise_conv3d", scope, x, options);
}

Value separable_conv1d(Scope scope, Value x, const SeparableConvOptions& options) {
  return separable(conv1d, "separable_conv1d", scope, x, options);
}
Value separable_conv2d(Scope scope, Value x, const SeparableConvOptions& options) {
  return separable(conv2d, "separable_conv2d", scope, x, options);
}
Value separable_conv3d(Scope scope, Value x, const SeparableConvOptions& options) {
  return separable(conv3d, "separable_conv3d", scope, x, options);
}

}  // namespace hilo::nn
