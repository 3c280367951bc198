#pragma once
#include "hilo/graph/op.h"

namespace hilo {

/// What the rules of ops that hold Functions get.
const Transforms& transforms();

/// The operands (results) of a node as Values.
std::vector<Value> operands_of(Graph& graph, const Node& node);
std::vector<Value> results_of(Graph& graph, const Node& node);

/// Runs one rule of `node`; its ops, and the error if it refuses, carry the node's site.
template <class Rule>
std::vector<Value> run_rule(const Node& node, std::span<const Value> in, std::string_view rule_name, Rule rule);

/// Throws OpError unless every value belongs to the graph that is being built.
void expect_same_graph(std::string_view transform, std::span<const Value> values, const Graph& graph, const Site& site);

/// Throws OpError unless there is a derivative (which may be none) for each value, of its shape, in that graph.
void expect_pairs(std::string_view transform, std::string_view value_word, std::span<const Value> values,
                  std::string_view derivative_word, std::span<const Value> derivatives, const Site& site);

/// Throws the refusal again as one of `rule` ("gradient") of `node`'s op.
[[noreturn]] void refuse_rule(const OpError& refused, const Node& node, std::span<const Value> in,
                              std::string_view rule_name);

template <class Rule>
std::vector<Value> run_rule(const Node& node, std::span<const Value> in, std::string_view rule_name, Rule rule) {
  const CallSite site(node.site);
  try {
    return rule();
  } catch (const OpError& refused) {
    refuse_rule(refused, node, in, rule_name);
  }
}

}  // namespace hilo
