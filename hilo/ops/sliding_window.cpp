#include "hilo/ops/sliding_window.h"

#include <algorithm>

#include "hilo/graph/call_site.h"
#include "hilo/ops/rules.h"

namespace hilo {

Dims PerAxis::for_axes(std::size_t count, Dim otherwise, std::string_view op,
                       std::string_view what) const {
  if (numbers.empty()) return Dims(count, otherwise);
  const bool is_positive = std::ranges::all_of(numbers, [](Dim n) { return n >= 1; });
  if (!is_positive || (numbers.size() != 1 && numbers.size() != count)) {
    throw OpError({.op = std::string(op),
                   .problem = std::string(what) + " of " + to_string(numbers) + " do not fit",
                   .expected = "one number, or one for each of the " + std::to_string(count) +
                               " spatial axes, at least 1"});
  }
  return numbers.size() == 1 ? Dims(count, numbers[0]) : numbers;
}

WindowPadding::WindowPadding(std::string_view name, std::source_location where)
    : kind(name == "same" ? Kind::kSame : Kind::kValid) {
  if (name == "same" || name == "valid") return;
  throw OpError({.op = "padding",
                 .problem = "no padding \"" + std::string(name) + "\"",
                 .expected = "\"valid\", \"same\" or {low, high} for each spatial axis",
                 .hint = near_names(name, {"valid", "same"})},
                CallSite::current(where));
}

Int64Pairs WindowPadding::for_axes(const Dims& lengths, const Dims& window, const Dims& strides,
                                   std::string_view op) const {
  if (kind == Kind::kExplicit) {
    if (pairs.size() == lengths.size()) return pairs;
    throw OpError({.op = std::string(op),
                   .problem = std::to_string(pairs.size()) + " pairs of padding",
                   .expected = "{low, high} for each of the " + std::to_string(lengths.size()) +
                               " spatial axes"});
  }
  Int64Pairs result(lengths.size());
  if (kind == Kind::kValid) return result;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] == kDynamic) {
      throw OpError({.op = std::string(op),
                     .problem = "\"same\" padding of a dynamic axis",
                     .expected = "\"valid\" or explicit padding"});
    }
    const Dim places = (lengths[i] + strides[i] - 1) / strides[i];
    const Dim total = std::max<Dim>((places - 1) * strides[i] + window[i] - lengths[i], 0);
    result[i] = {total / 2, total - total / 2};
  }
  return result;
}

Dim dilated(Dim n, Dim dilation) { return n == 0 || n == kDynamic ? n : scaled_length(n - 1, dilation, 1); }

Dim padded(Dim n, const std::array<std::int64_t, 2>& padding) {
  return scaled_length(scaled_length(n, 1, padding[0]), 1, padding[1]);
}

Dim window_count(Dim padded, Dim window, Dim stride) {
  if (padded == kDynamic || window == kDynamic) return kDynamic;
  return padded <= 0 || window > padded ? 0 : (padded - window) / stride + 1;
}

Dim WindowAxis::count() const {
  return window_count(padded(dilated(length, base_dilation), padding),
                      dilated(window, window_dilation), stride);
}

// Result r of the transposed map, at place r * base_dilation of x, is met by window w (at w *
// stride) through its tap t if r * base_dilation + low = w * stride + t * window_dilation; taps run
// backwards from the window's reach.
std::array<std::int64_t, 2> WindowAxis::transposed_padding() const {
  const Dim reach = dilated(window, window_dilation), places = dilated(length, base_dilation);
  const Dim low = reach - 1 - padding[0];
  return {low, places + reach - 1 - dilated(count(), stride) - low};
}

}  // namespace hilo
