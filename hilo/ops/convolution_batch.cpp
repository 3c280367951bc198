#include "hilo/ops/convolution_rules.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"

// A batch axis joins one that convolution has: the batch, the output features, or the groups.
namespace hilo {
namespace {

// [b, .., m, ..] -> [.., b * m, ..]; `axis` counts without the batch axis.
Value joined(Value x, std::int64_t axis) {
  Axes order;
  Dims dims;
  for (int i = 1; i < x.rank(); ++i) {
    if (i == axis + 1) order.push_back(0);
    order.push_back(i);
    dims.push_back(i == axis + 1 ? x.dim(0) * x.dim(i) : x.dim(i));
  }
  return reshape(transpose(x, std::move(order)), std::move(dims));
}

// [.., b * m, ..] -> [b, .., m, ..].
Value parted(Value x, std::int64_t axis, Dim size) {
  Dims dims = x.dims();
  dims[static_cast<std::size_t>(axis)] /= size;
  dims.insert(dims.begin() + axis, size);
  Axes order = {axis};
  for (std::int64_t i = 0; i <= x.rank(); ++i) {
    if (i != axis) order.push_back(i);
  }
  return transpose(reshape(x, std::move(dims)), std::move(order));
}

// [b, .., g * m, ..] -> [.., g * b * m, ..], and back.
Value joined_inside(Value x, std::int64_t axis, Dim groups) {
  const Value apart = parted(x, axis + 1, groups);  // [g, b, .., m, ..]
  Axes order = {1, 0};
  for (int i = 2; i < apart.rank(); ++i) order.push_back(i);
  return joined(joined(transpose(apart, std::move(order)), axis + 1), axis);
}
Value parted_inside(Value x, std::int64_t axis, Dim groups, Dim size) {
  const Value apart = parted(parted(x, axis, groups), axis + 1, size);  // [b, g, .., m, ..]
  Axes order = {0};
  Dims dims = {size};
  for (int i = 2; i < apart.rank(); ++i) {
    if (i == axis + 2) order.push_back(1);
    order.push_back(i);
    dims.push_back(i == axis + 2 ? groups * apart.dim(i) : apart.dim(i));
  }
  return reshape(transpose(apart, std::move(order)), std::move(dims));
}

}  // namespace

Value batched_convolution(const ConvolutionOptions& o, const Batch& b) {
  const ConvolutionDimensionNumbers& n = o.dimension_numbers;
  const Value x = b.in[0], kernel = b.in[1];
  const Dim groups = std::max(o.feature_group_count, o.batch_group_count);
  ConvolutionOptions wide = o;
  if (b.is_batched[0] && b.is_batched[1]) {  // an example is a group
    const bool has_batch_groups = o.batch_group_count > 1;
    (has_batch_groups ? wide.batch_group_count : wide.feature_group_count) *= b.size;
    const Value y = convolution(
        joined(x, has_batch_groups ? n.input_batch_dimension : n.input_feature_dimension),
        joined(kernel, n.kernel_output_feature_dimension), wide);
    return parted(y, n.output_feature_dimension, b.size);
  }
  if (b.is_batched[0]) {
    if (o.batch_group_count == 1) {
      return parted(convolution(joined(x, n.input_batch_dimension), kernel, wide),
                    n.output_batch_dimension, b.size);
    }
    const Value y =
        convolution(joined_inside(x, n.input_batch_dimension, o.batch_group_count), kernel, wide);
    return parted(y, n.output_batch_dimension, b.size);
  }
  if (groups == 1) {
    return parted(convolution(x, joined(kernel, n.kernel_output_feature_dimension), wide),
                  n.output_feature_dimension, b.size);
  }
  const Value y =
      convolution(x, joined_inside(kernel, n.kernel_output_feature_dimension, groups), wide);
  return parted_inside(y, n.output_feature_dimension, groups, b.size);
}

}  // namespace hilo
