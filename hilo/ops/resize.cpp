#include "hilo/ops/resize.h"

#include <algorithm>
#include <numbers>

#include "hilo/ops/arrange.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/index.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/numeric.h"
#include "hilo/ops/products.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

Value lanczos(Value x, double radius) {
  const double pi = std::numbers::pi;
  const Value y = sin(x * pi) * sin(x * (pi / radius)) * radius;
  const Value is_far = greater(x, 1e-3), safe = select(is_far, x, ones_like(x));
  const Value inside = select(is_far, y / (safe * safe * (pi * pi)), ones_like(x));
  return select(greater(x, radius), zeros_like(x), inside);
}

// The weight of a point at distance x.
Value kernel(Value x, ResizeMethod method) {
  if (method == ResizeMethod::kLanczos3) return lanczos(x, 3);
  if (method == ResizeMethod::kLanczos5) return lanczos(x, 5);
  if (method == ResizeMethod::kLinear) return maximum(1 - x, 0);
  const Value near = ((x * 1.5 - 2.5) * x) * x + 1, far = ((x * -0.5 + 2.5) * x - 4) * x + 2;
  return select(greater_equal(x, 2), zeros_like(x), select(greater_equal(x, 1), far, near));
}

// [n, m]: what each of n points of x counts for in each of m of the result.
Value weights(Dim n, Dim m, Value scale, Value translation, ResizeOptions options) {
  const DType dtype = scale.dtype();
  const Value per_step = 1 / scale;
  const Value place = (iota({dtype, {m}}) + 0.5) * per_step - translation * per_step - 0.5;  // [m]
  Value distance = abs(expand_dims(place, 0) - expand_dims(iota({dtype, {n}}), 1));  // [n, m]
  if (options.antialias) distance = distance / maximum(per_step, 1);
  const Value w = kernel(distance, options.method), total = sum(w, {0}, true);
  const Value has_weight = greater(abs(total), 1000 * epsilon(kF32));
  const Value scaled = w / select(has_weight, total, ones_like(total));
  const Value is_inside =
      logical_and(greater_equal(place, -0.5), less_equal(place, static_cast<double>(n) - 0.5));
  return select(logical_and(has_weight, is_inside), scaled, zeros_like(scaled));
}

Value along(Value x, Value w, int axis) {
  return moveaxis(tensordot(x, w, {axis}, {0}), {x.rank() - 1}, {axis});
}

Value nearest(Value x, Dim m, int axis) {
  const Dim n = x.dim(axis);
  std::vector<std::int32_t> places;
  for (Dim i = 0; i < m; ++i)
    places.push_back(static_cast<std::int32_t>((2 * i + 1) * n / (2 * m)));
  return take(x, constant(Array::of({m}, places)), axis);
}

// Positions beyond an axis of length n brought back to it.
Value brought_back(Value i, Dim n, Beyond beyond) {
  const auto mirrored = [](Value k, Dim last) { return abs(mod(k + last, 2 * last) - last); };
  if (n == 1 && beyond != Beyond::kFill) return zeros_like(i);
  switch (beyond) {
    case Beyond::kWrap:
      return mod(i, n);
    case Beyond::kMirror:
      return mirrored(i, n - 1);
    case Beyond::kReflect:
      return mirrored(i * 2 + 1, 2 * n) / 2;
    case Beyond::kFill:
    case Beyond::kNearest:
      break;
  }
  return minimum(maximum(i, 0), n - 1);
}

struct Corner {
  Value place, weight;  // along one axis; a weight of none is 1
};

}  // namespace

Value resize(Operand operand, Dims dims, ResizeOptions options) {
  const CallSite site(operand.where);
  Value x = promote("resize", {operand})[0];
  const bool has_lengths =
      dims.size() == x.dims().size() && std::ranges::all_of(dims, [](Dim d) { return d > 0; });
  if (!has_lengths || x.size() == 0) {
    throw OpError({.op = "resize",
                   .problem = "cannot scale to " + to_string(dims),
                   .got = {x.shape()},
                   .expected = "a length of at least 1 for each axis"},
                  CallSite::current(operand.where));
  }
  const bool is_nearest = options.method == ResizeMethod::kNearest;
  if (!is_nearest) x = floating_of("resize", Operand(x, operand.where));
  for (int axis = 0; axis < x.rank(); ++axis) {
    const Dim n = x.dim(axis), m = dims[static_cast<std::size_t>(axis)];
    if (n == m) continue;
    if (is_nearest) {
      x = nearest(x, m, axis);
    } else {
      const Value scale = full({x.dtype(), {}}, static_cast<double>(m) / static_cast<double>(n));
      x = along(x, weights(n, m, scale, zeros_like(scale), options), axis);
    }
  }
  return x;
}

Value scale_and_translate(Operand operand, Dims dims, Axes axes, Operand scale, Operand translation,
                          ResizeOptions options) {
  const CallSite site(operand.where);
  Value x = floating_of("scale_and_translate", operand);
  const Value s = tensor_of("scale_and_translate", scale, x.dtype()).as(x.dtype());
  const Value t = tensor_of("scale_and_translate", translation, x.dtype()).as(x.dtype());
  axes = normalized_axes("scale_and_translate", std::move(axes), x.rank());
  const Dims list = {static_cast<Dim>(axes.size())};
  bool fits = dims.size() == x.dims().size() && s.dims() == list && t.dims() == list &&
              options.method != ResizeMethod::kNearest;
  for (std::size_t i = 0; fits && i < dims.size(); ++i) {
    fits = dims[i] == x.dims()[i] ||
           std::ranges::find(axes, static_cast<std::int64_t>(i)) != axes.end();
  }
  if (!fits) {
    throw OpError({.op = "scale_and_translate",
                   .problem = "cannot go to " + to_string(dims),
                   .got = {x.shape(), s.shape(), t.shape()},
                   .expected = "dims that change along the axes only, a scale and a translation "
                               "for each, another method than kNearest"},
                  CallSite::current(operand.where));
  }
  for (std::size_t k = 0; k < axes.size(); ++k) {
    const int axis = static_cast<int>(axes[k]);
    const Dim i = static_cast<Dim>(k);
    x = along(x,
              weights(x.dim(axis), dims[static_cast<std::size_t>(axis)], index_axis(s, 0, i),
                      index_axis(t, 0, i), options),
              axis);
  }
  return x;
}

Value map_coordinates(Operand operand, Operands coordinates, MapOptions options) {
  const CallSite site(operand.where);
  const Value x = floating_of("map_coordinates", operand);
  std::vector<Shape> got = {x.shape()};
  for (const Value& c : coordinates.values) got.push_back(c.shape());
  const bool is_one_shape = std::ranges::all_of(
      coordinates.values, [&](Value c) { return c.dims() == coordinates.values[0].dims(); });
  const bool fits =
      !coordinates.values.empty() && coordinates.values.size() == x.dims().size() && is_one_shape;
  if (!fits || options.order < 0 || options.order > 1 || x.size() == 0) {
    throw OpError(
        {.op = "map_coordinates",
         .problem = fits ? "order " + std::to_string(options.order) : "the coordinates do not fit",
         .got = std::move(got),
         .expected = "one tensor of places for each axis, all of one shape; order 0 or 1"},
        CallSite::current(operand.where));
  }
  std::vector<std::vector<Corner>> by_axis;
  for (const Value& given : coordinates.values) {
    const Value c = given.as(x.dtype());
    if (options.order == 0) {
      by_axis.push_back({{round_nearest_afz(c).as(kI32), Value()}});
      continue;
    }
    const Value below = floor(c), share = c - below;
    by_axis.push_back({{below.as(kI32), 1 - share}, {below.as(kI32) + 1, share}});
  }
  // Every choice of a corner along each axis; the bits of `which` say it.
  const std::size_t corners = options.order == 0 ? 1 : std::size_t{1} << by_axis.size();
  Value total;
  for (std::size_t which = 0; which < corners; ++which) {
    IndexEntries places;
    Value weight, is_inside;
    for (std::size_t a = 0; a < by_axis.size(); ++a) {
      const Corner& corner = by_axis[a][(which >> a) & 1];
      const Dim n = x.dims()[a];
      const Value place = brought_back(corner.place, n, options.beyond);
      places.emplace_back(place);
      const Value is_here = equal(place, corner.place);
      is_inside = is_inside ? logical_and(is_inside, is_here) : is_here;
      if (corner.weight) weight = weight ? weight * corner.weight : corner.weight;
    }
    Value y = index(x, places);
    if (options.beyond == Beyond::kFill) y = select(is_inside, y, full(y.shape(), options.fill));
    if (weight) y = y * weight;
    total = total ? total + y : y;
  }
  return total;
}

}  // namespace hilo
