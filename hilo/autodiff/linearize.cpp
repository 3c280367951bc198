#include "hilo/autodiff/linearize.h"

#include <algorithm>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/value_lists.h"

namespace hilo {
namespace {

using Values = std::vector<Value>;
using In = std::span<const Value>;

std::size_t index(std::int32_t id) { return static_cast<std::size_t>(id); }

// Which nodes depend on one of the parameters.
std::vector<bool> dependent_nodes(const Function& f, In parameters) {
  std::vector<bool> depends(f.graph().value_count(), false), nodes;
  for (const Value& p : parameters) depends[index(p.id())] = true;
  for (const Node& node : f.graph().nodes()) {
    nodes.push_back(std::ranges::any_of(node.operands, [&](auto o) { return depends[index(o)]; }));
    for (std::int32_t k = 0; nodes.back() && k < node.result_count; ++k) {
      depends[index(node.first_result + k)] = true;
    }
  }
  return nodes;
}

// Copies the nodes of `f` that `is_wanted` says into the current graph; `copy` is by value of `f`.
void copy_nodes(const Function& f, const std::vector<bool>& is_wanted, Values& copy) {
  Graph& into = current_graph("linearize", {});
  for (std::size_t i = 0; i < is_wanted.size(); ++i) {
    const Node& node = f.graph().nodes()[i];
    if (!is_wanted[i] || !node.op) continue;
    Values operands;
    std::vector<Shape> shapes;
    for (std::int32_t o : node.operands) operands.push_back(copy[index(o)]);
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      shapes.push_back(f.graph().shape(node.first_result + k));
    }
    const Values results = into.add_copy(node, operands, shapes);
    std::ranges::copy(results, copy.begin() + node.first_result);
  }
}

// Of (x.., d..) -> (y.., derivatives..): what depends on x alone becomes part of the current graph.
Linearized split(const Function& joint, In x, std::size_t outputs) {
  const In d = joint.parameters().subspan(x.size());
  std::vector<bool> is_linear = dependent_nodes(joint, d), is_known = joint.live_nodes();
  std::vector<bool> is_residual(joint.graph().value_count(), false);
  for (std::size_t i = 0; i < is_known.size(); ++i) {
    is_linear[i] = is_linear[i] && is_known[i];
    is_known[i] = is_known[i] && !is_linear[i];
  }
  for (const Value& p : d) is_linear[index(joint.graph().node_index(p.id()))] = true;
  const auto read = [&](std::int32_t id) {
    if (!is_linear[index(joint.graph().node_index(id))]) is_residual[index(id)] = true;
  };
  for (std::size_t i = 0; i < is_linear.size(); ++i) {
    if (is_linear[i]) std::ranges::for_each(joint.graph().nodes()[i].operands, read);
  }
  for (const Value& r : joint.results().subspan(outputs)) read(r.id());

  Linearized result;
  Values copy(joint.graph().value_count());
  for (std::size_t i = 0; i < x.size(); ++i) copy[index(joint.parameters()[i].id())] = x[i];
  copy_nodes(joint, is_known, copy);
  for (const Value& y : joint.results().first(outputs))
    result.outputs.push_back(copy[index(y.id())]);
  std::vector<std::size_t> kept;
  std::vector<Shape> shapes;
  for (std::size_t id = 0; id < is_residual.size(); ++id) {
    if (!is_residual[id]) continue;
    kept.push_back(id);
    result.residuals.push_back(copy[id]);
    shapes.push_back(copy[id].shape());
  }
  for (const Value& p : d) shapes.push_back(p.shape());
  result.linear = trace(
      [&](In p) {
        Values inner(joint.graph().value_count());
        for (std::size_t k = 0; k < kept.size(); ++k) inner[kept[k]] = p[k];
        for (std::size_t k = 0; k < d.size(); ++k) inner[index(d[k].id())] = p[kept.size() + k];
        copy_nodes(joint, is_linear, inner);
        Values derivatives;
        for (const Value& r : joint.results().subspan(outputs)) {
          derivatives.push_back(inner[index(r.id())]);
        }
        return derivatives;
      },
      shapes);
  return result;
}

// The arguments, and what the function reads from outside, as values of the current graph.
Values with_captured(In arguments, const Values& captured, std::source_location where) {
  const Site site = CallSite::current(where);
  Values all(arguments.begin(), arguments.end());
  all.insert(all.end(), captured.begin(), captured.end());
  for (Value& v : all) v = current_graph("linearize", site).reach(v, "linearize", site);
  return all;
}

Linearized linearized(const BuildFn& f, In arguments, bool is_reverse, std::source_location where) {
  const CallSite site(where);
  Values captured;
  const Function body = trace_closed(f, shapes_of(arguments), captured);
  const Values x = with_captured(arguments, captured, where);
  const std::size_t n = arguments.size(), all = x.size();
  std::vector<Shape> shapes = shapes_of(x);
  const std::vector<Shape> of_d = is_reverse ? body.result_shapes() : shapes_of(arguments);
  shapes.insert(shapes.end(), of_d.begin(), of_d.end());
  const Function joint = trace(
      [&](In p) {
        Values y = call(body, p.first(all)), d;
        for (const Value& v : p.subspan(all))
          d.push_back(is_differentiable(v.dtype()) ? v : Value());
        Values derivatives = is_reverse ? vjp(y, d, p.first(n)) : jvp(y, p.first(n), d);
        for (Value& v : derivatives) v = is_differentiable(v.dtype()) ? v : zeros_like(v);
        y.insert(y.end(), derivatives.begin(), derivatives.end());
        return y;
      },
      shapes);
  return split(joint, x, body.results().size());
}

}  // namespace

std::vector<Value> Linearized::operator()(In d, std::source_location where) const {
  const CallSite site(where);
  const In parameters = linear.parameters().subspan(residuals.size());
  Values all = residuals;
  for (std::size_t k = 0; k < d.size(); ++k) {
    all.push_back(d[k] || k >= parameters.size() ? d[k] : zeros_like(parameters[k]));
  }
  const std::vector<Shape> expected = shapes_of(parameters);
  std::vector<Shape> got = shapes_of(In(all).subspan(residuals.size()));
  if (got != expected) {
    throw OpError({.op = "linearize",
                   .problem = "derivatives do not fit the values that they belong to",
                   .got = std::move(got),
                   .expected = to_string(Shapes(expected))},
                  CallSite::current(where));
  }
  return call(linear, all, where);
}

Linearized linearize(const BuildFn& f, In arguments, std::source_location where) {
  return linearized(f, arguments, false, where);
}

Linearized vjp(const BuildFn& f, In arguments, std::source_location where) {
  return linearized(f, arguments, true, where);
}

}  // namespace hilo
