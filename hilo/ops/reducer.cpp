#include "hilo/ops/reducer.h"

#include <limits>

#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/rules.h"

namespace hilo {

Function scalar_reducer(BinaryOp op, DType dtype) {
  const std::vector<Shape> shapes(2, Shape{dtype, {}});
  return trace([op](std::span<const Value> p) { return std::vector{op(p[0], p[1])}; }, shapes);
}

std::string_view reducer_name(const Function& body) {
  if (body.parameters().size() != 2 || body.results().size() != 1) return {};
  const Node& node = body.graph().node_of(body.results()[0].id());
  if (!node.op || node.operands.size() != 2) return {};
  const std::int32_t a = body.parameters()[0].id(), b = body.parameters()[1].id();
  const bool is_in_order = node.operands[0] == a && node.operands[1] == b;
  const bool is_swapped = node.operands[0] == b && node.operands[1] == a;
  return is_in_order || is_swapped ? node.op->name() : std::string_view{};
}

Value neutral_element(std::string_view op, std::string_view reducer, DType dtype) {
  const double infinity = std::numeric_limits<double>::infinity();
  const bool has_infinity = is_float(dtype) && bits(dtype) >= 16;  // of small floats some have none
  double value = 0;
  if (reducer == "multiply" || (reducer == "and" && is_bool(dtype))) {
    value = 1;
  } else if (reducer == "maximum") {
    value = has_infinity ? -infinity : min_finite(dtype);
  } else if (reducer == "minimum") {
    value = has_infinity ? infinity : max_finite(dtype);
    if (dtype == DType::kI64) return constant(Array::scalar(std::numeric_limits<std::int64_t>::max()));
    if (dtype == DType::kU64) return constant(Array::scalar(std::numeric_limits<std::uint64_t>::max()));
  } else if (reducer == "and") {
    return is_signed(dtype) || bits(dtype) < 64 ? scalar_constant(is_signed(dtype) ? -1 : max_finite(dtype), dtype)
                                                : constant(Array::scalar(~std::uint64_t{0}));
  } else if (reducer != "add" && reducer != "or" && reducer != "xor") {
    throw OpError({.op = std::string(op), .problem = "no neutral element of the function is known",
                   .expected = "add, multiply, maximum, minimum, and, or, xor"}, CallSite::current({}));
  }
  return scalar_constant(value, dtype);
}

void expect_constant_init(Value init) {
  const Graph& graph = init.graph();
  const Node* node = &graph.node_of(init.id());
  const auto passes_on = [](std::string_view name) { return name == "convert" || name == "broadcast_in_dim" || name == "reshape"; };
  while (node->op && passes_on(node->op->name())) node = &graph.node_of(node->operands[0]);
  if (node->op && node->op->name() == "constant") return;
  throw OpError({.problem = "no gradient to a start value that is no constant", .got = {init.shape()},
                 .expected = "constant start values, or stop_gradient"});
}

}  // namespace hilo
