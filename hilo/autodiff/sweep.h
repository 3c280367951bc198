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
std::vector<Value> run_rule(const Node& node, std::string_view rule_name, Rule rule);

/// Throws the refusal again as one of `rule` ("gradient") of `node`'s op.
[[noreturn]] void refuse_rule(const OpError& refused, const Node& node, std::string_view rule_name);

template <class Rule>
std::vector<Value> run_rule(const Node& node, std::string_view rule_name, Rule rule) {
  const CallSite site(node.site);
  try {
    return rule();
  } catch (const OpError& refused) {
    refuse_rule(refused, node, rule_name);
  }
}

}  // namespace hilo
