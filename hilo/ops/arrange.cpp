#include "hilo/ops/arrange.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/broadcast.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

Axes all_axes(Value x) {
  Axes axes(x.dims().size());
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Value rows_of(Value x) {
  return x.rank() == 0 ? reshape(x, {1, 1}) : x.rank() == 1 ? expand_dims(x, 0) : x;
}
Value columns_of(Value x) { return x.rank() < 2 ? reshape(x, {x.size(), 1}) : x; }
Value layers_of(Value x) {
  if (x.rank() < 2) return reshape(x, {1, x.size(), 1});
  return x.rank() == 2 ? expand_dims(x, 2) : x;
}

Value joined(const Operands& parts, Value (*shaped)(Value), int axis) {
  const CallSite site(parts.where);
  std::vector<Value> all;
  for (const Value& v : parts.values) all.push_back(shaped(v));
  return concatenate(Operands(std::move(all), parts.where), axis);
}

// x's slices at these places along an axis.
Value taken(Value x, const std::vector<std::int32_t>& places, int axis) {
  return take(x, constant(Array::of({static_cast<Dim>(places.size())}, places)), axis);
}

// Places of elements around an axis of length n: its own go round, forwards only or also back.
Value continued(std::string_view op, const Operand& x, const Dims& low, const Dims& high,
                bool is_mirrored) {
  const CallSite site(x.where);
  const Dims& dims = x.value.dims();
  bool fits = low.size() == dims.size() && high.size() == dims.size();
  for (std::size_t i = 0; fits && i < dims.size(); ++i) {
    fits = low[i] >= 0 && high[i] >= 0 && (dims[i] > 0 || low[i] + high[i] == 0);
  }
  if (!fits) {
    throw OpError(
        {.op = std::string(op),
         .problem = "cannot pad by low = " + to_string(low) + ", high = " + to_string(high),
         .got = {x.value.shape()},
         .expected = "0 <= padding, axes that are not empty"},
        CallSite::current(x.where));
  }
  Value y = x.value;
  for (std::size_t i = 0; i < low.size(); ++i) {
    if (low[i] + high[i] == 0) continue;
    const Dim n = dims[i], period = is_mirrored ? 2 * n : n;
    std::vector<std::int32_t> places;
    for (Dim k = -low[i]; k < n + high[i]; ++k) {
      const Dim at = (k % period + period) % period;
      places.push_back(static_cast<std::int32_t>(at < n ? at : period - 1 - at));
    }
    y = taken(y, places, static_cast<int>(i));
  }
  return y;
}

}  // namespace

Value flip(Operand x, Axes axes) {
  const CallSite site(x.where);
  return reverse(x, axes.empty() ? all_axes(x.value) : std::move(axes));
}

Value rot90(Operand x, int quarters, Axes axes) {
  const CallSite site(x.where);
  if (axes.size() != 2) {
    throw OpError({.op = "rot90",
                   .problem = std::to_string(axes.size()) + " axes",
                   .got = {x.value.shape()},
                   .expected = "the two axes of a plane"},
                  CallSite::current(x.where));
  }
  const int a = normalized_axis("rot90", x, axes[0]), b = normalized_axis("rot90", x, axes[1]);
  switch ((quarters % 4 + 4) % 4) {
    case 0:
      return x.value;
    case 1:
      return reverse(swapaxes(x, a, b), {a});
    case 2:
      return reverse(x, {a, b});
    default:
      return reverse(swapaxes(x, a, b), {b});
  }
}

Value moveaxis(Operand x, Axes from, Axes to) {
  const CallSite site(x.where);
  if (from.size() != to.size()) {
    throw OpError({.op = "moveaxis",
                   .problem = std::to_string(from.size()) + " axes for " +
                              std::to_string(to.size()) + " places",
                   .got = {x.value.shape()},
                   .expected = "a place for each axis"},
                  CallSite::current(x.where));
  }
  const int rank = x.value.rank();
  from = normalized_axes("moveaxis", std::move(from), rank);
  to = normalized_axes("moveaxis", std::move(to), rank);
  Axes order(static_cast<std::size_t>(rank), -1);
  for (std::size_t i = 0; i < to.size(); ++i) order[static_cast<std::size_t>(to[i])] = from[i];
  std::int64_t next = 0;
  for (std::int64_t& axis : order) {
    if (axis >= 0) continue;
    while (std::ranges::find(from, next) != from.end()) ++next;
    axis = next++;
  }
  return transpose(x, std::move(order));
}

Value swapaxes(Operand x, int a, int b) {
  const CallSite site(x.where);
  Axes order = all_axes(x.value);
  std::swap(order[static_cast<std::size_t>(normalized_axis("swapaxes", x, a))],
            order[static_cast<std::size_t>(normalized_axis("swapaxes", x, b))]);
  return transpose(x, std::move(order));
}

Value atleast_1d(Operand x) { return x.value.rank() == 0 ? reshape(x, {1}) : x.value; }
Value atleast_2d(Operand x) {
  const CallSite site(x.where);
  return rows_of(x.value);
}
Value atleast_3d(Operand x) {
  const CallSite site(x.where);
  return layers_of(x.value);
}

Value hstack(Operands parts) {
  const bool are_vectors = std::ranges::all_of(parts.values, [](Value v) { return v.rank() < 2; });
  return joined(
      parts, [](Value v) { return v.rank() == 0 ? reshape(v, {1}) : v; }, are_vectors ? 0 : 1);
}
Value vstack(Operands parts) { return joined(parts, rows_of, 0); }
Value dstack(Operands parts) { return joined(parts, layers_of, 2); }
Value column_stack(Operands parts) { return joined(parts, columns_of, 1); }

Value block(const std::vector<std::vector<Value>>& rows, std::source_location where) {
  const CallSite site(where);
  std::vector<Value> joined_rows;
  for (const std::vector<Value>& row : rows) {
    std::vector<Value> parts;
    for (const Value& v : row) parts.push_back(rows_of(v));
    joined_rows.push_back(concatenate(Operands(std::move(parts), where), -1));
  }
  return concatenate(Operands(std::move(joined_rows), where), -2);
}

std::vector<Value> array_split(Operand x, Dim count, int axis) {
  const CallSite site(x.where);
  if (count < 1) {
    throw OpError({.op = "array_split",
                   .problem = "no pieces",
                   .got = {x.value.shape()},
                   .expected = "a count of at least 1"},
                  CallSite::current(x.where));
  }
  const Dim n = x.value.dim(normalized_axis("array_split", x, axis));
  Dims lengths;
  for (Dim i = 0; i < count; ++i) lengths.push_back(n / count + (i < n % count ? 1 : 0));
  return split(x, std::move(lengths), axis);
}

std::vector<Value> split_at(Operand x, Dims positions, int axis) {
  const CallSite site(x.where);
  const Dim n = x.value.dim(normalized_axis("split_at", x, axis));
  std::vector<Value> pieces;
  Dim before = 0;
  positions.push_back(n);
  for (Dim p : positions) {
    const Dim at = std::clamp<Dim>(p < 0 ? p + n : p, 0, n);
    pieces.push_back(slice_axis(x, axis, std::min(before, at), at));
    before = at;
  }
  return pieces;
}

std::vector<Value> unstack(Operand x, int axis) {
  const CallSite site(x.where);
  const int a = normalized_axis("unstack", x, axis);
  std::vector<Value> slices;
  for (Dim i = 0; i < x.value.dim(a); ++i) slices.push_back(index_axis(x, a, i));
  return slices;
}

Value insert(Operand operand, Dim position, Operand values, int axis) {
  const CallSite site(operand.where);
  const Value x = operand.value;
  const int a = normalized_axis("insert", operand, axis);
  Value v = tensor_of("insert", values, x.dtype()).as(x.dtype());
  if (v.rank() == x.rank() - 1 && v.rank() > 0) v = expand_dims(v, a);
  Dims dims = x.dims();
  dims[static_cast<std::size_t>(a)] = v.rank() == x.rank() ? v.dim(a) : 1;
  const std::vector<Value> around = split_at(operand, {position}, a);
  return concatenate({around[0], broadcast_to(v, dims), around[1]}, a);
}

Value delete_at(Operand x, Dims positions, int axis) {
  const CallSite site(x.where);
  const int a = normalized_axis("delete_at", x, axis);
  const Dim n = x.value.dim(a);
  for (Dim& p : positions) {
    if (p < -n || p >= n) {
      throw OpError({.op = "delete_at",
                     .problem = "no element " + std::to_string(p) + " on axis " + std::to_string(a),
                     .got = {x.value.shape()},
                     .expected = "-length <= position < length"},
                    CallSite::current(x.where));
    }
    p = p < 0 ? p + n : p;
  }
  std::vector<std::int32_t> kept;
  for (Dim i = 0; i < n; ++i) {
    if (std::ranges::find(positions, i) == positions.end())
      kept.push_back(static_cast<std::int32_t>(i));
  }
  return taken(x.value, kept, a);
}

Value pad_wrap(Operand x, Dims low, Dims high) {
  return continued("pad_wrap", x, low, high, false);
}
Value pad_symmetric(Operand x, Dims low, Dims high) {
  return continued("pad_symmetric", x, low, high, true);
}

}  // namespace hilo
