#include <algorithm>

#include "hilo/autodiff/autodiff.h"
#include "hilo/autodiff/sweep.h"
#include "hilo/ops/constant.h"

namespace hilo {
namespace {

// By node, up to the last one that matters: whether an output depends on it. Only these need tangents.
std::vector<bool> ancestors(const Graph& graph, std::span<const Value> outputs) {
  std::vector<bool> is_needed;
  const auto need = [&](std::int32_t value) { is_needed[static_cast<std::size_t>(graph.node_index(value))] = true; };
  for (const Value& y : outputs) {
    is_needed.resize(std::max(is_needed.size(), static_cast<std::size_t>(graph.node_index(y.id())) + 1));
    need(y.id());
  }
  for (std::size_t i = is_needed.size(); i > 0; --i) {
    if (is_needed[i - 1]) std::ranges::for_each(graph.nodes()[i - 1].operands, need);
  }
  return is_needed;
}

}  // namespace

std::vector<Value> jvp(std::span<const Value> outputs, std::span<const Value> inputs, std::span<const Value> d_inputs,
                       std::source_location where) {
  const Site site = CallSite::current(where);
  Graph& graph = current_graph("jvp", site);
  expect_same_graph("jvp", outputs, graph, site);
  expect_same_graph("jvp", inputs, graph, site);
  expect_pairs("jvp", "input", inputs, "tangent", d_inputs, site);
  std::vector<Value> tangent(graph.value_count());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (d_inputs[i]) tangent[static_cast<std::size_t>(inputs[i].id())] = d_inputs[i];
  }
  const std::vector<bool> is_needed = ancestors(graph, outputs);
  for (std::size_t index = 0; index < is_needed.size(); ++index) {
    const Node node = graph.nodes()[index];  // a copy: rules append nodes
    if (!node.op || !is_needed[index]) continue;
    std::vector<Value> d_in;
    bool any = false;
    for (std::int32_t o : node.operands) {
      d_in.push_back(tangent[static_cast<std::size_t>(o)]);
      any = any || d_in.back();
    }
    if (!any) continue;
    const std::vector<Value> in = operands_of(graph, node), outs = results_of(graph, node);
    const std::vector<Value> d_out = run_rule(node, in, "forward derivative", [&] {
      return node.op->jvp({in, outs, d_in, outs.front(), transforms()});
    });
    std::ranges::copy(d_out, tangent.begin() + node.first_result);
  }
  std::vector<Value> result;
  for (const Value& y : outputs) {
    const Value d = tangent[static_cast<std::size_t>(y.id())];
    result.push_back(d ? d : zeros(y.shape(), where));
  }
  return result;
}

Function jvp(const Function& f, const std::vector<bool>& is_active) {
  std::vector<Shape> shapes = f.parameter_shapes();
  const std::size_t n = shapes.size();
  for (std::size_t i = 0; i < n; ++i) {
    if (is_active[i]) shapes.push_back(shapes[i]);
  }
  return trace([&](std::span<const Value> p) {
    std::vector<Value> d_inputs(n);
    std::size_t next = n;
    for (std::size_t i = 0; i < n; ++i) {
      if (is_active[i]) d_inputs[i] = p[next++];
    }
    std::vector<Value> y = call(f, p.first(n));
    const std::vector<Value> d_y = jvp(y, p.first(n), d_inputs);
    y.insert(y.end(), d_y.begin(), d_y.end());
    return y;
  }, shapes);
}

}  // namespace hilo
