#include "hilo/ops/conv_transpose.h"

#include <algorithm>
#include <numeric>

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/ops/convolution.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"

namespace hilo {
namespace {

constexpr std::string_view kName = "conv_transpose";

// Zeros around x, spread out, for a window of k places and a stride of s.
std::array<Dim, 2> padding_of(WindowPadding::Kind kind, Dim k, Dim s) {
  if (kind == WindowPadding::Kind::kValid) return {k - 1, s - 1 + std::max<Dim>(k - s, 0)};
  const Dim total = k + s - 2, low = s > k - 1 ? k - 1 : (total + 1) / 2;
  return {low, total - low};
}

// The kernel mirrored, and its last features but one and last (channels first: its first two)
// exchanged.
Value transposed(Value kernel, Layout layout) {
  Axes order(kernel.dims().size()), spatial;
  std::iota(order.begin(), order.end(), 0);
  const std::size_t first = layout == Layout::kChannelsFirst ? 0 : order.size() - 2;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i != first && i != first + 1) spatial.push_back(static_cast<std::int64_t>(i));
  }
  std::swap(order[first], order[first + 1]);
  return transpose(reverse(kernel, spatial), order);
}

}  // namespace

Value conv_transpose(Operand x, Operand kernel, ConvTransposeOptions options) {
  const CallSite site(x.where);
  const std::vector<Shape> got = {x.value.shape(), kernel.value.shape()};
  const Site at = CallSite::current(x.where);
  const int rank = x.value.rank();
  if (rank < 3 || rank > 5 || kernel.value.rank() != rank) {
    throw OpError(
        {.op = std::string(kName),
         .problem = "ranks do not fit",
         .got = got,
         .expected = "x [B,spatial..,C], kernel [spatial..,C / groups,O], 1 to 3 spatial axes"},
        at);
  }
  if (options.transposes_kernel && options.groups != 1) {
    throw OpError({.op = std::string(kName),
                   .problem = "a transposed kernel in groups",
                   .got = got,
                   .expected = "groups of 1, or transposes_kernel = false"},
                  at);
  }
  try {
    const auto n = static_cast<std::size_t>(rank) - 2;
    const Dims strides = options.strides.for_axes(n, 1, kName, "strides");
    const Dims dilations = options.dilations.for_axes(n, 1, kName, "dilations");
    const Value used =
        options.transposes_kernel ? transposed(kernel.value, options.layout) : kernel.value;
    WindowPadding padding = options.padding;
    if (padding.kind != WindowPadding::Kind::kExplicit) {
      const std::size_t first = options.layout == Layout::kChannelsFirst ? 2 : 0;
      Int64Pairs pairs;
      for (std::size_t i = 0; i < n; ++i) {
        pairs.push_back(
            padding_of(padding.kind, dilated(used.dims()[first + i], dilations[i]), strides[i]));
      }
      padding = WindowPadding(pairs);
    }
    return conv(x.value, used,
                {.padding = padding,
                 .dilations = dilations,
                 .input_dilations = strides,
                 .groups = options.groups,
                 .layout = options.layout,
                 .dtype = options.dtype});
  } catch (const OpError& e) {
    Refusal r = e.refusal();
    r.op = kName;
    r.got = got;
    throw OpError(std::move(r), at);
  }
}

}  // namespace hilo
