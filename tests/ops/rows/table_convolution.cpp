// Rows of hilo/ops/convolution.h.
#include "hilo/ops/convolution.h"

#include <numeric>

#include "hilo/ops/conv_transpose.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

ConvolutionOptions in_order(std::size_t spatial, ConvolutionOptions o) {
  o.dimension_numbers = ConvolutionDimensionNumbers::of(Layout::kChannelsLast, spatial);
  return o;
}

std::vector<Slide> slides_of(const ConvolutionOptions& o, const Dims& kernel) {
  std::vector<Slide> result(kernel.size() - 2);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i].size = kernel[i];
    if (!o.window_strides.empty()) result[i].stride = o.window_strides[i];
    if (!o.padding.empty()) result[i].low = o.padding[i][0], result[i].high = o.padding[i][1];
    if (!o.lhs_dilation.empty()) result[i].base_dilation = o.lhs_dilation[i];
    if (!o.rhs_dilation.empty()) result[i].window_dilation = o.rhs_dilation[i];
  }
  return result;
}

// The kernel mirrored along the axes that the options reverse.
template <class T>
Tensor<T> mirrored(const Tensor<T>& kernel, const std::vector<bool>& reversal) {
  return generate<T>(kernel.dims, [&](Index i) {
    for (std::size_t a = 0; a < reversal.size(); ++a) {
      if (reversal[a]) i[a] = kernel.dims[a] - 1 - i[a];
    }
    return kernel.at(i);
  });
}

Reference slid(const ConvolutionOptions& o) {
  return numbers([o]<class T>(const Tensors<T>& in) {
    return convolved(in[0], mirrored(in[1], o.window_reversal), slides_of(o, in[1].dims), o.feature_group_count, o.batch_group_count);
  });
}

Row& add(std::vector<Row>& rows, const std::string& name, Dims x, Dims kernel, Dims out, ConvolutionOptions options) {
  const ConvolutionOptions o = in_order(x.size() - 2, std::move(options));
  return rows.emplace_back(Row("convolution " + name, {Input(std::move(x)), Input(std::move(kernel))}, std::move(out), [o](Value a, Value b) { return convolution(a, b, o); })
                               .terms(64).is(slid(o)));
}

void add_options(std::vector<Row>& rows) {
  add(rows, "plain", {1, 3, 4, 2}, {2, 3, 2, 2}, {1, 2, 2, 2}, {}).on(kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers);
  add(rows, "of no spatial axis", {2, 3}, {3, 2}, {2, 2}, {});
  add(rows, "of one axis", {2, 5, 2}, {3, 2, 1}, {2, 3, 1}, {});
  add(rows, "of three axes", {1, 2, 3, 2, 2}, {2, 2, 1, 2, 1}, {1, 1, 2, 2, 1}, {});
  add(rows, "strided", {1, 5, 4, 1}, {2, 2, 1, 2}, {1, 2, 2, 2}, {.window_strides = {2, 2}});
  add(rows, "strided past the end", {1, 6, 4, 1}, {3, 1, 1, 1}, {1, 2, 2, 1}, {.window_strides = {2, 3}});
  add(rows, "padded", {1, 3, 3, 1}, {2, 2, 1, 2}, {1, 4, 5, 2}, {.padding = {{1, 1}, {0, 3}}});
  add(rows, "cut and padded", {1, 3, 5, 2}, {1, 2, 2, 2}, {1, 1, 5, 2}, {.padding = {{0, -2}, {-1, 2}}});
  add(rows, "cut and padded between", {2, 3, 4, 1}, {2, 2, 1, 2}, {2, 2, 3, 2}, {.window_strides = {1, 2}, .padding = {{-1, 1}, {-2, 1}}, .lhs_dilation = {1, 2}});
  add(rows, "cut", {1, 5, 4, 1}, {2, 2, 1, 1}, {1, 3, 2, 1}, {.padding = {{-1, 0}, {0, -1}}});
  add(rows, "of a dilated input", {1, 2, 3, 1}, {2, 2, 1, 2}, {1, 2, 6, 2}, {.lhs_dilation = {2, 3}});
  add(rows, "by a dilated kernel", {1, 5, 5, 1}, {2, 3, 1, 1}, {1, 3, 3, 1}, {.rhs_dilation = {2, 1}});
  add(rows, "by a mirrored kernel", {1, 4, 4, 1}, {2, 3, 1, 1}, {1, 3, 2, 1}, {.window_reversal = {true, false}});
  add(rows, "by a kernel mirrored both ways", {1, 4, 4, 1}, {2, 3, 1, 1}, {1, 3, 2, 1}, {.window_reversal = {true, true}});
  add(rows, "in all ways", {2, 4, 3, 2}, {2, 2, 2, 2}, {2, 5, 4, 2},
      {.window_strides = {2, 1}, .padding = {{1, 2}, {1, -1}}, .lhs_dilation = {2, 2}, .rhs_dilation = {1, 1}, .window_reversal = {false, true}});
  add(rows, "in feature groups", {1, 3, 3, 4}, {2, 2, 2, 6}, {1, 2, 2, 6}, {.feature_group_count = 2});
  add(rows, "depthwise", {1, 3, 3, 3}, {2, 2, 1, 3}, {1, 2, 2, 3}, {.feature_group_count = 3});
  add(rows, "depthwise, twice as many", {1, 3, 2, 2}, {2, 2, 1, 4}, {1, 2, 1, 4}, {.feature_group_count = 2});
  add(rows, "in batch groups", {4, 3, 3, 2}, {2, 2, 2, 4}, {2, 2, 2, 4}, {.batch_group_count = 2});
  add(rows, "in batch groups, strided", {2, 4, 3, 1}, {2, 2, 1, 2}, {1, 2, 1, 2}, {.window_strides = {2, 2}, .batch_group_count = 2});
  add(rows, "in feature groups, dilated", {1, 4, 5, 4}, {2, 2, 2, 2}, {1, 2, 4, 2}, {.rhs_dilation = {2, 1}, .feature_group_count = 2});
  add(rows, "by 1x1", {2, 2, 3, 3}, {1, 1, 3, 2}, {2, 2, 3, 2}, {});
  add(rows, "of nothing", {0, 3, 3, 1}, {2, 2, 1, 2}, {0, 2, 2, 2}, {});
  add(rows, "over no features", {1, 3, 3, 0}, {2, 2, 0, 2}, {1, 2, 2, 2}, {});
}

// The same numbers under other layouts: x, kernel and result transposed.
void add_layouts(std::vector<Row>& rows) {
  struct Order {
    std::string name;
    Axes x, kernel, out;  // axis i of the operand is axis [i] of [B,H,W,C], [H,W,I,O], [B,H,W,C]
  };
  for (const Order& order : {Order{"NCHW, OIHW", {0, 3, 1, 2}, {3, 2, 0, 1}, {0, 3, 1, 2}}, Order{"CHWN, IHWO", {3, 1, 2, 0}, {2, 0, 1, 3}, {3, 1, 2, 0}},
                             Order{"HNWC, WOIH, WCHN", {1, 0, 2, 3}, {1, 3, 2, 0}, {2, 3, 1, 0}}}) {
    const auto at = [](const Axes& axes, std::int64_t a) { return std::ranges::find(axes, a) - axes.begin(); };
    ConvolutionOptions o{.window_strides = {1, 2}, .padding = {{1, 0}, {0, 1}}};
    o.dimension_numbers = {.input_batch_dimension = at(order.x, 0), .input_feature_dimension = at(order.x, 3), .input_spatial_dimensions = {at(order.x, 1), at(order.x, 2)},
                           .kernel_input_feature_dimension = at(order.kernel, 2), .kernel_output_feature_dimension = at(order.kernel, 3), .kernel_spatial_dimensions = {at(order.kernel, 0), at(order.kernel, 1)},
                           .output_batch_dimension = at(order.out, 0), .output_feature_dimension = at(order.out, 3), .output_spatial_dimensions = {at(order.out, 1), at(order.out, 2)}};
    const auto dims_in = [](const Dims& dims, const Axes& axes) { Dims r; for (std::int64_t a : axes) r.push_back(dims[static_cast<std::size_t>(a)]); return r; };
    const auto back = [](const Axes& axes) { Axes r(axes.size()); for (std::size_t i = 0; i < axes.size(); ++i) r[static_cast<std::size_t>(axes[i])] = static_cast<std::int64_t>(i); return r; };
    rows.push_back(Row("convolution " + order.name, {Input(dims_in({2, 3, 4, 2}, order.x)), Input(dims_in({2, 3, 2, 3}, order.kernel))}, dims_in({2, 3, 2, 3}, order.out),
                       [o](Value a, Value b) { return convolution(a, b, o); }).terms(64)
                       .is(numbers([=]<class T>(const Tensors<T>& in) {
                         return permuted(convolved(permuted(in[0], back(order.x)), permuted(in[1], back(order.kernel)), slides_of(o, {2, 3, 2, 3})), order.out);
                       })));
  }
}

void add_conv(std::vector<Row>& rows) {
  const auto row = [&](const std::string& name, Dims x, Dims kernel, Dims out, ConvOptions options, std::vector<Slide> slides) -> Row& {
    return rows.emplace_back(Row("conv " + name, {Input(std::move(x)), Input(std::move(kernel))}, std::move(out), [options](Value a, Value b) { return conv(a, b, options); }).terms(64)
                                 .is(numbers([=]<class T>(const Tensors<T>& in) { return convolved(in[0], in[1], slides, options.groups); })));
  };
  row("valid", {1, 4, 5, 2}, {3, 2, 2, 2}, {1, 2, 4, 2}, {}, {{.size = 3}, {.size = 2}}).in(kPlainFloats);
  row("same", {1, 4, 5, 2}, {3, 2, 2, 2}, {1, 4, 5, 2}, {.padding = "same"}, {{.size = 3, .low = 1, .high = 1}, {.size = 2, .low = 0, .high = 1}});
  row("same, strided", {1, 5, 4, 1}, {3, 3, 1, 2}, {1, 3, 2, 2}, {.strides = 2, .padding = "same"}, {{.size = 3, .stride = 2, .low = 1, .high = 1}, {.size = 3, .stride = 2, .low = 0, .high = 1}});
  row("same, dilated", {1, 5, 4, 1}, {3, 2, 1, 1}, {1, 5, 4, 1}, {.padding = "same", .dilations = 2}, {{.size = 3, .window_dilation = 2, .low = 2, .high = 2}, {.size = 2, .window_dilation = 2, .low = 1, .high = 1}});
  row("padded", {1, 3, 3, 1}, {2, 2, 1, 1}, {1, 4, 3, 1}, {.padding = {{1, 1}, {1, 0}}}, {{.size = 2, .low = 1, .high = 1}, {.size = 2, .low = 1, .high = 0}});
  row("of a dilated input", {1, 2, 3, 1}, {2, 2, 1, 1}, {1, 2, 4, 1}, {.input_dilations = 2}, {{.size = 2, .base_dilation = 2}, {.size = 2, .base_dilation = 2}});
  row("in groups", {1, 3, 3, 4}, {2, 2, 2, 2}, {1, 2, 2, 2}, {.groups = 2}, {{.size = 2}, {.size = 2}});
  row("depthwise", {1, 3, 3, 2}, {2, 2, 1, 4}, {1, 2, 2, 4}, {.groups = 2}, {{.size = 2}, {.size = 2}});
  row("of one axis", {1, 6, 2}, {3, 2, 2}, {1, 6, 2}, {.padding = "same"}, {{.size = 3, .low = 1, .high = 1}});
  row("of three axes", {1, 2, 3, 2, 1}, {2, 2, 1, 1, 2}, {1, 1, 2, 2, 2}, {}, {{.size = 2}, {.size = 2}, {.size = 1}});
  rows.push_back(Row("conv of channels in front", {{1, 2, 3, 4}, {3, 2, 2, 2}}, {1, 3, 2, 3}, [](Value a, Value b) { return conv(a, b, {.layout = Layout::kChannelsFirst}); }).terms(64)
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       return permuted(convolved(permuted(in[0], {0, 2, 3, 1}), permuted(in[1], {2, 3, 1, 0}), {Slide{.size = 2}, Slide{.size = 2}}), {0, 3, 1, 2});
                     })));
  rows.push_back(Row("conv of wide sums", {{1, 4, 4, 2}, {2, 2, 2, 3}}, {1, 3, 3, 3}, [](Value a, Value b) { return conv(a, b, {.dtype = kF32}); }).to(kF32).in({kBF16, kF16}).order(0).terms(32)
                     .is(numbers([]<class T>(const Tensors<T>& in) { return convolved(in[0], in[1], {Slide{.size = 2}, Slide{.size = 2}}); })));
}

// `same` is what the row is as a convolution over spread out elements.
Row& add_transposed(std::vector<Row>& rows, const std::string& name, Dims x, Dims kernel, Dims out, ConvTransposeOptions options, const ConvolutionOptions& same) {
  return rows.emplace_back(Row("conv_transpose " + name, {Input(std::move(x)), Input(std::move(kernel))}, std::move(out), [options](Value a, Value b) { return conv_transpose(a, b, options); })
                               .terms(64).is(slid(same)));
}

void add_conv_transpose(std::vector<Row>& rows) {
  add_transposed(rows, "valid", {1, 3, 2, 2}, {3, 2, 2, 1}, {1, 7, 4, 1}, {.strides = 2}, {.padding = {{2, 2}, {1, 1}}, .lhs_dilation = {2, 2}})
      .on(kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers);
  add_transposed(rows, "same", {1, 3, 2, 2}, {3, 2, 2, 1}, {1, 6, 4, 1}, {.strides = 2, .padding = "same"}, {.padding = {{2, 1}, {1, 1}}, .lhs_dilation = {2, 2}});
  add_transposed(rows, "explicit, in groups", {2, 3, 4}, {2, 2, 2}, {2, 6, 2}, {.strides = 2, .padding = {{2, 0}}, .groups = 2}, {.padding = {{2, 0}}, .lhs_dilation = {2}, .feature_group_count = 2});
  add_transposed(rows, "dilated", {1, 3, 2}, {2, 2, 1}, {1, 6, 1}, {.strides = 2, .padding = "same", .dilations = 3}, {.padding = {{2, 2}}, .lhs_dilation = {2}, .rhs_dilation = {3}});
  rows.push_back(Row("conv_transpose of channels in front", {{1, 2, 3}, {2, 3, 2}}, {1, 3, 6}, [](Value a, Value b) {
    return conv_transpose(a, b, {.strides = 2, .padding = "same", .transposes_kernel = true, .layout = Layout::kChannelsFirst});
  }).terms(64).is(numbers([]<class T>(const Tensors<T>& in) {  // each element of x adds itself times the kernel
    Tensor<T> y = generate<T>({1, 3, 6}, [](const Index&) { return T(0); });
    for (Dim c = 0; c < 2; ++c) {
      for (Dim o = 0; o < 3; ++o) {
        for (Dim i = 0; i < 3; ++i) {
          for (Dim k = 0; k < 2; ++k) {
            y.data[static_cast<std::size_t>(o * 6 + i * 2 + k)] += in[0].at({0, c, i}) * in[1].at({c, o, k});
          }
        }
      }
    }
    return y;
  })));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"convolution", [](Draw& draw) {
                     const auto spatial = static_cast<std::size_t>(draw.number() % 4);
                     const Dim groups = draw.between(1, 2), batch_groups = groups == 1 ? draw.between(1, 2) : 1;
                     const Dim batch = draw.is_empty() ? 0 : batch_groups * draw.between(1, 2), in = draw.between(1, 2);
                     ConvolutionOptions o{.feature_group_count = groups, .batch_group_count = batch_groups};
                     Dims x, kernel;
                     for (std::size_t i = 0; i < spatial; ++i) {
                       x.push_back(draw.between(2, 5)), kernel.push_back(draw.between(1, 3));
                       o.window_strides.push_back(draw.between(1, 2));
                       o.padding.push_back({draw.between(-1, 2), draw.between(0, 2)});
                       o.lhs_dilation.push_back(draw.between(1, 2)), o.rhs_dilation.push_back(draw.between(1, 2));
                       o.window_reversal.push_back(draw.coin());
                     }
                     x.insert(x.begin(), batch), x.push_back(in * groups);
                     kernel.push_back(in), kernel.push_back(groups * batch_groups * draw.between(1, 2));
                     return Row({Input(x), Input(kernel)}, [o = in_order(spatial, o)](Value a, Value b) { return convolution(a, b, o); }).in(kSweptDTypes);
                   }});
}

}  // namespace

Family convolution_rows() {
  Family family{.name = "convolution", .rows = {}};
  add_options(family.rows);
  add_layouts(family.rows);
  add_conv(family.rows);
  add_conv_transpose(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
