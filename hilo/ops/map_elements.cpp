#include "hilo/ops/map_elements.h"

#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

using In = std::span<const Value>;

struct Map {
  static constexpr std::string_view kName = "map";
  Axes dimensions;
  Function computation;

  static void fields(auto&& field) {
    field("dimensions", &Map::dimensions);
    field("computation", &Map::computation);
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_kind(in, kAnyKind);
    if (in.empty()) throw OpError({.problem = "no operands", .expected = "at least one"});
    std::vector<Shape> scalars;
    for (const Shape& s : in) {
      scalars.push_back({s.dtype, {}});
      if (s.dims != in[0].dims) {
        throw OpError({.problem = "operands differ", .expected = "operands of the same dims", .constraint = "C1, C2, C3"});
      }
    }
    Axes all(in[0].dims.size());
    std::iota(all.begin(), all.end(), 0);
    if (dimensions != all) {
      throw OpError({.problem = "dimensions = " + to_string(dimensions) + " are not all axes", .expected = "each axis once, in order", .constraint = "C3"});
    }
    const std::size_t count = computation ? computation.results().size() : 0;
    const Shape y = count == 1 ? computation.results()[0].shape() : Shape{};
    if (!computation || count != 1 || computation.parameter_shapes() != scalars) {
      throw OpError({.problem = "the function does not fit", .expected = "a function of one scalar of each operand, with one result", .constraint = "C4"});
    }
    if (!y.is_scalar()) {
      throw OpError(
          {.problem = "the function of scalars gives " + to_string(y), .expected = "a scalar", .constraint = "C4"});
    }
    return {in[0].with(y.dtype)};
  }

  // For each operand a map over (x.., d_y) of that result of the function's own reverse.
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Function reverse = v.transforms.vjp(computation);
    std::vector<Value> operands(v.in.begin(), v.in.end()), d_in;
    operands.push_back(v.d_out);
    for (std::size_t k = 0; k < v.in.size(); ++k) {
      const bool is_active = is_differentiable(v.in[k].dtype());
      d_in.push_back(is_active ? map_elements(operands, [&](In p) { return call(reverse, p)[k]; })
                               : Value());
    }
    return d_in;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    std::vector<Value> operands(v.in.begin(), v.in.end());
    std::vector<bool> is_active;
    for (const Value& d : v.d_in) {
      is_active.push_back(static_cast<bool>(d));
      if (d) operands.push_back(d);
    }
    if (!is_differentiable(v.out.dtype())) return {Value()};
    const Function forward = v.transforms.jvp(computation, is_active);
    return {map_elements(operands, [&](In p) { return call(forward, p)[1]; })};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {map_elements(all_batched(b), [&](In p) { return call(computation, p)[0]; })};
  }
};

}  // namespace

void list_map_ops(OpTable& table) { table.add<Map>(); }

Value map_elements(Operands operands, const std::function<Value(std::span<const Value>)>& f) {
  const CallSite site(operands.where);
  if (operands.values.empty()) {
    throw OpError({.op = "map", .problem = "no operands", .expected = "at least one"},
                  CallSite::current(operands.where));
  }
  std::vector<Shape> scalars;
  for (const Value& v : operands.values) scalars.push_back({v.dtype(), {}});
  Map op;
  op.dimensions.resize(operands.values[0].dims().size());
  std::iota(op.dimensions.begin(), op.dimensions.end(), 0);
  op.computation = trace([&](In p) { return std::vector{f(p)}; }, scalars);
  return apply(std::move(op), operands.values, operands.where);
}

}  // namespace hilo
