#include <utility>

#include "hilo/ops/convert.h"
#include "hilo/ops/convolution_rules.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"

// Leave the spatial axes aside, and let m be the batch, j the input and k the output features, g
// the groups. Then
//   convolution        [m, j]  x [j, k]  -> [m, k]      to the input  [m, k]  x [k, j] -> [m, j]
//                                                       to the kernel [j, m]  x [m, k] -> [j, k]
//   feature groups     [m, gj] x [j, gk] -> [m, gk]     to the input  [m, gk] x [k, gj] -> [m, gj]:
//   feature groups
//                                                       to the kernel [gj, m] x [m, gk] -> [j, gk]:
//                                                       batch groups
//   batch groups       [gm, j] x [j, gk] -> [m, gk]     to the input  [m, gk] x [k, gj] -> [m, gj],
//   g to the batch
//                                                       to the kernel [j, gm] x [m, gk] -> [j, gk]:
//                                                       feature groups
namespace hilo {
namespace {

// Axis `from` holds [g, n]; its g goes in front of axis `to`: [.., g * n, .., m, ..] -> [.., n, ..,
// g * m, ..].
Value group_moved(Value x, std::int64_t from, std::int64_t to, Dim groups) {
  const auto f = static_cast<std::size_t>(from), t = static_cast<std::size_t>(to);
  Dims apart = x.dims(), joined = x.dims();
  apart[f] /= groups;
  joined[f] /= groups;
  joined[t] *= groups;
  apart.insert(apart.begin() + from, groups);
  Axes order;  // the axes of `apart` with the group in front of `to`
  for (std::size_t i = 0; i < x.dims().size(); ++i) {
    if (i == t) order.push_back(from);
    order.push_back(static_cast<std::int64_t>(i < f ? i : i + 1));
  }
  return reshape(transpose(reshape(x, std::move(apart)), std::move(order)), std::move(joined));
}

Axes reversed_axes(const ConvolutionOptions& o, bool is_reversed) {
  Axes axes;
  for (std::size_t i = 0; i < o.window_reversal.size(); ++i) {
    if (o.window_reversal[i] == is_reversed)
      axes.push_back(o.dimension_numbers.kernel_spatial_dimensions[i]);
  }
  return axes;
}

}  // namespace

Value input_cotangent(const ConvolutionOptions& o, Value x, Value kernel, Value d_out) {
  const ConvolutionDimensionNumbers& n = o.dimension_numbers;
  const Dim groups = std::max(o.feature_group_count, o.batch_group_count);
  ConvolutionOptions t{.window_strides = o.lhs_dilation,
                       .lhs_dilation = o.window_strides,
                       .rhs_dilation = o.rhs_dilation,
                       .feature_group_count = groups,
                       .dtype = x.dtype()};
  t.dimension_numbers = {n.output_batch_dimension,         n.output_feature_dimension,
                         n.output_spatial_dimensions,      n.kernel_output_feature_dimension,
                         n.kernel_input_feature_dimension, n.kernel_spatial_dimensions,
                         n.input_batch_dimension,          n.input_feature_dimension,
                         n.input_spatial_dimensions};
  for (const WindowAxis& a : window_axes(o, x.dims(), kernel.dims()))
    t.padding.push_back(a.transposed_padding());
  Value k = kernel;
  if (groups > 1)
    k = group_moved(k, n.kernel_output_feature_dimension, n.kernel_input_feature_dimension, groups);
  const Value d_x = convolution(d_out, reverse(k, reversed_axes(o, false)), std::move(t));
  if (o.batch_group_count == 1) return d_x;
  return group_moved(d_x, n.input_feature_dimension, n.input_batch_dimension, groups);
}

Value kernel_cotangent(const ConvolutionOptions& o, Value x, Value kernel, Value d_out) {
  const ConvolutionDimensionNumbers& n = o.dimension_numbers;
  ConvolutionOptions t{.window_strides = o.rhs_dilation,
                       .lhs_dilation = o.lhs_dilation,
                       .rhs_dilation = o.window_strides,
                       .feature_group_count = o.batch_group_count,
                       .batch_group_count = o.feature_group_count,
                       .dtype = kernel.dtype()};
  t.dimension_numbers = {n.input_feature_dimension,        n.input_batch_dimension,
                         n.input_spatial_dimensions,       n.output_batch_dimension,
                         n.output_feature_dimension,       n.output_spatial_dimensions,
                         n.kernel_input_feature_dimension, n.kernel_output_feature_dimension,
                         n.kernel_spatial_dimensions};
  for (const WindowAxis& a : window_axes(o, x.dims(), kernel.dims())) {
    // As many places as let d_out, spread by the strides, slide over the kernel's positions.
    const Dim reach = dilated(a.window, a.window_dilation), out = dilated(a.count(), a.stride);
    const Dim high = out - dilated(a.length, a.base_dilation) + reach - a.padding[0] - 1;
    t.padding.push_back({a.padding[0], high});
  }
  return reverse(convolution(x, d_out, std::move(t)), reversed_axes(o, true));
}

}  // namespace hilo
