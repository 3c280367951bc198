#include <algorithm>

#include "hilo/autodiff/autodiff.h"
#include "hilo/autodiff/sweep.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"

namespace hilo {
namespace {

// Which values depend on one of `wrt`: only these need cotangents. By value id.
std::vector<bool> dependents(const Graph& graph, std::span<const Value> wrt) {
  std::vector<bool> depends(graph.value_count(), false);
  for (const Value& w : wrt) depends[static_cast<std::size_t>(w.id())] = true;
  for (const Node& node : graph.nodes()) {
    const bool any = std::ranges::any_of(node.operands, [&](std::int32_t o) { return depends[static_cast<std::size_t>(o)]; });
    if (!any) continue;
    for (std::int32_t k = 0; k < node.result_count; ++k) depends[static_cast<std::size_t>(node.first_result + k)] = true;
  }
  return depends;
}

}  // namespace

std::vector<Value> vjp(std::span<const Value> outputs, std::span<const Value> d_outputs, std::span<const Value> wrt,
                       std::source_location where) {
  const Site site = CallSite::current(where);
  Graph& graph = current_graph("vjp", site);
  expect_same_graph("vjp", outputs, graph, site);
  expect_same_graph("vjp", wrt, graph, site);
  expect_pairs("vjp", "output", outputs, "cotangent", d_outputs, site);
  const std::vector<bool> depends = dependents(graph, wrt);
  std::vector<Value> cotangent(graph.value_count());
  const auto accumulate = [&](std::int32_t id, Value d) {
    Value& total = cotangent[static_cast<std::size_t>(id)];
    total = total ? total + d : d;
  };
  std::int32_t last = -1;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!d_outputs[i]) continue;
    accumulate(outputs[i].id(), d_outputs[i]);
    last = std::max(last, graph.node_index(outputs[i].id()));
  }
  for (std::int32_t index = last; index >= 0; --index) {
    const Node node = graph.nodes()[static_cast<std::size_t>(index)];  // a copy: rules append nodes
    if (!node.op) continue;
    std::vector<Value> d_outs;
    bool any = false;
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      d_outs.push_back(cotangent[static_cast<std::size_t>(node.first_result + k)]);
      any = any || d_outs.back();
    }
    if (!any || !depends[static_cast<std::size_t>(node.first_result)]) continue;
    const std::vector<Value> in = operands_of(graph, node), outs = results_of(graph, node);
    const std::vector<Value> d_in = run_rule(node, in, "gradient", [&] {
      return node.op->vjp({in, outs, d_outs, outs.front(), d_outs.front(), transforms()});
    });
    const CallSite here(node.site);
    for (std::size_t k = 0; k < d_in.size(); ++k) {
      if (d_in[k] && depends[static_cast<std::size_t>(node.operands[k])]) accumulate(node.operands[k], d_in[k]);
    }
  }
  std::vector<Value> result;
  for (const Value& w : wrt) {
    const Value d = cotangent[static_cast<std::size_t>(w.id())];
    result.push_back(d ? d : zeros(w.shape(), where));
  }
  return result;
}

std::vector<Value> grad(Value loss, std::span<const Value> wrt, std::source_location where) {
  const Site site = CallSite::current(where);
  if (!loss || !loss.shape().is_scalar() || !is_float(loss.dtype())) {
    throw OpError({.op = "grad", .problem = "the loss is no floating scalar",
                   .got = loss ? std::vector{loss.shape()} : std::vector<Shape>{}, .expected = "f32[] or another float",
                   .hint = loss && is_float(loss.dtype()) ? "mean(loss) or sum(loss)" : ""}, site);
  }
  for (const Value& w : wrt) {
    if (w && is_differentiable(w.dtype())) continue;
    throw OpError({.op = "grad", .problem = "no gradient with respect to this dtype",
                   .got = w ? std::vector{w.shape()} : std::vector<Shape>{}, .expected = "floating or complex values"}, site);
  }
  const CallSite here(where);
  const Value one = ones(loss.shape());
  return vjp(std::span(&loss, 1), std::span(&one, 1), wrt, where);
}

Value grad(Value loss, Value wrt, std::source_location where) { return grad(loss, std::span(&wrt, 1), where).front(); }

Function vjp(const Function& f) { return vjp(f, std::vector<bool>(f.parameters().size(), true)); }

Function vjp(const Function& f, const std::vector<bool>& is_active) {
  std::vector<Shape> shapes = f.parameter_shapes();
  const std::size_t n = shapes.size();
  const std::vector<Shape> outs = f.result_shapes();
  shapes.insert(shapes.end(), outs.begin(), outs.end());
  return trace([&](std::span<const Value> p) {
    const std::vector<Value> y = call(f, p.first(n));
    std::vector<Value> active;
    for (std::size_t i = 0; i < n; ++i) {
      if (is_active[i]) active.push_back(p[i]);
    }
    return vjp(y, p.subspan(n), active);
  }, shapes);
}

Function value_and_grad(const Function& f) {
  return trace([&](std::span<const Value> p) {
    std::vector<Value> y = call(f, p), wrt;
    std::ranges::copy_if(p, std::back_inserter(wrt), [](const Value& v) { return is_differentiable(v.dtype()); });
    const std::vector<Value> d = grad(y.at(0), wrt);
    y.insert(y.end(), d.begin(), d.end());
    return y;
  }, f.parameter_shapes());
}

}  // namespace hilo
