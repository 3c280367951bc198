#include "hilo/ops/indexing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/positions.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"

namespace hilo {
namespace {

// One axis of x out, the indices' axes in its place.
struct AlongAxis {
  std::string_view op;
  Value x, indices;
  int axis;
  Dims dims{};  // of what is read or written
  Axes window_dims{};

  AlongAxis(std::string_view name, const Operand& operand, const Operand& index, int along)
      : op(name), x(promote(name, {operand})[0]), axis(along) {
    axis = normalized_axis(op, Operand(x, operand.where), along);
    indices = positions_from_front(op, index, x.dim(axis), CallSite::current(operand.where));
    for (int d = 0; d < x.rank(); ++d) {
      if (d == axis) {
        dims.insert(dims.end(), indices.dims().begin(), indices.dims().end());
      } else {
        window_dims.push_back(static_cast<std::int64_t>(dims.size()));
        dims.push_back(x.dim(d));
      }
    }
  }
};

Value scatter_along(std::string_view op, const Operand& x, const Operand& indices,
                    const Operand& updates, int axis, Update update, ScatterOptions options) {
  const CallSite site(x.where);
  const AlongAxis a(op, x, indices, axis);
  return scatter(a.x, a.indices, updates_for(op, updates, a.x, a.dims, CallSite::current(x.where)),
                 {.update_window_dims = a.window_dims,
                  .inserted_window_dims = {a.axis},
                  .scatter_dims_to_operand_dims = {a.axis},
                  .index_vector_dim = a.indices.rank()},
                 update, options);
}

// For the forms where indices have x's rank: the dims of x and of the indices with the axes but one
// broadcast.
struct PairedAxes {
  Dims x, indices;
  Axes others{};
};
PairedAxes paired_axes(const AlongAxis& a, bool x_may_stretch, const Site& at) {
  PairedAxes p{a.x.dims(), a.indices.dims()};
  const auto refuse = [&](std::string problem) {
    return OpError({.op = std::string(a.op),
                    .problem = std::move(problem),
                    .got = {a.x.shape(), a.indices.shape()},
                    .expected = "equal ranks, and axes other than " + std::to_string(a.axis) +
                                " that broadcast"},
                   at);
  };
  if (p.x.size() != p.indices.size()) throw refuse("ranks differ");
  for (std::size_t d = 0; d < p.x.size(); ++d) {
    if (static_cast<int>(d) == a.axis) continue;
    const bool fits = p.x[d] == p.indices[d] || p.indices[d] == 1 || (x_may_stretch && p.x[d] == 1);
    if (!fits) throw refuse("axis " + std::to_string(d) + " does not fit");
    p.x[d] = p.indices[d] = p.x[d] == 1 ? p.indices[d] : p.x[d];
    p.others.push_back(static_cast<std::int64_t>(d));
  }
  return p;
}

}  // namespace

Value take(Operand x, Operand indices, int axis) {
  const CallSite site(x.where);
  const AlongAxis a("take", x, indices, axis);
  Dims sizes = a.x.dims();
  sizes[static_cast<std::size_t>(a.axis)] = std::min<Dim>(1, a.x.dim(a.axis));
  return gather(a.x, a.indices,
                {.offset_dims = a.window_dims,
                 .collapsed_slice_dims = {a.axis},
                 .start_index_map = {a.axis},
                 .index_vector_dim = a.indices.rank()},
                std::move(sizes));
}

Value take(Operand operand, Operand index, TakeOptions options) {
  const CallSite site(operand.where);
  const Value x = promote("take", {operand})[0];
  const int axis = normalized_axis("take", Operand(x, operand.where), options.axis);
  const Dim n = x.dim(axis);
  const Value given = tensor_of("take", index, kI32);
  if (!is_integer(given.dtype())) return take(x, given, axis);  // which refuses
  const Value i = bits(given.dtype()) < 32 ? given.as(kI32) : given, zero = zeros_like(i);
  const bool has_negative = !is_unsigned(i.dtype());
  const Value length = zero + std::max<Dim>(n, 1);  // no constant, so that nothing is checked
  if (options.mode == OutOfRange::kWrap) {
    const Value rest = i % length;
    return take(x, has_negative ? (rest + length) % length : rest, axis);
  }
  const Value place = has_negative ? select(less(i, zero), i + length, i) : i;
  const Value inside = minimum(maximum(place, zero), length - 1);
  if (options.mode == OutOfRange::kClip) return take(x, inside, axis);
  const Value is_outside = logical_or(not_equal(place, inside), full(i.shape().with(kI1), n == 0));
  const Value y = take(x, inside, axis);
  Axes axes(i.dims().size());
  std::iota(axes.begin(), axes.end(), axis);
  double fill = options.fill_value;
  if (std::isnan(fill) && !is_differentiable(x.dtype())) {
    fill = is_bool(x.dtype()) ? 1 : is_unsigned(x.dtype()) ? max_finite(x.dtype()) : min_finite(x.dtype());
  }
  const Value filler = constant(from_doubles({x.dtype(), {}}, std::vector{fill}));
  return select(broadcast_in_dim(is_outside, y.dims(), axes), broadcast_to(filler, y.dims()), y);
}

Value take_along_axis(Operand operand, Operand index, int along) {
  const CallSite site(operand.where);
  const AlongAxis a("take_along_axis", operand, index, along);
  const PairedAxes p = paired_axes(a, true, CallSite::current(operand.where));
  const Value x = broadcast_to(a.x, p.x), indices = broadcast_to(a.indices, p.indices);
  Dims sizes;
  for (Dim d : p.x) sizes.push_back(std::min<Dim>(1, d));
  return gather(x, indices,
                {.collapsed_slice_dims = {a.axis},
                 .operand_batching_dims = p.others,
                 .start_indices_batching_dims = p.others,
                 .start_index_map = {a.axis},
                 .index_vector_dim = x.rank()},
                std::move(sizes));
}

Value put_along_axis(Operand operand, Operand index, Operand values, Update update, int along,
                     ScatterOptions options) {
  const CallSite site(operand.where);
  const Site at = CallSite::current(operand.where);
  const AlongAxis a("put_along_axis", operand, index, along);
  const PairedAxes p = paired_axes(a, false, at);
  return scatter(a.x, broadcast_to(a.indices, p.indices),
                 updates_for("put_along_axis", values, a.x, p.indices, at),
                 {.inserted_window_dims = {a.axis},
                  .input_batching_dims = p.others,
                  .scatter_indices_batching_dims = p.others,
                  .scatter_dims_to_operand_dims = {a.axis},
                  .index_vector_dim = a.x.rank()},
                 update, options);
}

Value one_hot(Operand indices, Dim depth, DType dtype, int axis) {
  const CallSite site(indices.where);
  const Value i = tensor_of("one_hot", indices, kI32);
  if (!is_integer(i.dtype()) || depth < 0) {
    throw OpError({.op = "one_hot",
                   .problem = depth < 0 ? "a negative depth" : "indices are no integers",
                   .got = {i.shape()},
                   .expected = "integer indices, depth >= 0"},
                  CallSite::current(indices.where));
  }
  const Value wide = bits(i.dtype()) < 32 ? i.as(kI32) : i;
  const Value column = expand_dims(Operand(wide, indices.where), axis);
  Dims dims(column.dims().size(), 1);
  const auto at = static_cast<std::size_t>(axis < 0 ? axis + column.rank() : axis);
  dims[at] = depth;
  return equal(column, reshape(iota({wide.dtype(), {depth}}), dims)).as(dtype);
}

Value scatter_set(Operand x, Operand indices, Operand updates, int axis, ScatterOptions options) {
  return scatter_along("scatter_set", x, indices, updates, axis, Update::kSet, options);
}
Value scatter_add(Operand x, Operand indices, Operand updates, int axis, ScatterOptions options) {
  return scatter_along("scatter_add", x, indices, updates, axis, Update::kAdd, options);
}
Value scatter_multiply(Operand x, Operand indices, Operand updates, int axis,
                       ScatterOptions options) {
  return scatter_along("scatter_multiply", x, indices, updates, axis, Update::kMultiply, options);
}
Value scatter_max(Operand x, Operand indices, Operand updates, int axis, ScatterOptions options) {
  return scatter_along("scatter_max", x, indices, updates, axis, Update::kMaximum, options);
}
Value scatter_min(Operand x, Operand indices, Operand updates, int axis, ScatterOptions options) {
  return scatter_along("scatter_min", x, indices, updates, axis, Update::kMinimum, options);
}

}  // namespace hilo
