#include "hilo/ops/select.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

struct Select : NoFields, ElementwiseBatch<Select> {
  static constexpr std::string_view kName = "select";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 3);
    expect_kind(in.first(1), kBools);
    expect_kind(in.subspan(1), kAnyKind);
    const Shape y = under("C2", [&] { return expect_equal_shapes(in.subspan(1)); });
    if (!in[0].is_scalar()) under("C1", [&] { expect_equal_shapes({{in[0], y.with(kI1)}}); });
    return {y};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Value none = zeros_like(v.d_out);
    return {Value(), select(v.in[0], v.d_out, none), select(v.in[0], none, v.d_out)};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const std::vector<Value> d = materialized(v.d_in.subspan(1), v.in.subspan(1));
    return {select(v.in[0], d[0], d[1])};
  }
};

struct Clamp : NoFields, ElementwiseBatch<Clamp> {
  static constexpr std::string_view kName = "clamp";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 3);
    expect_kind(in, kReals);
    Shape y = in[1];  // C4
    for (const Shape& bound : {in[0], in[2]}) {  // C1, C2, C3
      y = expect_equal_shapes({{y, bound.is_scalar() ? Shape{bound.dtype, y.dims} : bound}});
    }
    return {y};
  }
  // y = min(max(x, low), high), so a bound beyond the other one loses.
  // For bounds that are no scalars.
  static std::array<Value, 3> shares(std::span<const Value> in, Value d_low, Value d_x, Value d_high) {
    const Value is_high = greater(maximum(in[1], in[0]), in[2]);
    const Value is_low = logical_and(less(in[1], in[0]), logical_not(is_high));
    const Value is_x = logical_and(greater(in[1], in[0]), less(in[1], in[2]));
    const auto where_is = [](Value mask, Value d) { return d ? select(mask, d, zeros_like(d)) : Value(); };
    return {where_is(is_low, d_low), where_is(is_x, d_x), where_is(is_high, d_high)};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const auto d = shares(v.in, v.d_out, v.d_out, v.d_out);
    return {d.begin(), d.end()};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const auto d = shares(v.in, v.d_in[0], v.d_in[1], v.d_in[2]);
    return {add_tangents(add_tangents(d[0], d[1]), d[2])};
  }
};

}  // namespace

void list_select_ops(OpTable& table) {
  table.add<Select>();
  table.add<Clamp>();
}

Value select(Operand condition, Operand a, Operand b) {
  const CallSite site(condition.where);
  const std::vector<Value> ab = promote("select", {a, b});
  std::vector<Value> all = {tensor_of("select", condition, kI1), ab[0], ab[1]};
  const std::vector<Shape> shapes = {all[0].shape(), ab[0].shape()};
  broadcast_each(all, broadcast_dims("select", shapes));
  return apply(Select{}, {all[0], all[1], all[2]}, condition.where);
}

Value clip(Operand x, Operand low, Operand high) {
  const CallSite site(x.where);
  return minimum(maximum(x, low), high);
}

Value clamp(Operand low, Operand x, Operand high) {
  return apply(Clamp{}, promote("clamp", {low, x, high}), x.where);
}

Value select_first(Operands conditions, Operands choices, Operand otherwise) {
  const CallSite site(choices.where);
  const std::size_t n = choices.values.size();
  if (n == 0 || conditions.values.size() != n) {
    std::vector<Shape> got;
    for (const Value& v : conditions.values) got.push_back(v.shape());
    for (const Value& v : choices.values) got.push_back(v.shape());
    throw OpError({.op = "select_first",
                   .problem = std::to_string(conditions.values.size()) + " conditions for " + std::to_string(n) + " choices",
                   .got = std::move(got),
                   .expected = "a condition for each choice"},
                  CallSite::current(choices.where));
  }
  Operand result = otherwise;
  for (std::size_t i = n; i-- > 0;) result = select(conditions.values[i], choices.values[i], result);
  return result.value;
}

Value choose(Operand index, Operands choices) {
  const CallSite site(index.where);
  const Value i = tensor_of("choose", index, kI32);
  if (choices.values.empty() || !is_integer(i.dtype())) {
    std::vector<Shape> got = {i.shape()};
    for (const Value& v : choices.values) got.push_back(v.shape());
    throw OpError({.op = "choose",
                   .problem = choices.values.empty() ? "no choices" : "the index is no integers",
                   .got = std::move(got),
                   .expected = "integers, and choices"},
                  CallSite::current(index.where));
  }
  const Value wide = bits(i.dtype()) < 32 ? i.as(kI32) : i;
  Value result = choices.values[0];
  for (std::size_t k = 1; k < choices.values.size(); ++k) {
    result = select(less(wide, static_cast<std::int64_t>(k)), result, choices.values[k]);
  }
  return choices.values.size() > 1 ? result : broadcast_to(result, broadcast_dims("choose", std::vector{i.shape(), result.shape()}));
}

}  // namespace hilo
