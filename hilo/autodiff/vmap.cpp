#include <algorithm>

#include "hilo/autodiff/autodiff.h"
#include "hilo/autodiff/sweep.h"
#include "hilo/ops/broadcast.h"

namespace hilo {
namespace {

Value with_batch_axis(Value x, Dim size) {
  Dims dims = x.dims();
  dims.insert(dims.begin(), size);
  return broadcast_to(x, std::move(dims));
}

// Copies `f` into the current graph, every op that a batched value reaches by its batching rule.
std::vector<Value> interpret(const Function& f, std::span<const Value> arguments, const std::vector<bool>& is_batched,
                             Dim size) {
  const Graph& from = f.graph();
  std::vector<Value> copy(from.value_count());
  std::vector<bool> batched(from.value_count(), false);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto id = static_cast<std::size_t>(f.parameters()[i].id());
    copy[id] = arguments[i];
    batched[id] = is_batched[i];
  }
  Graph& into = current_graph("vmap", {});
  const std::vector<bool> is_live = f.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = from.nodes()[i];
    if (!is_live[i] || !node.op) continue;
    std::vector<Value> in;
    std::vector<bool> in_batched;
    for (std::int32_t o : node.operands) {
      in.push_back(copy[static_cast<std::size_t>(o)]);
      in_batched.push_back(batched[static_cast<std::size_t>(o)]);
    }
    const bool any = std::ranges::find(in_batched, true) != in_batched.end();
    const std::vector<Value> out = any ? run_rule(node, in, "batching", [&] { return node.op->batch({in, in_batched, size, transforms()}); })
                                       : into.add(node.op, in, node.site);
    for (std::size_t k = 0; k < out.size(); ++k) {
      const std::size_t id = static_cast<std::size_t>(node.first_result) + k;
      copy[id] = out[k];
      batched[id] = any;
    }
  }
  std::vector<Value> results;
  for (const Value& r : f.results()) {
    const auto id = static_cast<std::size_t>(r.id());
    results.push_back(batched[id] ? copy[id] : with_batch_axis(copy[id], size));
  }
  return results;
}

}  // namespace

std::vector<Value> vmap(const BuildFn& f, std::span<const Value> arguments, std::vector<bool> is_batched,
                        std::source_location where) {
  if (is_batched.empty()) is_batched.assign(arguments.size(), true);
  std::vector<Shape> inner, got;
  Dim size = -1;
  bool fits = is_batched.size() == arguments.size();
  for (std::size_t i = 0; i < arguments.size() && fits; ++i) {
    Shape s = arguments[i].shape();
    got.push_back(s);
    if (is_batched[i]) {
      fits = s.rank() > 0 && (size == -1 || size == s.dims.front());
      if (!fits) break;
      size = s.dims.front();
      s.dims.erase(s.dims.begin());
    }
    inner.push_back(std::move(s));
  }
  if (!fits || size == -1) {
    throw OpError({.op = "vmap", .problem = "the batched arguments do not fit", .got = std::move(got),
                   .expected = "at least one batched argument, all of one first length"}, CallSite::current(where));
  }
  std::vector<Value> captured;
  const Function body = trace_closed(f, inner, captured);
  std::vector<Value> all(arguments.begin(), arguments.end());
  all.insert(all.end(), captured.begin(), captured.end());
  is_batched.resize(all.size(), false);
  return interpret(body, all, is_batched, size);
}

Function batch(const Function& f, const std::vector<bool>& is_batched, Dim size) {
  std::vector<Shape> shapes = f.parameter_shapes();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (is_batched[i]) shapes[i].dims.insert(shapes[i].dims.begin(), size);
  }
  return trace([&](std::span<const Value> p) { return interpret(f, p, is_batched, size); }, shapes);
}

}  // namespace hilo
