#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/convolution_rules.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/slice.h"

// XLA:CPU is slow at two kinds of convolutions (measured: docs/performance.md). With an odd number
// of features it gathers them one by one: the first layer of a CNN takes 1.9 times as long on RGB
// as on four features. And where it sums over many features of a window that is as large as the
// input, as the gradient of a kernel does (there the examples stand in the features' place), its
// reads fall onto few sets of the cache: the gradient of a 3x3x32x64 kernel over 256 examples
// takes 4.4 times as long at once as in 16 sums of 16.
// And it is wrong in f32 and narrower where an axis is cut at its start and padded at its end: it
// reads on in the next row instead. Such an axis is padded before.
namespace hilo {
namespace {

constexpr Dim kMostOddFeatures = 15;  // more of them: gathering is no longer what takes the time
constexpr Dim kLeastExamples = 8;     // in a sum, at least ..
constexpr Dim kMostSums = 16;         // .. so many that there are not more sums than this ..
constexpr Dim kLeastTerms = 1024;     // .. and that each adds so many products

bool is_cut_and_padded(const std::array<std::int64_t, 2>& padding) {
  return padding[0] < 0 && padding[1] > 0;
}

// The same with the axes that are cut and padded padded beforehand.
Value padded_before(Value x, Value kernel, ConvolutionOptions o) {
  for (std::size_t i = 0; i < o.padding.size(); ++i) {
    if (!is_cut_and_padded(o.padding[i])) continue;
    x = pad_axis(x, 0, static_cast<int>(o.dimension_numbers.input_spatial_dimensions[i]),
                 o.padding[i][0], o.padding[i][1], o.lhs_dilation[i] - 1);
    o.padding[i] = {0, 0};
    o.lhs_dilation[i] = 1;
  }
  return convolution(x, kernel, std::move(o));
}

}  // namespace

Function convolution_for_cpu(const ConvolutionOptions& o, Shapes in) {
  const ConvolutionDimensionNumbers& n = o.dimension_numbers;
  if (in[0].is_static() && std::ranges::any_of(o.padding, is_cut_and_padded)) {
    return trace(
        [&](std::span<const Value> p) { return std::vector{padded_before(p[0], p[1], o)}; }, in);
  }
  const bool has_groups = o.feature_group_count > 1 || o.batch_group_count > 1;
  if (in[0].dtype != kF32 || has_groups || !in[0].is_static() || !in[1].is_static()) return {};
  const auto axis = static_cast<int>(n.input_feature_dimension),
             kernel_axis = static_cast<int>(n.kernel_input_feature_dimension);
  const Dim features = in[0].dim(axis);
  Dim window = 1, places = 1;
  for (const WindowAxis& a : window_axes(o, in[0].dims, in[1].dims)) {
    window *= a.window;
    places *= a.count();
  }
  if (window > 1 && features > 1 && features <= kMostOddFeatures && features % 2 == 1) {
    return trace(
        [&](std::span<const Value> p) {
          return std::vector{
              convolution(pad_axis(p[0], 0, axis, 0, 1), pad_axis(p[1], 0, kernel_axis, 0, 1), o)};
        },
        in);
  }
  const Dim slice = std::max({kLeastExamples, (features + kMostSums - 1) / kMostSums,
                              kLeastTerms / std::max<Dim>(window, 1)});
  if (places >= window || features <= slice) return {};  // no gradient of a kernel, or a small one
  return trace(
      [&](std::span<const Value> p) {
        Value sum;
        for (Dim first = 0; first < features; first += slice) {
          const Dim end = std::min(first + slice, features);
          const Value part = convolution(slice_axis(p[0], axis, first, end),
                                         slice_axis(p[1], kernel_axis, first, end), o);
          sum = sum ? sum + part : part;
        }
        return std::vector{sum};
      },
      in);
}

}  // namespace hilo
