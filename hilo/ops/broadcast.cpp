#include "hilo/ops/broadcast.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dynamic_shape.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct BroadcastInDim : LinearJvp<BroadcastInDim> {
  static constexpr std::string_view kName = "broadcast_in_dim";
  Axes broadcast_dimensions;
  Dims dims;  // of the result; not an attribute: StableHLO reads it off the type

  static void fields(auto&& field) { field("broadcast_dimensions", &BroadcastInDim::broadcast_dimensions); }
  void complete(const OpParts& parts) { dims = parts.result().dims; }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem) + " (axes = " + to_string(broadcast_dimensions) + ", dims = " + to_string(dims) + ")",
                      .got = {in[0]}, .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (std::ranges::find(dims, kDynamic) != dims.end()) throw refuse("a length of the result is dynamic", "static dims; dynamic_broadcast_in_dim takes others");
    if (broadcast_dimensions.size() != in[0].dims.size()) throw refuse("axes do not match the rank", "an axis of the result for each axis of x", "C2");
    Axes sorted = broadcast_dimensions;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) throw refuse("an axis is named twice", "distinct axes", "C4");
    for (std::size_t i = 0; i < in[0].dims.size(); ++i) {
      const auto axis = broadcast_dimensions[i];
      if (axis < 0 || axis >= static_cast<std::int64_t>(dims.size())) throw refuse("axis out of range", "0 <= axis < rank of the result", "C3");
      const Dim from = in[0].dims[i], to = dims[static_cast<std::size_t>(axis)];
      if (from != 1 && from != to && from != kDynamic) throw refuse("axis " + std::to_string(i) + " does not fit", "length 1, or the result's length", "C5");
    }
    return {{in[0].dtype, dims}};  // C1
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    Axes added, stretched_in_x;
    for (std::size_t a = 0; a < dims.size(); ++a) {
      const auto found = std::ranges::find(broadcast_dimensions, static_cast<std::int64_t>(a));
      if (found == broadcast_dimensions.end()) added.push_back(static_cast<std::int64_t>(a));
      else if (v.in[0].dims()[static_cast<std::size_t>(found - broadcast_dimensions.begin())] != dims[a]) added.push_back(static_cast<std::int64_t>(a));
    }
    Value d = added.empty() ? v.d_out : sum(v.d_out, added);   // the kept axes, in the result's order
    Axes kept;                                                 // x's axes that were not stretched, in the result's order
    for (std::size_t a = 0; a < dims.size(); ++a) {
      if (std::ranges::find(added, static_cast<std::int64_t>(a)) != added.end()) continue;
      const auto found = std::ranges::find(broadcast_dimensions, static_cast<std::int64_t>(a));
      kept.push_back(found - broadcast_dimensions.begin());
    }
    Axes order(kept.size());                                   // sort them into x's order
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, {}, [&](std::int64_t i) { return kept[static_cast<std::size_t>(i)]; });
    if (!std::ranges::is_sorted(order)) d = transpose(d, order);
    return {reshape(d, v.in[0].dims())};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    Dims batched = dims;
    batched.insert(batched.begin(), b.size);
    return {broadcast_in_dim(b.in[0], std::move(batched), shifted(broadcast_dimensions, true))};
  }
};

std::string number_text(const Scalar& number) {
  return std::visit([](auto n) {
    if constexpr (std::is_same_v<decltype(n), bool>) return std::string(n ? "true" : "false");
    else if constexpr (std::is_same_v<decltype(n), double>) {
      std::string text = std::to_string(n);
      text.erase(text.find_last_not_of('0') + 1);
      return text.back() == '.' ? text + "0" : text;
    } else return std::to_string(n);
  }, number);
}

}  // namespace

void list_broadcast_ops(OpTable& table) { table.add<BroadcastInDim>(); }

Value broadcast_in_dim(Operand x, Dims dims, Axes axes) {
  if (x.value && x.value.dims() == dims) {  // already there, if the axes are in order
    bool is_identity = axes.size() == dims.size();
    for (std::size_t i = 0; is_identity && i < axes.size(); ++i) is_identity = axes[i] == static_cast<std::int64_t>(i);
    if (is_identity) return x.value;
  }
  BroadcastInDim op;
  op.broadcast_dimensions = std::move(axes);
  op.dims = std::move(dims);
  return apply(std::move(op), {x.value}, x.where);
}

Value broadcast_to(Operand x, Dims dims) {
  const CallSite site(x.where);
  const int rank = x.value.rank(), extra = static_cast<int>(dims.size()) - rank;
  if (extra < 0) {
    throw OpError({.op = "broadcast_to", .problem = "x has more axes than " + to_string(dims), .got = {x.value.shape()},
                   .expected = "rank of x at most the rank asked for"}, CallSite::current(x.where));
  }
  Axes axes(static_cast<std::size_t>(rank));
  std::iota(axes.begin(), axes.end(), extra);
  return broadcast_in_dim(x, std::move(dims), std::move(axes));
}

Value broadcast_like(Value x, Value other) {
  if (x.dims() == other.dims()) return x;
  if (is_known(other.dims())) return broadcast_to(x, other.dims());
  if (const Dims& bounds = other.shape().bounds(); !bounds.empty()) {  // XLA cuts what is as long as it may be
    Dims longest = other.dims();
    for (std::size_t i = 0; i < longest.size(); ++i) longest[i] = longest[i] == kDynamic ? bounds[i] : longest[i];
    Value cut = broadcast_to(x, longest);
    for (int i = 0; i < other.rank(); ++i) {
      if (other.dims()[static_cast<std::size_t>(i)] == kDynamic) cut = set_dimension_size(cut, get_dimension_size(other, i), i);
    }
    return cut;
  }
  Axes axes(static_cast<std::size_t>(x.rank()));
  std::iota(axes.begin(), axes.end(), other.rank() - x.rank());
  return dynamic_broadcast_in_dim(x, dimension_sizes(other), std::move(axes));
}

void broadcast_each(std::span<Value> values, const Dims& dims) {
  const auto whole = is_known(dims) ? values.end() : std::ranges::find(values, dims, &Value::dims);
  for (Value& v : values) v = whole == values.end() ? broadcast_to(v, dims) : broadcast_like(v, *whole);
}

Dims broadcast_dims(std::string_view op, Shapes shapes) {
  Dims result;
  for (const Shape& s : shapes) {
    if (s.dims.size() > result.size()) result.insert(result.begin(), s.dims.size() - result.size(), 1);
    const std::size_t offset = result.size() - s.dims.size();
    for (std::size_t i = 0; i < s.dims.size(); ++i) {
      Dim& to = result[offset + i];
      if (to == 1) to = s.dims[i];
      if (s.dims[i] != 1 && s.dims[i] != to) {
        throw OpError({.op = std::string(op), .problem = "shapes do not broadcast", .got = {shapes.begin(), shapes.end()},
                       .expected = "equal lengths or 1, axis by axis from the last"}, CallSite::current({}));
      }
    }
  }
  return result;
}

// The widest float, else the widest integer, as code.
std::string conversion_hint(Shapes shapes) {
  const auto width = [](const Shape& s) { return is_differentiable(s.dtype) ? 1000 + bits(s.dtype) : bits(s.dtype); };
  std::string text(name(std::ranges::max(shapes, {}, width).dtype));
  for (char& c : text) c = static_cast<char>(std::toupper(c));
  return "convert one of them, for example x.as(k" + text + ")";
}

DType common_dtype(std::string_view op, Shapes shapes) {
  for (const Shape& candidate : shapes) {
    if (std::ranges::all_of(shapes, [&](const Shape& s) { return holds(candidate.dtype, s.dtype); })) return candidate.dtype;
  }
  throw OpError({.op = std::string(op), .problem = "dtypes differ and neither holds the other",
                 .got = {shapes.begin(), shapes.end()}, .expected = "one dtype, or one that holds all values of the rest",
                 .hint = conversion_hint(shapes)}, CallSite::current({}));
}

Value tensor_of(std::string_view op, const Operand& operand, DType dtype) {
  if (operand.value) return operand.value;
  const std::source_location where = operand.where;
  if (!operand.is_number) {
    throw OpError({.op = std::string(op), .problem = "an operand is an empty Value", .expected = "values that an op or a parameter made"},
                  CallSite::current(where));
  }
  const Scalar& number = operand.scalar;
  const double value = std::visit([](auto n) { return static_cast<double>(n); }, number);
  const auto refuse = [&](std::string_view problem) {
    return OpError({.op = std::string(op), .problem = "the number " + number_text(number) + " " + std::string(problem),
                    .expected = "a number that " + std::string(name(dtype)) + " holds",
                    .hint = is_integer(dtype) ? "x.as(kF32)" : ""}, CallSite::current(where));
  };
  if (is_bool(dtype) && !std::holds_alternative<bool>(number)) throw refuse("is no boolean");
  if (is_integer(dtype)) {
    if (value != std::floor(value)) throw refuse("is no whole number");  // NaN and infinities too
    if (value > max_finite(dtype) || value < min_finite(dtype)) throw refuse("is out of range");
    // 64-bit numbers beyond 2^53 keep all their bits.
    if (const auto* u = std::get_if<std::uint64_t>(&number)) return constant(Array::scalar(*u).as(dtype), where);
    if (const auto* i = std::get_if<std::int64_t>(&number)) return constant(Array::scalar(*i).as(dtype), where);
  }
  return scalar_constant(value, dtype, where);
}

std::vector<Value> promote(std::string_view op, const std::vector<Operand>& operands) {
  std::vector<Shape> shapes;
  std::source_location where = operands.front().where;
  for (const Operand& o : operands) {
    if (o.value) shapes.push_back(o.value.shape());
  }
  const Site site = CallSite::current(where);
  try {
    if (shapes.empty()) {
      throw OpError({.op = std::string(op), .problem = "no operand is a tensor", .expected = "at least one Value",
                     .hint = "constant(Array::scalar(..))"});
    }
    const DType dtype = common_dtype(op, shapes);
    const Dims dims = broadcast_dims(op, shapes);
    const CallSite here(site);
    std::vector<Value> result;
    for (const Operand& o : operands) result.push_back(convert(tensor_of(op, o, dtype), dtype));
    broadcast_each(result, dims);
    return result;
  } catch (const OpError& refused) {
    Refusal refusal = refused.refusal();
    if (refusal.got.empty()) refusal.got = shapes;
    throw OpError(std::move(refusal), site);
  }
}

}  // namespace hilo
