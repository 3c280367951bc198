#include "hilo/graph/call_site.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

using Combine = std::function<Value(Value, Value)>;

// a0, b0, a1, b1, ..; a has as many slices as b or one more.
Value interleaved(Value a, Value b, int axis) {
  const Dim n = a.dim(axis) + b.dim(axis);
  const auto spread = [&](Value x, Dim low) {
    Padding p{Dims(static_cast<std::size_t>(x.rank()), 0),
              Dims(static_cast<std::size_t>(x.rank()), 0),
              Dims(static_cast<std::size_t>(x.rank()), 0)};
    const auto i = static_cast<std::size_t>(axis);
    p.low[i] = low;
    p.interior[i] = 1;
    p.high[i] = n - low - (2 * x.dim(axis) - 1);
    return pad(x, 0, std::move(p));
  };
  return spread(a, 0) + spread(b, 1);
}

// Pairs are combined, half as many slices scanned, and the slices between found from their
// neighbours.
Value scanned(Value x, const Combine& combine, int axis) {
  const Dim n = x.dim(axis);
  if (n < 2) return x;
  const Value pairs = combine(slice_axis(x, axis, 0, n - 1, 2), slice_axis(x, axis, 1, n, 2));
  const Value odd = scanned(pairs, combine, axis);
  const Value first = slice_axis(x, axis, 0, 1);
  if (n == 2) return concatenate({first, odd}, axis);
  const Value before = n % 2 == 0 ? slice_axis(odd, axis, 0, odd.dim(axis) - 1) : odd;
  const Value even = concatenate({first, combine(before, slice_axis(x, axis, 2, n, 2))}, axis);
  return interleaved(even, odd, axis);
}

}  // namespace

Value associative_scan(Operand x, const std::function<Value(Value, Value)>& combine, int axis,
                       bool is_reversed) {
  const CallSite site(x.where);
  const int a = normalized_axis("associative_scan", x, axis);
  if (!is_reversed) return scanned(x.value, combine, a);
  return reverse(scanned(reverse(x.value, {a}), combine, a), {a});
}

}  // namespace hilo
