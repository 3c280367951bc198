#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/graph/sharding.h"
#include "hilo/graph/value.h"

namespace hilo {

class AnyOp;

/// One op applied: operands by id, results as the ids `first_result ..+ result_count`.
struct Node {
  std::shared_ptr<const AnyOp> op;  ///< null for a parameter
  std::vector<std::int32_t> operands;
  std::int32_t first_result = 0;
  std::int32_t result_count = 1;
  Site site;
  Shardings shardings{};  ///< how its results are laid over devices, as far as it is said
  bool has_side_effect = false;  ///< stays in the program though nobody reads its results
};

/// An append-only list of nodes: operands precede their users, so the order of nodes is a topological order.
class Graph {
 public:
  /// A graph inside another one (the body of a loop or a reduction) may read the outer graph's values: they become
  /// captures.
  explicit Graph(Graph* parent = nullptr) : parent_(parent) {}
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// A new input. `name` is a hint for printing and messages.
  Value parameter(Shape shape, std::string_view name = {}, const Site& site = {});
  /// Adds an op. Operands of an outer graph are captured. Throws OpError, with the site, if the op's shape rule
  /// refuses them or an operand belongs to a graph that is not in reach. Returns its results.
  std::vector<Value> add(std::shared_ptr<const AnyOp> op, std::span<const Value> operands, const Site& site, Shardings shardings = {});
  /// Adds a copy of a node whose result shapes are known; its results are sharded as the node's.
  std::vector<Value> add_copy(const Node& node, std::span<const Value> operands, std::span<const Shape> shapes);

  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }
  [[nodiscard]] const Shape& shape(std::int32_t value) const { return shapes_[static_cast<std::size_t>(value)]; }
  /// The node that made a value.
  [[nodiscard]] const Node& node_of(std::int32_t value) const {
    return nodes_[static_cast<std::size_t>(node_of_value_[static_cast<std::size_t>(value)])];
  }
  [[nodiscard]] std::int32_t node_index(std::int32_t value) const {
    return node_of_value_[static_cast<std::size_t>(value)];
  }
  [[nodiscard]] std::size_t value_count() const { return shapes_.size(); }
  /// Whether one of its nodes has one.
  [[nodiscard]] bool has_side_effects() const { return has_side_effects_; }
  /// How a value is laid over the devices of a mesh; null where nothing is said. A program for one device does not ask.
  [[nodiscard]] const Sharding* sharding(std::int32_t value) const;
  /// Says it of a parameter or a result of an op. Throws OpError as `check_sharding`.
  void set_sharding(std::int32_t value, Sharding sharding);
  /// A parameter's name, as given.
  [[nodiscard]] std::string_view parameter_name(std::int32_t value) const;

  /// Values of outer graphs that were read, and the parameters that stand for them here.
  struct Capture {
    Value outer, inner;
  };
  [[nodiscard]] std::span<const Capture> captures() const { return captures_; }
  /// `value` itself if it is of this graph, else the parameter that captures it. Throws OpError, naming `op`, if no
  /// outer graph holds it.
  Value reach(Value value, std::string_view op, const Site& site);

 private:
  std::vector<Value> results_of(Value first, std::size_t count);
  Value append(std::shared_ptr<const AnyOp> op, std::vector<std::int32_t> operands, std::span<const Shape> results,
               const Site& site);

  Graph* parent_;
  bool has_side_effects_ = false;
  std::vector<Node> nodes_;
  std::deque<Shape> shapes_;                  // by value; rules hold references to them while they add nodes
  std::vector<std::int32_t> node_of_value_;   // by value
  std::vector<std::pair<std::int32_t, std::string>> names_;  // by ascending value
  std::vector<Capture> captures_;
  std::map<std::pair<const Graph*, std::int32_t>, Value> inner_of_;  // the captures, by outer value
};

[[noreturn]] void refuse_empty_value();

inline const Shape& Value::shape() const {
  if (graph_ == nullptr) refuse_empty_value();
  return graph_->shape(id_);
}
inline const Sharding* Value::sharding() const { return graph_->sharding(id_); }

/// A finished graph with its inputs and outputs: what is compiled, differentiated, or held inside an op.
class Function {
 public:
  Function() = default;
  Function(std::shared_ptr<Graph> graph, std::vector<Value> parameters, std::vector<Value> results)
      : graph_(std::move(graph)), parameters_(std::move(parameters)), results_(std::move(results)) {}

  explicit operator bool() const { return graph_ != nullptr; }
  [[nodiscard]] const Graph& graph() const { return *graph_; }
  [[nodiscard]] std::span<const Value> parameters() const { return parameters_; }
  [[nodiscard]] std::span<const Value> results() const { return results_; }
  /// The same function with other results: values of its graph.
  [[nodiscard]] Function with_results(std::vector<Value> results) const { return {graph_, parameters_, std::move(results)}; }
  [[nodiscard]] std::vector<Shape> parameter_shapes() const;
  [[nodiscard]] std::vector<Shape> result_shapes() const;
  /// By node: whether a result depends on it, or an op with a side effect. Dead nodes are neither printed nor copied.
  [[nodiscard]] std::vector<bool> live_nodes() const;
  /// By result: whether it depends on one of the marked parameters.
  [[nodiscard]] std::vector<bool> dependents(const std::vector<bool>& is_marked) const;

  /// Same parameters, same ops on the same operands, same results. Sites and names do not count.
  bool operator==(const Function& other) const;

 private:
  std::shared_ptr<Graph> graph_;
  std::vector<Value> parameters_, results_;
};

/// A C++ function over values, with its arguments in a list.
using BuildFn = std::function<std::vector<Value>(std::span<const Value>)>;

/// Runs `build` on fresh parameters of the given shapes and keeps what it built. `names` name the parameters.
/// Throws OpError if a result belongs to another graph, or if `build` reads values of a graph outside.
Function trace(const BuildFn& build, Shapes shapes, std::span<const std::string> names = {});

/// As `trace`, inside the graph that is being built: values of it that `build` reads become extra parameters, last, and
/// are returned in `captured`.
Function trace_closed(const BuildFn& build, Shapes shapes, std::vector<Value>& captured);

/// Copies the body of `function` into the graph of `arguments` (the current graph, if there are none). Values keep their
/// shardings; those of its parameters are the caller's to say.
/// Throws OpError unless the arguments have the parameters' shapes.
std::vector<Value> call(const Function& function, std::span<const Value> arguments,
                        std::source_location where = std::source_location::current());

/// The graph that `trace` is building on this thread. Throws OpError, naming `op`, outside of one.
Graph& current_graph(std::string_view op, const Site& site);

}  // namespace hilo
