#include "hilo/ops/convolution.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/convolution_rules.h"
#include "hilo/ops/exact_products.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct Convolution : ConvolutionOptions {
  static constexpr std::string_view kName = "convolution";
  // How exact the products are, where a device has a choice.
  std::optional<ListAttribute> precision_config{};

  static void fields(auto&& field) {
    field("window_strides", &Convolution::window_strides);
    field("padding", &Convolution::padding);
    field("lhs_dilation", &Convolution::lhs_dilation);
    field("rhs_dilation", &Convolution::rhs_dilation);
    field("window_reversal", &Convolution::window_reversal);
    field("dimension_numbers", &Convolution::dimension_numbers);
    field("feature_group_count", &Convolution::feature_group_count);
    field("batch_group_count", &Convolution::batch_group_count);
    field("precision_config", &Convolution::precision_config);
  }
  void complete(const OpParts& parts) {
    fill_in(*this);
    dtype = parts.result().dtype;
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    expect_kind(in, kNumbers);
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError(
          {.problem = std::move(problem), .got = {in[0], in[1]}, .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    const ConvolutionDimensionNumbers& n = dimension_numbers;
    if (in[0].rank() != in[1].rank() || in[0].rank() < 2)
      throw refuse("ranks do not fit", "equal ranks of at least 2", "C1");
    if (in[0].dtype != in[1].dtype) throw refuse("dtypes differ", "equal dtypes", "C27");
    under("C24", [&] { expect_precisions(precision_config); });
    const std::size_t spatial = in[0].dims.size() - 2;
    for (const Dims* list : {&window_strides, &lhs_dilation, &rhs_dilation}) {
      if (list->size() != spatial)
        throw refuse("a list does not match the spatial axes",
                     "a stride and dilations for each spatial axis", "C2, C5, C7");
      if (std::ranges::any_of(*list, [](Dim d) { return d <= 0; }))
        throw refuse("a stride or dilation is not positive", "at least 1", "C3, C6, C8");
    }
    if (padding.size() != spatial || window_reversal.size() != spatial)
      throw refuse("a list does not match the spatial axes",
                   "padding and reversal for each spatial axis", "C4, C9");
    const auto expect_axes = [&](Axes axes, std::int64_t a, std::int64_t b, const char* of) {
      const bool has_size = axes.size() == spatial;  // C12, C17, C19
      axes.push_back(a);
      axes.push_back(b);
      std::ranges::sort(axes);
      bool fits = has_size;
      for (std::size_t i = 0; fits && i < axes.size(); ++i)
        fits = axes[i] == static_cast<std::int64_t>(i);
      if (!fits)
        throw refuse("dimension numbers of the " + std::string(of) + " do not fit",
                     "each axis once", "C13, C18, C20");
    };
    expect_axes(n.input_spatial_dimensions, n.input_batch_dimension, n.input_feature_dimension,
                "input");
    expect_axes(n.kernel_spatial_dimensions, n.kernel_input_feature_dimension,
                n.kernel_output_feature_dimension, "kernel");
    expect_axes(n.output_spatial_dimensions, n.output_batch_dimension, n.output_feature_dimension,
                "output");
    const Dim groups = feature_group_count, batch_groups = batch_group_count;
    if (groups < 1 || batch_groups < 1 || (groups > 1 && batch_groups > 1)) {
      throw refuse("feature_group_count " + std::to_string(groups) + " and batch_group_count " +
                       std::to_string(batch_groups),
                   "counts of at least 1, one of them 1", "C21, C22, C23");
    }
    const Dim batch = at(in[0], n.input_batch_dimension),
              features = at(in[0], n.input_feature_dimension),
              kernel_in = at(in[1], n.kernel_input_feature_dimension),
              out = at(in[1], n.kernel_output_feature_dimension);
    if (batch != kDynamic && batch % batch_groups != 0)
      throw refuse(
          "batch_group_count " + std::to_string(batch_groups) + " does not divide the batch",
          "a divisor of " + std::to_string(batch), "C10");
    const bool is_open = features == kDynamic || kernel_in == kDynamic;
    if (!is_open && (features % groups != 0 || kernel_in != features / groups)) {
      throw refuse(std::to_string(features) + " input features in " + std::to_string(groups) +
                       " groups, kernel for " + std::to_string(kernel_in),
                   "kernel input features = input features / groups", "C11, C14");
    }
    if (out != kDynamic && (out % groups != 0 || out % batch_groups != 0))
      throw refuse("groups do not divide the output features",
                   "a divisor of " + std::to_string(out), "C15, C16");
    Shape result{dtype.value_or(in[0].dtype), Dims(in[0].dims.size())};  // C26
    result.dims[static_cast<std::size_t>(n.output_batch_dimension)] =
        batch == kDynamic ? batch : batch / batch_groups;
    result.dims[static_cast<std::size_t>(n.output_feature_dimension)] = out;
    const std::vector<WindowAxis> axes = window_axes(*this, in[0].dims, in[1].dims);
    for (std::size_t i = 0; i < spatial; ++i) {
      if (padded(dilated(axes[i].length, axes[i].base_dilation), padding[i]) < 0 &&
          axes[i].length != kDynamic) {
        throw refuse("padding cuts off more than there is", "at least 0 places left");
      }
      result.dims[static_cast<std::size_t>(n.output_spatial_dimensions[i])] = axes[i].count();
    }
    return {result};  // C25
  }
  static Dim at(const Shape& s, std::int64_t axis) {
    return s.dims[static_cast<std::size_t>(axis)];
  }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    if (v.out.size() == 0) return {zeros_like(v.in[0]), zeros_like(v.in[1])};
    const ExactProducts same(is_exact(precision_config));
    const Value d_out = convert(v.d_out, v.in[0].dtype());
    return {input_cotangent(*this, v.in[0], v.in[1], d_out),
            kernel_cotangent(*this, v.in[0], v.in[1], d_out)};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const ExactProducts same(is_exact(precision_config));
    const Value by_x = v.d_in[0] ? convolution(v.d_in[0], v.in[1], *this) : Value();
    const Value by_kernel = v.d_in[1] ? convolution(v.in[0], v.d_in[1], *this) : Value();
    return {add_tangents(by_x, by_kernel)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const ExactProducts same(is_exact(precision_config));
    if (b.size > 0) return {batched_convolution(*this, b)};
    std::vector<Shape> one;  // no example: there is no group of none
    for (std::size_t k = 0; k < 2; ++k) {
      one.push_back(b.in[k].shape());
      if (b.is_batched[k]) one.back().dims.erase(one.back().dims.begin());
    }
    Shape result = infer(one)[0];
    result.dims.insert(result.dims.begin(), 0);
    return {zeros(std::move(result))};
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return platform == "cpu" ? convolution_for_cpu(*this, in) : Function();
  }
};

}  // namespace

void list_convolution_ops(OpTable& table) { table.add<Convolution>(); }

ConvolutionDimensionNumbers ConvolutionDimensionNumbers::of(Layout layout,
                                                            std::size_t spatial_axes) {
  const auto n = static_cast<std::int64_t>(spatial_axes);
  const auto from = [&](std::int64_t first) {
    Axes axes(spatial_axes);
    std::iota(axes.begin(), axes.end(), first);
    return axes;
  };
  if (layout == Layout::kChannelsLast)
    return {0, n + 1, from(1), n, n + 1, from(0), 0, n + 1, from(1)};
  return {0, 1, from(2), 1, 0, from(2), 0, 1, from(2)};
}

void fill_in(ConvolutionOptions& o) {
  const std::size_t spatial = o.dimension_numbers.input_spatial_dimensions.size();
  for (Dims* list : {&o.window_strides, &o.lhs_dilation, &o.rhs_dilation}) {
    if (list->empty()) list->assign(spatial, 1);
  }
  if (o.padding.empty()) o.padding.resize(spatial);
  if (o.window_reversal.empty()) o.window_reversal.assign(spatial, false);
}

std::vector<WindowAxis> window_axes(const ConvolutionOptions& o, const Dims& x,
                                    const Dims& kernel) {
  std::vector<WindowAxis> axes;
  for (std::size_t i = 0; i < o.padding.size(); ++i) {
    const auto in = static_cast<std::size_t>(o.dimension_numbers.input_spatial_dimensions[i]);
    const auto k = static_cast<std::size_t>(o.dimension_numbers.kernel_spatial_dimensions[i]);
    axes.push_back({x[in], kernel[k], o.window_strides[i], o.lhs_dilation[i], o.rhs_dilation[i],
                    o.padding[i]});
  }
  return axes;
}

Value convolution(Operand x, Operand kernel, ConvolutionOptions options) {
  fill_in(options);
  Convolution op{std::move(options)};
  op.precision_config = current_precision();
  return apply(std::move(op), {x.value, kernel.value}, x.where);
}

Value conv(Operand x, Operand kernel, ConvOptions options) {
  const CallSite site(x.where);
  const Site at = CallSite::current(x.where);
  const std::vector<Shape> got = {x.value.shape(), kernel.value.shape()};
  const int rank = x.value.rank();
  if (rank < 3 || rank > 5 || kernel.value.rank() != rank) {
    throw OpError(
        {.op = "conv",
         .problem = "ranks do not fit",
         .got = got,
         .expected = "x [B,spatial..,C], kernel [spatial..,C / groups,O], 1 to 3 spatial axes"},
        at);
  }
  const auto n = static_cast<std::size_t>(rank) - 2;
  ConvolutionOptions o{.dimension_numbers = ConvolutionDimensionNumbers::of(options.layout, n),
                       .feature_group_count = options.groups,
                       .dtype = options.dtype};
  try {
    const DType dtype = common_dtype("conv", got);
    o.window_strides = options.strides.for_axes(n, 1, "conv", "strides");
    o.lhs_dilation = options.input_dilations.for_axes(n, 1, "conv", "input dilations");
    o.rhs_dilation = options.dilations.for_axes(n, 1, "conv", "dilations");
    o.padding.resize(n);
    Dims lengths, reach;
    for (const WindowAxis& a : window_axes(o, got[0].dims, got[1].dims)) {
      lengths.push_back(dilated(a.length, a.base_dilation));
      reach.push_back(dilated(a.window, a.window_dilation));
    }
    o.padding = options.padding.for_axes(lengths, reach, o.window_strides, "conv");
    return convolution(convert(x.value, dtype), convert(kernel.value, dtype), std::move(o));
  } catch (const OpError& e) {
    Refusal r = e.refusal();
    r.op = "conv";
    if (r.got.empty()) r.got = got;
    throw OpError(std::move(r), at);
  }
}

}  // namespace hilo
