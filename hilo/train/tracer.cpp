#include "hilo/train/tracer.h"

#include "hilo/exec/program.h"
#include "hilo/graph/op.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/unary.h"

namespace hilo::train {

std::string first_non_finite(const pjrt::Client& client, const BuildFn& build, std::span<const Array> arguments) {
  std::vector<Shape> shapes;
  for (const Array& a : arguments) shapes.push_back(a.shape());
  std::vector<Node> nodes;             // of the program under suspicion
  std::vector<std::int32_t> watched;   // values whose finiteness is a result, in order
  const Function f = trace([&](std::span<const Value> p) {
    build(p);
    Graph& graph = current_graph("trace", {});
    nodes.assign(graph.nodes().begin(), graph.nodes().end());
    std::vector<Value> flags;
    for (const Node& node : nodes) {
      for (std::int32_t k = 0; k < node.result_count; ++k) {
        const Value v(graph, node.first_result + k);
        if (!is_float(v.dtype())) continue;
        watched.push_back(v.id());
        flags.push_back(all(is_finite(v)));
      }
    }
    return flags;
  }, shapes);
  const std::vector<Array> flags = evaluate(client, f, arguments);
  std::vector<bool> is_bad(f.graph().value_count(), false);
  for (std::size_t i = 0; i < watched.size(); ++i) is_bad[static_cast<std::size_t>(watched[i])] = !flags[i].data<bool>()[0];
  for (const Node& node : nodes) {
    bool has_bad_operand = node.operands.empty() && node.op;
    for (std::int32_t o : node.operands) has_bad_operand = has_bad_operand || is_bad[static_cast<std::size_t>(o)];
    if (has_bad_operand) continue;
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      const std::int32_t id = node.first_result + k;
      if (!is_bad[static_cast<std::size_t>(id)]) continue;
      if (!node.op) return "the input " + std::string(f.graph().parameter_name(id));
      return std::string(node.op->name()) + " -> " + to_string(f.graph().shape(id)) + " at " + to_string(node.site);
    }
  }
  return "no single op: the step is finite when it is run again";
}

}  // namespace hilo::train
