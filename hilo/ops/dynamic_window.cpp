// dynamic_gather and dynamic_conv.
#include "hilo/ops/all_ops.h"
#include "hilo/ops/convolution_rules.h"
#include "hilo/ops/dynamic_rules.h"
#include "hilo/ops/dynamic_shape.h"
#include "hilo/ops/indexed_windows.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

using In = std::span<const Value>;

struct DynamicGather : Dynamic<DynamicGather> {
  static constexpr std::string_view kName = "dynamic_gather";
  GatherDimensionNumbers dimension_numbers{};
  bool indices_are_sorted = false;
  Dims sizes{};
  static void fields(auto&& field) {
    field("dimension_numbers", &DynamicGather::dimension_numbers);
    field("indices_are_sorted", &DynamicGather::indices_are_sorted);
  }
  void complete(const OpParts& parts) { sizes = known_integers(parts.operand(2)); }
  void check(Shapes in) const {
    expect_kind(in.first(1), kAnyKind);
    expect_list(in, 2, in[0].rank());
  }
  [[nodiscard]] Function formula(Shapes in) const {
    if (!is_known(sizes) || !in[0].is_static() || !in[1].is_static()) return {};
    return trace(
        [&](In p) {
          return std::vector{gather(p[0], p[1], dimension_numbers, sizes, indices_are_sorted)};
        },
        in);
  }
  [[nodiscard]] Shape dynamic(Shapes in) const {
    const IndexedWindows windows(dimension_numbers, sizes);
    windows.check(in[0], in[1], true);
    return {in[0].dtype, windows.windowed_dims(in[1].dims)};
  }
};

struct DynamicConv : ConvolutionOptions, Dynamic<DynamicConv> {
  static constexpr std::string_view kName = "dynamic_conv";
  Dims pads{};  // low, high, low, high, ..
  static void fields(auto&& field) {
    field("window_strides", &DynamicConv::window_strides);
    field("lhs_dilation", &DynamicConv::lhs_dilation);
    field("rhs_dilation", &DynamicConv::rhs_dilation);
    field("window_reversal", &DynamicConv::window_reversal);
    field("dimension_numbers", &DynamicConv::dimension_numbers);
    field("feature_group_count", &DynamicConv::feature_group_count);
    field("batch_group_count", &DynamicConv::batch_group_count);
  }
  void complete(const OpParts& parts) {
    fill_in(*this);
    pads = known_integers(parts.operand(2));
    dtype = parts.result().dtype;
  }
  [[nodiscard]] Dim spatial() const {
    return std::ssize(dimension_numbers.input_spatial_dimensions);
  }
  void check(Shapes in) const {
    if (in[2].dims != Dims{spatial(), 2} || !is_integer(in[2].dtype)) {
      throw OpError({.problem = "the padding does not fit",
                     .expected = "integers [" + std::to_string(spatial()) + ",2]", .constraint = "C4"});
    }
  }
  // The static op on x of these dims.
  [[nodiscard]] Function fixed(Shapes in, const Int64Pairs& padding_pairs) const {
    ConvolutionOptions options = *this;
    options.padding = padding_pairs;
    return trace([&](In p) { return std::vector{convolution(p[0], p[1], options)}; }, in);
  }
  [[nodiscard]] Function formula(Shapes in) const {
    if (!is_known(pads) || !in[0].is_static() || !in[1].is_static()) return {};
    Int64Pairs pairs;
    for (std::size_t i = 0; i + 1 < pads.size(); i += 2) pairs.push_back({pads[i], pads[i + 1]});
    return fixed(in, pairs);
  }
  [[nodiscard]] Shape dynamic(Shapes in) const {
    std::vector<Shape> unknown(in.begin(), in.end());
    for (std::int64_t axis : dimension_numbers.input_spatial_dimensions) {
      if (axis >= 0 && axis < unknown[0].rank())
        unknown[0].dims[static_cast<std::size_t>(axis)] = kDynamic;
    }
    return fixed(unknown, Int64Pairs(static_cast<std::size_t>(spatial()))).result_shapes()[0];
  }
};

}  // namespace

void list_dynamic_window_ops(OpTable& table) {
  table.add<DynamicGather>();
  table.add<DynamicConv>();
}

Value dynamic_gather(Operand x, Operand indices, Operand slice_sizes,
                     GatherDimensionNumbers numbers, bool indices_are_sorted) {
  DynamicGather op;
  op.dimension_numbers = std::move(numbers);
  op.indices_are_sorted = indices_are_sorted;
  op.sizes = known_integers(slice_sizes.value);
  return apply(std::move(op), {x.value, indices.value, slice_sizes.value}, x.where);
}

Value dynamic_conv(Operand x, Operand kernel, Operand padding, ConvolutionOptions options) {
  DynamicConv op;
  static_cast<ConvolutionOptions&>(op) = std::move(options);
  fill_in(op);
  op.pads = known_integers(padding.value);
  return apply(std::move(op), {x.value, kernel.value, padding.value}, x.where);
}

}  // namespace hilo
