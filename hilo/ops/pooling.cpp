#include "hilo/ops/pooling.h"

#include <algorithm>
#include <numeric>

#include "hilo/graph/call_site.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reduce_window.h"

namespace hilo {
namespace {

Axes spatial_axes(std::string_view op, const Operand& x, Layout layout) {
  const int rank = x.value.rank();
  if (rank < 3 || rank > 5) {
    throw OpError({.op = std::string(op),
                   .problem = "rank " + std::to_string(rank),
                   .got = {x.value.shape()},
                   .expected = "[B,spatial..,C] with 1 to 3 spatial axes"},
                  CallSite::current(x.where));
  }
  Axes axes(static_cast<std::size_t>(rank) - 2);
  std::iota(axes.begin(), axes.end(), layout == Layout::kChannelsLast ? 1 : 2);
  return axes;
}

// The window over all axes of x.
Window whole_window(std::string_view op, const Operand& x, const PerAxis& window,
                    const PoolOptions& options) {
  const Axes spatial = spatial_axes(op, x, options.layout);
  const std::size_t rank = x.value.dims().size(), n = spatial.size();
  try {
    const Dims sizes = window.for_axes(n, 1, op, "windows"),
               dilations = options.dilations.for_axes(n, 1, op, "dilations");
    const Dims strides =
        options.strides.numbers.empty() ? sizes : options.strides.for_axes(n, 1, op, "strides");
    Dims lengths, reach;
    for (std::size_t i = 0; i < n; ++i) {
      lengths.push_back(x.value.dim(static_cast<int>(spatial[i])));
      reach.push_back(dilated(sizes[i], dilations[i]));
    }
    const Int64Pairs padding = options.padding.for_axes(lengths, reach, strides, op);
    Window w{.dimensions = Dims(rank, 1),
             .strides = Dims(rank, 1),
             .window_dilations = Dims(rank, 1),
             .padding = Int64Pairs(rank)};
    for (std::size_t i = 0; i < n; ++i) {
      const auto axis = static_cast<std::size_t>(spatial[i]);
      w.dimensions[axis] = sizes[i];
      w.strides[axis] = strides[i];
      w.window_dilations[axis] = dilations[i];
      w.padding[axis] = padding[i];
    }
    return w;
  } catch (const OpError& e) {
    Refusal r = e.refusal();
    if (r.got.empty()) r.got = {x.value.shape()};
    throw OpError(std::move(r), CallSite::current(x.where));
  }
}

Value pool(std::string_view name, const Operand& x, const PerAxis& window,
           const PoolOptions& options, BinaryOp op) {
  const CallSite site(x.where);
  return reduce_window(x, op, whole_window(name, x, window, options));
}

Value wide_sum(Value x, const Window& w) {
  const bool is_narrow = x.dtype() == kBF16 || x.dtype() == kF16;
  return is_narrow ? convert(reduce_window(convert(x, kF32), add, w), x.dtype())
                   : reduce_window(x, add, w);
}

// How many elements of x each window holds: an array of the spatial dims, 1 along the other axes.
Array element_counts(const Dims& dims, const Window& w) {
  Dims shape(dims.size(), 1);
  std::vector<float> counts = {1};
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool is_slid =
        w.dimensions[i] != 1 || w.strides[i] != 1 || w.padding[i] != std::array<std::int64_t, 2>{};
    if (!is_slid) continue;
    const WindowAxis axis{dims[i], w.dimensions[i],       w.strides[i],
                          1,       w.window_dilations[i], w.padding[i]};
    shape[i] = axis.count();
    std::vector<float> wider;
    for (float outer : counts) {
      for (Dim k = 0; k < shape[i]; ++k) {
        int inside = 0;
        for (Dim t = 0; t < axis.window; ++t) {
          const Dim at = k * axis.stride + t * axis.window_dilation - axis.padding[0];
          if (at >= 0 && at < axis.length) ++inside;
        }
        wider.push_back(outer * static_cast<float>(inside));
      }
    }
    counts = std::move(wider);
  }
  return Array::of(std::move(shape), counts);
}

}  // namespace

Value max_pool(Operand x, PerAxis window, PoolOptions options) {
  return pool("max_pool", x, window, options, maximum);
}
Value min_pool(Operand x, PerAxis window, PoolOptions options) {
  return pool("min_pool", x, window, options, minimum);
}

Value sum_pool(Operand x, PerAxis window, PoolOptions options) {
  const CallSite site(x.where);
  return wide_sum(x.value, whole_window("sum_pool", x, window, options));
}

Value avg_pool(Operand x, PerAxis window, PoolOptions options) {
  const CallSite site(x.where);
  const Window w = whole_window("avg_pool", x, window, options);
  const Value f = is_differentiable(x.value.dtype()) ? x.value : convert(x.value, kF32);
  const bool is_narrow = f.dtype() == kBF16 || f.dtype() == kF16;
  const Value total = reduce_window(is_narrow ? convert(f, kF32) : f, add, w);
  const bool is_padded =
      std::ranges::any_of(w.padding, [](const auto& p) { return p[0] > 0 || p[1] > 0; });
  const Dim size =
      std::accumulate(w.dimensions.begin(), w.dimensions.end(), Dim{1}, std::multiplies<>());
  if (options.counts_padding || !is_padded)
    return convert(total / static_cast<double>(size), f.dtype());
  const Value counts = constant(element_counts(f.dims(), w));
  return convert(total / maximum(convert(counts, total.dtype()), 1),
                 f.dtype());  // a window of padding alone is 0
}

Value global_max_pool(Operand x, bool keeps_dims, Layout layout) {
  const CallSite site(x.where);
  return max(x, spatial_axes("global_max_pool", x, layout), keeps_dims);
}
Value global_avg_pool(Operand x, bool keeps_dims, Layout layout) {
  const CallSite site(x.where);
  return mean(x, spatial_axes("global_avg_pool", x, layout), keeps_dims);
}

}  // namespace hilo
