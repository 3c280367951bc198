#include "hilo/nn/conv.h"

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/conv_transpose.h"
#include "hilo/ops/convolution.h"

namespace hilo::nn {
namespace {

void check(std::string_view layer, Value x, const ConvLayerOptions& options, int rank,
           const std::string& rule) {
  expect_float_input(layer, x, rank, rule);
  if (x.rank() != rank) refuse_layer(layer, "x has too many axes", x, "floats " + rule);
  if (options.filters == 0)
    refuse_layer(layer, "filters is not set", x, "filters of 1 or more", "{.filters = 32}");
  expect_positive(layer, "filters", options.filters, x);
  expect_positive(layer, "groups", options.groups, x);
  if (x.dim(-1) % options.groups != 0 || options.filters % options.groups != 0) {
    refuse_layer(layer,
                 std::to_string(options.groups) + " groups do not divide " +
                     std::to_string(x.dim(-1)) + " features in and " +
                     std::to_string(options.filters) + " out",
                 x, "multiples of groups");
  }
}

// [spatial..,C/groups,filters].
Shape kernel_shape(std::string_view layer, Value x, const ConvLayerOptions& options,
                   std::size_t spatial_axes) {
  Dims dims;
  try {
    dims = options.kernel.for_axes(spatial_axes, 3, layer, "kernel");
  } catch (const OpError& e) {
    refuse_layer(layer, e.refusal().problem, x, e.refusal().expected);
  }
  dims.push_back(x.dim(-1) / options.groups);
  dims.push_back(options.filters);
  return {x.dtype(), std::move(dims)};
}

enum class Direction : std::uint8_t { kDown, kUp };

Value conv(const Scope& scope, std::string_view layer, Value x, const ConvLayerOptions& options,
           std::size_t spatial_axes, const std::string& rule,
           Direction direction = Direction::kDown) {
  const CallSite site(scope.where(), scope.label());
  check(layer, x, options, static_cast<int>(spatial_axes) + 2, rule);
  Value kernel = scope.variable("kernel", kernel_shape(layer, x, options, spatial_axes),
                                options.kernel_initializer);
  if (options.kernel_transform) kernel = options.kernel_transform(scope, kernel);
  const Value y = direction == Direction::kUp
                      ? hilo::conv_transpose(x, kernel,
                                             {.strides = options.strides,
                                              .padding = options.padding,
                                              .dilations = options.dilations,
                                              .groups = options.groups})
                      : hilo::conv(x, kernel,
                                   {.strides = options.strides,
                                    .padding = options.padding,
                                    .dilations = options.dilations,
                                    .groups = options.groups});
  return options.bias
             ? y + scope.variable("bias", {x.dtype(), {options.filters}}, options.bias_initializer)
             : y;
}

}  // namespace

Value conv1d(Scope scope, Value x, const ConvLayerOptions& options) {
  return conv(scope, "conv1d", x, options, 1, "[B,W,C]");
}
Value conv2d(Scope scope, Value x, const ConvLayerOptions& options) {
  return conv(scope, "conv2d", x, options, 2, "[B,H,W,C]");
}
Value conv3d(Scope scope, Value x, const ConvLayerOptions& options) {
  return conv(scope, "conv3d", x, options, 3, "[B,D,H,W,C]");
}

Value conv_transpose1d(Scope scope, Value x, const ConvLayerOptions& options) {
  return conv(scope, "conv_transpose1d", x, options, 1, "[B,W,C]", Direction::kUp);
}
Value conv_transpose2d(Scope scope, Value x, const ConvLayerOptions& options) {
  return conv(scope, "conv_transpose2d", x, options, 2, "[B,H,W,C]", Direction::kUp);
}
Value conv_transpose3d(Scope scope, Value x, const ConvLayerOptions& options) {
  return conv(scope, "conv_transpose3d", x, options, 3, "[B,D,H,W,C]", Direction::kUp);
}

}  // namespace hilo::nn
