#include "hilo/graph/graph.h"

#include <algorithm>
#include <limits>

#include "hilo/graph/op.h"

namespace hilo {
namespace {

thread_local Graph* building = nullptr;

// Makes a graph the current one while it lives.
class Building {
 public:
  explicit Building(Graph& graph) : outer_(building) { building = &graph; }
  ~Building() { building = outer_; }
  Building(const Building&) = delete;
  Building& operator=(const Building&) = delete;

 private:
  Graph* outer_;
};

// Whether two nodes say the same of their results.
bool same_shardings(const Node& a, const Node& b) {
  if (a.shardings == b.shardings) return true;
  return a.shardings && b.shardings && *a.shardings == *b.shardings;
}

Function build_in(std::shared_ptr<Graph> graph, const BuildFn& build, Shapes shapes, std::span<const std::string> names) {
  const Building scope(*graph);
  std::vector<Value> parameters;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    parameters.push_back(graph->parameter(shapes[i], i < names.size() ? std::string_view(names[i]) : ""));
  }
  std::vector<Value> results = build(parameters);
  for (Value& result : results) {
    if (!result) throw OpError({.op = "trace", .problem = "a result is an empty Value", .expected = "a value for every result"});
    result = graph->reach(result, "trace", {});
  }
  return {std::move(graph), std::move(parameters), std::move(results)};
}

}  // namespace

void refuse_empty_value() {
  throw OpError({.problem = "a bare number, or an empty Value, where a tensor is needed",
                 .expected = "values that an op or a parameter made",
                 .hint = "constant(Array::scalar(..))"},
                CallSite::current({}));
}

Dim Value::dim(int axis, std::source_location where) const {
  const int i = axis < 0 ? axis + rank() : axis;
  if (i >= 0 && i < rank()) return shape().dims[static_cast<std::size_t>(i)];
  throw OpError({.op = "dim",
                 .problem = "axis " + std::to_string(axis) + " is out of range",
                 .got = {shape()},
                 .expected = "-rank <= axis < rank"},
                CallSite::current(where));
}

Value Graph::append(std::shared_ptr<const AnyOp> op, std::vector<std::int32_t> operands,
                    std::span<const Shape> results, const Site& site) {
  const auto first = static_cast<std::int32_t>(shapes_.size());
  const auto index = static_cast<std::int32_t>(nodes_.size());
  shapes_.insert(shapes_.end(), results.begin(), results.end());
  node_of_value_.insert(node_of_value_.end(), results.size(), index);
  const bool has_side_effect = op && op->has_side_effect();
  has_side_effects_ = has_side_effects_ || has_side_effect;
  nodes_.push_back({std::move(op), std::move(operands), first, static_cast<std::int32_t>(results.size()), site, {}, has_side_effect});
  return {*this, first};
}

Value Graph::parameter(Shape shape, std::string_view name, const Site& site) {
  const Value value = append(nullptr, {}, std::span(&shape, 1), site);
  if (!name.empty()) names_.emplace_back(value.id(), name);
  return value;
}

std::string_view Graph::parameter_name(std::int32_t value) const {
  const auto found = std::ranges::lower_bound(names_, value, {}, &std::pair<std::int32_t, std::string>::first);
  return found == names_.end() || found->first != value ? std::string_view() : std::string_view(found->second);
}

Value Graph::reach(Value value, std::string_view op, const Site& site) {
  if (&value.graph() == this) return value;
  const std::pair key(&static_cast<const Graph&>(value.graph()), value.id());
  if (const auto known = inner_of_.find(key); known != inner_of_.end()) return known->second;
  for (Graph* outer = parent_; outer != nullptr; outer = outer->parent_) {
    if (outer != &value.graph()) continue;
    const Value inner = parameter(value.shape(), "captured", site);
    captures_.push_back({value, inner});
    return inner_of_[key] = inner;
  }
  throw OpError({.op = std::string(op),
                 .problem = "an operand belongs to another graph",
                 .got = {value.shape()},
                 .expected = "values of the function that is being built; pass others as arguments"},
                site);
}

namespace {

// Attributes of a program from outside may ask for anything.
void expect_possible(const Shape& s) {
  Dim bytes_left = std::numeric_limits<Dim>::max() / 16;
  for (Dim d : s.dims) {
    const bool is_open = d == kDynamic;
    if ((d < 0 && !is_open) || (d > 0 && d > bytes_left)) {
      throw OpError({.problem = "no result can be " + to_string(s), .expected = "lengths of at least 0, and fewer than 2^59 elements"});
    }
    if (d > 0) bytes_left /= d;
  }
}

}  // namespace

std::vector<Value> Graph::add(std::shared_ptr<const AnyOp> op, std::span<const Value> operands, const Site& site, Shardings shardings) {
  std::vector<std::int32_t> ids;
  std::vector<Shape> in;
  ids.reserve(operands.size());
  in.reserve(operands.size());
  for (const Value& operand : operands) {
    if (!operand) {
      throw OpError({.op = std::string(op->name()), .problem = "an operand is an empty Value", .got = in,
                     .expected = "values that an op or a parameter made"}, site);
    }
    const Value here = reach(operand, op->name(), site);
    ids.push_back(here.id());
    in.push_back(here.shape());
  }
  std::vector<Shape> out;
  try {
    out = op->infer(in);
    for (const Shape& s : out) expect_possible(s);
  } catch (const OpError& refused) {
    Refusal refusal = refused.refusal();
    if (refusal.op.empty()) refusal.op = op->name();
    if (refusal.got.empty()) refusal.got = in;
    if (!refusal.constraint.empty() && refusal.constraint[0] != 'S') {
      refusal.constraint = "StableHLO spec, " + std::string(op->name()) + " (" + refusal.constraint + ")";
    }
    throw OpError(std::move(refusal), site);
  }
  const Value first = append(std::move(op), std::move(ids), out, site);
  nodes_.back().shardings = std::move(shardings);
  return results_of(first, out.size());
}

std::vector<Value> Graph::add_copy(const Node& node, std::span<const Value> operands, std::span<const Shape> shapes) {
  std::vector<std::int32_t> ids;
  for (const Value& operand : operands) ids.push_back(operand.id());
  const Value first = append(node.op, std::move(ids), shapes, node.site);
  nodes_.back().shardings = node.shardings;
  return results_of(first, shapes.size());
}

const Sharding* Graph::sharding(std::int32_t value) const {
  const Node& node = node_of(value);
  if (!node.shardings) return nullptr;
  const Sharding& own = (*node.shardings)[static_cast<std::size_t>(value - node.first_result)];
  return own.is_none() ? nullptr : &own;
}

void Graph::set_sharding(std::int32_t value, Sharding sharding) {
  check_sharding(sharding, shape(value));
  Node& node = nodes_[static_cast<std::size_t>(node_index(value))];
  std::vector<Sharding> all(static_cast<std::size_t>(node.result_count));
  if (node.shardings) all = *node.shardings;
  all[static_cast<std::size_t>(value - node.first_result)] = std::move(sharding);
  node.shardings = std::make_shared<const std::vector<Sharding>>(std::move(all));
}

std::vector<Value> Graph::results_of(Value first, std::size_t count) {
  std::vector<Value> results;
  results.reserve(count);
  for (std::size_t i = 0; i < count; ++i) results.emplace_back(*this, first.id() + static_cast<std::int32_t>(i));
  return results;
}

std::vector<Shape> Function::parameter_shapes() const {
  std::vector<Shape> shapes;
  for (const Value& p : parameters_) shapes.push_back(p.shape());
  return shapes;
}

std::vector<Shape> Function::result_shapes() const {
  std::vector<Shape> shapes;
  for (const Value& r : results_) shapes.push_back(r.shape());
  return shapes;
}

std::vector<bool> Function::live_nodes() const {
  const std::span<const Node> nodes = graph_->nodes();
  std::vector<bool> is_live(nodes.size(), false);
  for (const Value& r : results_) is_live[static_cast<std::size_t>(graph_->node_index(r.id()))] = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    is_live[i] = is_live[i] || nodes[i].has_side_effect;
    if (!is_live[i]) continue;
    for (std::int32_t operand : nodes[i].operands) is_live[static_cast<std::size_t>(graph_->node_index(operand))] = true;
  }
  return is_live;
}

std::vector<bool> Function::dependents(const std::vector<bool>& is_marked) const {
  std::vector<bool> depends(graph_->value_count(), false);
  for (std::size_t i = 0; i < parameters_.size(); ++i) depends[static_cast<std::size_t>(parameters_[i].id())] = is_marked[i];
  for (const Node& node : graph_->nodes()) {
    const bool any = std::ranges::any_of(node.operands, [&](std::int32_t o) { return depends[static_cast<std::size_t>(o)]; });
    for (std::int32_t k = 0; any && k < node.result_count; ++k) depends[static_cast<std::size_t>(node.first_result + k)] = true;
  }
  std::vector<bool> results;
  for (const Value& r : results_) results.push_back(depends[static_cast<std::size_t>(r.id())]);
  return results;
}

bool Function::operator==(const Function& other) const {
  if (graph_ == other.graph_ && !graph_) return true;
  if (!graph_ || !other.graph_ || parameter_shapes() != other.parameter_shapes() ||
      results_.size() != other.results_.size()) {
    return false;
  }
  // Live nodes of both, in order, must match one to one.
  std::vector<std::int32_t> twin(graph_->value_count(), -1);  // value here -> value there
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const std::int32_t here = parameters_[i].id(), there = other.parameters_[i].id();
    if (!same_shardings(graph_->node_of(here), other.graph_->node_of(there))) return false;
    twin[static_cast<std::size_t>(here)] = there;
  }
  const std::vector<bool> live = live_nodes(), other_live = other.live_nodes();
  const auto next = [](std::span<const Node> nodes, const std::vector<bool>& is_live, std::size_t i) {
    while (i < nodes.size() && (!is_live[i] || !nodes[i].op)) ++i;
    return i;
  };
  const std::span<const Node> a = graph_->nodes(), b = other.graph_->nodes();
  std::size_t i = next(a, live, 0), j = next(b, other_live, 0);
  for (; i < a.size() && j < b.size(); i = next(a, live, i + 1), j = next(b, other_live, j + 1)) {
    if (!(*a[i].op == *b[j].op) || a[i].operands.size() != b[j].operands.size()) return false;
    for (std::size_t k = 0; k < a[i].operands.size(); ++k) {
      if (twin[static_cast<std::size_t>(a[i].operands[k])] != b[j].operands[k]) return false;
    }
    if (a[i].result_count != b[j].result_count || !same_shardings(a[i], b[j])) return false;
    for (std::int32_t k = 0; k < a[i].result_count; ++k) {
      if (graph_->shape(a[i].first_result + k) != other.graph_->shape(b[j].first_result + k)) return false;
      twin[static_cast<std::size_t>(a[i].first_result + k)] = b[j].first_result + k;
    }
  }
  if (i != a.size() || j != b.size()) return false;
  for (std::size_t k = 0; k < results_.size(); ++k) {
    if (twin[static_cast<std::size_t>(results_[k].id())] != other.results_[k].id()) return false;
  }
  return true;
}

Function trace(const BuildFn& build, Shapes shapes, std::span<const std::string> names) {
  return build_in(std::make_shared<Graph>(), build, shapes, names);
}

Function trace_closed(const BuildFn& build, Shapes shapes, std::vector<Value>& captured) {
  const auto graph = std::make_shared<Graph>(building);
  Function inner = build_in(graph, build, shapes, {});
  std::vector<Value> parameters(inner.parameters().begin(), inner.parameters().end());
  for (const Graph::Capture& c : graph->captures()) {
    parameters.push_back(c.inner);
    captured.push_back(c.outer);
  }
  return {graph, std::move(parameters), {inner.results().begin(), inner.results().end()}};
}

std::vector<Value> call(const Function& function, std::span<const Value> arguments, std::source_location where) {
  const Site site = CallSite::current(where);
  Graph& into = current_graph("call", site);
  const Graph& from = function.graph();
  std::vector<Value> copy(from.value_count());
  std::vector<Shape> got;
  for (const Value& a : arguments) got.push_back(a.shape());
  if (got != function.parameter_shapes()) {
    const std::vector<Shape> wanted = function.parameter_shapes();
    const bool is_open = std::ranges::any_of(wanted, [](const Shape& s) { return !s.is_static(); });
    throw OpError({.op = "call", .problem = "arguments do not fit the function", .got = std::move(got),
                   .expected = to_string(Shapes(wanted)),
                   .hint = is_open ? "a program of open lengths is imported for its arguments: ImportOptions::arguments" : ""}, site);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    copy[static_cast<std::size_t>(function.parameters()[i].id())] = into.reach(arguments[i], "call", site);
  }
  const std::vector<bool> is_live = function.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = from.nodes()[i];
    if (!is_live[i] || !node.op) continue;
    std::vector<Value> operands;
    for (std::int32_t operand : node.operands) operands.push_back(copy[static_cast<std::size_t>(operand)]);
    std::vector<Shape> shapes;
    for (std::int32_t k = 0; k < node.result_count; ++k) shapes.push_back(from.shape(node.first_result + k));
    const std::vector<Value> results = into.add_copy(node, operands, shapes);
    for (std::size_t k = 0; k < results.size(); ++k) copy[static_cast<std::size_t>(node.first_result) + k] = results[k];
  }
  std::vector<Value> results;
  for (const Value& r : function.results()) results.push_back(copy[static_cast<std::size_t>(r.id())]);
  return results;
}

Graph& current_graph(std::string_view op, const Site& site) {
  if (building != nullptr) return *building;
  throw OpError({.op = std::string(op),
                 .problem = "no function is being built on this thread",
                 .expected = "a call inside a function that trace, jit or a Trainer runs"},
                site);
}

}  // namespace hilo
