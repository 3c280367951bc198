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
namespace hilo {
namespace {

constexpr Dim kMostOddFeatures = 15;  // more of them: gathering is no longer what takes the time
constexpr Dim kLeastExamples = 8;     // in a sum, at least ..
constexpr Dim kMostSums = 16;         // .. so many that there are not more sums than this ..
constexpr Dim kLeastTerms = 1024;     // .. and that each adds so many products

}  // namespace

Function convolution_for_cpu(const ConvolutionOptions& o, Shapes in) {
  const ConvolutionDimensionNumbers& n = o.dimension_numbers;
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
