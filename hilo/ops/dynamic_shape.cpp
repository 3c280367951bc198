#include "hilo/ops/dynamic_shape.h"

#include <algorithm>
#include <utility>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/dynamic_rules.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/sliding_window.h"

namespace hilo {
namespace {

using In = std::span<const Value>;

struct GetDimensionSize {
  static constexpr std::string_view kName = "get_dimension_size";
  std::int64_t dimension = 0;
  static void fields(auto&& field) { field("dimension", &GetDimensionSize::dimension); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    under("C1", [&] { expect_axis(in, dimension); });
    return {{kI32, {}}};
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {broadcast_to(get_dimension_size(b.in[0], static_cast<int>(dimension) + 1), {b.size})};
  }
};

struct SetDimensionSize {
  static constexpr std::string_view kName = "set_dimension_size";
  std::int64_t dimension = 0;
  static void fields(auto&& field) { field("dimension", &SetDimensionSize::dimension); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    expect_kind(in.first(1), kAnyKind);
    if (in[1] != Shape{kI32, {}})
      throw OpError(
          {.problem = "the size does not fit", .expected = "i32[]", .hint = "size.as(kI32)"});
    under("C1", [&] { expect_axis(in, dimension); });
    Dims dims = in[0].dims, bounds = in[0].bounds();
    Dim& length = dims[static_cast<std::size_t>(dimension)];
    if (length == kDynamic)
      throw OpError({.problem = "axis " + std::to_string(dimension) + " is dynamic",
                     .expected = "an axis of static length"});
    bounds.resize(dims.size(), kDynamic);
    bounds[static_cast<std::size_t>(dimension)] = std::exchange(length, kDynamic);
    return {Shape::bounded(in[0].dtype, std::move(dims), std::move(bounds))};
  }
  static constexpr Unsupported vjp{
      "a length that is set when the program runs has no gradient rule"};
  static constexpr Unsupported jvp = vjp;
  static constexpr Unsupported batch{"a batch would have a length for each element"};
};

struct DynamicReshape : Dynamic<DynamicReshape> {
  static constexpr std::string_view kName = "dynamic_reshape";
  Dims dims{}, bounds{};
  static void fields(auto&&) {}
  void complete(const OpParts& parts) {
    const Shape& out = parts.result();
    dims = known_dims(parts.operand(1), out.dims);
    bounds = out.bounds();
  }
  void check(Shapes in) const {
    expect_kind(in.first(1), kAnyKind);
    expect_list(in, 1, std::ssize(dims));
    if (bounds.empty() || bounds.size() == dims.size()) return;
    throw OpError({.problem = "bounds = " + to_string(bounds) + " do not fit the shape",
                   .expected = "a length for each axis"});
  }
  [[nodiscard]] Function formula(Shapes in) const {
    if (!bounds.empty() || !is_known(dims) || !in[0].is_static()) return {};
    return trace([&](In p) { return std::vector{reshape(p[0], dims)}; }, in);  // C1, C2, C3
  }
  [[nodiscard]] Shape dynamic(Shapes in) const {
    if (!bounds.empty()) return Shape::bounded(in[0].dtype, Dims(bounds.size(), kDynamic), bounds);
    return {in[0].dtype, dims};
  }
};

struct DynamicBroadcastInDim : Dynamic<DynamicBroadcastInDim> {
  static constexpr std::string_view kName = "dynamic_broadcast_in_dim";
  Axes broadcast_dimensions{};
  std::optional<Axes> known_expanding_dimensions{}, known_nonexpanding_dimensions{};
  Dims dims{};
  static void fields(auto&& field) {
    field("broadcast_dimensions", &DynamicBroadcastInDim::broadcast_dimensions);
    field("known_expanding_dimensions", &DynamicBroadcastInDim::known_expanding_dimensions);
    field("known_nonexpanding_dimensions", &DynamicBroadcastInDim::known_nonexpanding_dimensions);
  }
  void complete(const OpParts& parts) { dims = known_dims(parts.operand(1), parts.result().dims); }
  static bool are_distinct(Axes axes, std::int64_t rank) {
    std::ranges::sort(axes);
    return std::ranges::adjacent_find(axes) == axes.end() &&
           (axes.empty() || (axes.front() >= 0 && axes.back() < rank));
  }
  void check(Shapes in) const {
    expect_kind(in.first(1), kAnyKind);
    under("C6", [&] { expect_list(in, 1, std::ssize(dims)); });
    const std::int64_t rank = in[0].rank();
    if (std::ssize(broadcast_dimensions) != rank ||
        !are_distinct(broadcast_dimensions, std::ssize(dims))) {
      throw OpError({.problem = "axes = " + to_string(broadcast_dimensions) + " do not fit",
                     .expected = "a distinct axis of the result for each axis of x", .constraint = "C2, C3, C4"});
    }
    Axes known;
    for (const auto* list : {&known_expanding_dimensions, &known_nonexpanding_dimensions}) {
      for (std::size_t k = 0; *list && k < (*list)->size(); ++k) known.push_back((**list)[k]);
    }
    if (!are_distinct(known, rank)) {
      throw OpError(
          {.problem = "the axes known to stretch or not to, " + to_string(known) + ", do not fit",
           .expected = "distinct axes of x", .constraint = "C7, C8, C9"});
    }
  }
  [[nodiscard]] Function formula(Shapes in) const {
    if (!is_known(dims) || !in[0].is_static()) return {};
    return trace(
        [&](In p) { return std::vector{broadcast_in_dim(p[0], dims, broadcast_dimensions)}; },
        in);  // C1, C5
  }
  [[nodiscard]] Shape dynamic(Shapes in) const { return {in[0].dtype, dims}; }
};

struct DynamicIota : Dynamic<DynamicIota> {
  static constexpr std::string_view kName = "dynamic_iota";
  std::int64_t iota_dimension = 0;
  Shape shape{};
  static void fields(auto&& field) { field("iota_dimension", &DynamicIota::iota_dimension); }
  void complete(const OpParts& parts) {
    shape = {parts.result().dtype, known_dims(parts.operand(0), parts.result().dims)};
  }
  void check(Shapes in) const {
    expect_kind(std::span(&shape, 1), kNumbers);
    expect_lengths(shape.dims);
    under("C2", [&] { expect_list(in, 0, shape.rank()); });
    if (iota_dimension < 0 || iota_dimension >= shape.rank()) {
      throw OpError({.problem = "axis " + std::to_string(iota_dimension) + " is out of range",
                     .expected = "0 <= axis < rank", .constraint = "C1"});
    }
  }
  [[nodiscard]] Function formula(Shapes in) const {
    if (!shape.is_static()) return {};
    return trace([&](In) { return std::vector{iota(shape, static_cast<int>(iota_dimension))}; },
                 in);
  }
  [[nodiscard]] Shape dynamic(Shapes) const { return shape; }
};

struct DynamicPad : Dynamic<DynamicPad> {
  static constexpr std::string_view kName = "dynamic_pad";
  Dims low{}, high{}, interior{};
  static void fields(auto&&) {}
  void complete(const OpParts& parts) {
    low = known_integers(parts.operand(2));
    high = known_integers(parts.operand(3));
    interior = known_integers(parts.operand(4));
  }
  void check(Shapes in) const {
    expect_kind(in.first(1), kAnyKind);
    for (std::size_t k = 2; k < 5; ++k) under("C2", [&] { expect_list(in, k, in[0].rank(), 2); });
    under("C3", [&] { expect_lengths(interior); });
  }
  [[nodiscard]] Function formula(Shapes in) const {
    if (!is_known(low) || !is_known(high) || !is_known(interior) || !in[0].is_static()) return {};
    return trace(
        [&](In p) {
          return std::vector{pad(p[0], p[1], {low, high, interior})};
        },
        in);  // C1, C3, C4
  }
  [[nodiscard]] Shape dynamic(Shapes in) const {
    if (in[1] != Shape{in[0].dtype, {}})
      throw OpError(
          {.problem = "the value does not fit", .expected = "a scalar of x's dtype", .constraint = "C1"});  // C1
    Shape out = in[0];
    for (std::size_t i = 0; i < out.dims.size(); ++i) {
      Dim& d = out.dims[i];
      const bool knows = is_known({d, low[i], high[i], interior[i]});
      d = knows ? padded(scaled_length(std::max<Dim>(d - 1, 0), interior[i], d), {low[i], high[i]}) : kDynamic;
    }
    return out;
  }
};

struct RealDynamicSlice : Dynamic<RealDynamicSlice> {
  static constexpr std::string_view kName = "real_dynamic_slice";
  Dims start{}, limit{}, strides{};
  static void fields(auto&&) {}
  void complete(const OpParts& parts) {
    start = known_integers(parts.operand(1));
    limit = known_integers(parts.operand(2));
    strides = known_integers(parts.operand(3));
  }
  void check(Shapes in) const {
    expect_kind(in.first(1), kAnyKind);
    for (std::size_t k = 1; k < 4; ++k) under("C2", [&] { expect_list(in, k, in[0].rank(), 1); });
    expect_lengths(start);
  }
  [[nodiscard]] Function formula(Shapes in) const {
    if (!is_known(start) || !is_known(limit) || !is_known(strides) || !in[0].is_static()) return {};
    return trace([&](In p) { return std::vector{slice(p[0], start, limit, strides)}; }, in);
  }
  [[nodiscard]] Shape dynamic(Shapes in) const {
    Shape out = in[0];
    for (std::size_t i = 0; i < out.dims.size(); ++i) {
      const bool knows = is_known({start[i], limit[i], strides[i]}) && strides[i] > 0;
      if (!knows) out.dims[i] = kDynamic;
      else out.dims[i] = window_count(std::max<Dim>(scaled_length(start[i], -1, limit[i]), 0), 1, strides[i]);
    }
    return out;
  }
};

}  // namespace

void list_dynamic_shape_ops(OpTable& table) {
  table.add<GetDimensionSize>();
  table.add<SetDimensionSize>();
  table.add<DynamicReshape>();
  table.add<DynamicBroadcastInDim>();
  table.add<DynamicIota>();
  table.add<DynamicPad>();
  table.add<RealDynamicSlice>();
}

void expect_list(Shapes in, std::size_t k, Dim length, std::size_t like) {
  const bool is_list = k < in.size() && in[k].dims == Dims{length} && is_integer(in[k].dtype);
  if (is_list && (like == 0 || in[k].dtype == in[like].dtype)) return;
  throw OpError({.problem = "operand " + std::to_string(k) + " is no list of lengths",
                 .got = {in.begin(), in.end()},
                 .expected = std::to_string(length) + " integers" + (like == 0 ? "" : ", as in the other lists")});
}

void expect_lengths(const Dims& dims) {
  if (std::ranges::all_of(dims, [](Dim d) { return d >= 0 || d == kDynamic; })) return;
  throw OpError({.problem = "a length of " + to_string(dims) + " is negative", .expected = "at least 0"});
}

Value dimension_sizes(Value x) {
  std::vector<Value> each;
  for (int i = 0; i < x.rank(); ++i) each.push_back(reshape(get_dimension_size(x, i), {1}));
  return each.empty() ? zeros({kI32, {0}}) : concatenate(each, 0);
}

Value get_dimension_size(Operand x, int axis) {
  return apply(GetDimensionSize{normalized_axis("get_dimension_size", x, axis)}, {x.value},
               x.where);
}

Value set_dimension_size(Operand x, Operand size, int axis) {
  const CallSite site(x.where);
  const Value n = tensor_of("set_dimension_size", size, kI32);
  return apply(SetDimensionSize{normalized_axis("set_dimension_size", x, axis)}, {x.value, n},
               x.where);
}

Value dynamic_reshape(Operand x, Operand shape, Dims bounds) {
  DynamicReshape op;
  op.dims = known_integers(shape.value);
  if (std::ranges::count(op.dims, kDynamic) == 1 &&
      x.value.shape().is_static()) {  // the size tells the only unknown length
    Dim rest = 1;
    for (Dim d : op.dims) rest *= d == kDynamic ? 1 : d;
    if (rest > 0 && x.value.size() % rest == 0)
      *std::ranges::find(op.dims, kDynamic) = x.value.size() / rest;
  }
  op.bounds = std::move(bounds);
  return apply(std::move(op), {x.value, shape.value}, x.where);
}

Value dynamic_broadcast_in_dim(Operand x, Operand shape, Axes axes, KnownExpansion known) {
  DynamicBroadcastInDim op;
  op.broadcast_dimensions = std::move(axes);
  op.known_expanding_dimensions = std::move(known.expanding);
  op.known_nonexpanding_dimensions = std::move(known.nonexpanding);
  op.dims = known_integers(shape.value);
  return apply(std::move(op), {x.value, shape.value}, x.where);
}

Value dynamic_iota(Operand shape, DType dtype, int axis) {
  DynamicIota op;
  op.shape = {dtype, known_integers(shape.value)};
  op.iota_dimension = axis < 0 ? axis + op.shape.rank() : axis;
  return apply(std::move(op), {shape.value}, shape.where);
}

Value dynamic_pad(Operand x, Operand value, Operand low, Operand high, Operand interior) {
  const CallSite site(x.where);
  DynamicPad op;
  op.low = known_integers(low.value);
  op.high = known_integers(high.value);
  op.interior = known_integers(interior.value);
  const Value filler = tensor_of("dynamic_pad", value, x.value.dtype());
  return apply(std::move(op), {x.value, filler, low.value, high.value, interior.value}, x.where);
}

Value real_dynamic_slice(Operand x, Operand start, Operand limit, Operand strides) {
  RealDynamicSlice op;
  op.start = known_integers(start.value);
  op.limit = known_integers(limit.value);
  op.strides = known_integers(strides.value);
  return apply(std::move(op), {x.value, start.value, limit.value, strides.value}, x.where);
}

}  // namespace hilo
