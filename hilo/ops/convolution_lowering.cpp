#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/convolution_rules.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/slice.h"

// XLA:CPU computes convolutions by Eigen's, which gathers the window's features four at a time, and whose speed breaks
// down where it sums over many features of a large window, as gradients of kernels do: there "features" are the examples.
// Measured (docs/performance.md): the first layer of a CNN on RGB pictures takes 2.5 times as long with 3 features as
// with 4; the gradient of a 3x3x32x64 kernel for a batch of 256 takes 3.5 times as long at once as in slices of 16.
namespace hilo {
namespace {

constexpr Dim kGathered = 4;       // features at a time
constexpr Dim kSlice = 16;         // examples in a slice, at least ..
constexpr Dim kMostSlices = 16;    // .. so many that there are not more slices than this ..
constexpr Dim kLeastTerms = 1024;  // .. and that so many products are summed in one go

Dim rounded_up(Dim n, Dim to) { return (n + to - 1) / to * to; }

}  // namespace

Function convolution_for_cpu(const ConvolutionOptions& o, Shapes in) {
  const ConvolutionDimensionNumbers& n = o.dimension_numbers;
  const bool has_groups = o.feature_group_count > 1 || o.batch_group_count > 1;
  if (in[0].dtype != kF32 || has_groups || !in[0].is_static() || !in[1].is_static()) return {};
  const auto axis = static_cast<int>(n.input_feature_dimension), kernel_axis = static_cast<int>(n.kernel_input_feature_dimension);
  const Dim features = in[0].dim(axis);
  Dim window = 1, places = 1;
  for (const WindowAxis& a : window_axes(o, in[0].dims, in[1].dims)) {
    window *= a.window;
    places *= a.count();
  }
  if (window > 1 && features > 1 && features < kSlice && features % kGathered != 0) {
    const Dim more = rounded_up(features, kGathered) - features;
    return trace([&](std::span<const Value> p) {
      return std::vector{convolution(pad_axis(p[0], 0, axis, 0, more), pad_axis(p[1], 0, kernel_axis, 0, more), o)};
    }, in);
  }
  const Dim slice = rounded_up(std::max({kSlice, features / kMostSlices, kLeastTerms / std::max<Dim>(window, 1)}), kGathered);
  if (places >= window || features <= slice) return {};  // no gradient of a kernel, or a small one
  return trace([&](std::span<const Value> p) {
    Value sum;
    for (Dim first = 0; first < features; first += slice) {
      const Dim end = std::min(first + slice, features);
      const Value part = convolution(slice_axis(p[0], axis, first, end), slice_axis(p[1], kernel_axis, first, end), o);
      sum = sum ? sum + part : part;
    }
    return std::vector{sum};
  }, in);
}

}  // namespace hilo
