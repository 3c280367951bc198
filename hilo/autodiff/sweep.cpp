#include "hilo/autodiff/sweep.h"

#include "hilo/autodiff/autodiff.h"

namespace hilo {

const Transforms& transforms() {
  class Sweeps final : public Transforms {
    [[nodiscard]] Function jvp(const Function& f, const std::vector<bool>& is_active) const override {
      return hilo::jvp(f, is_active);
    }
    [[nodiscard]] Function vjp(const Function& f) const override { return hilo::vjp(f); }
    [[nodiscard]] Function batch(const Function& f, const std::vector<bool>& is_batched, Dim size) const override {
      return hilo::batch(f, is_batched, size);
    }
    [[nodiscard]] Function vjp_of(const Function& f, const std::vector<bool>& is_active) const override {
      return hilo::vjp(f, is_active);
    }
  };
  static const Sweeps sweeps;
  return sweeps;
}

std::vector<Value> operands_of(Graph& graph, const Node& node) {
  std::vector<Value> values;
  for (std::int32_t id : node.operands) values.emplace_back(graph, id);
  return values;
}

std::vector<Value> results_of(Graph& graph, const Node& node) {
  std::vector<Value> values;
  for (std::int32_t k = 0; k < node.result_count; ++k) values.emplace_back(graph, node.first_result + k);
  return values;
}

void expect_same_graph(std::string_view transform, std::span<const Value> values, const Graph& graph, const Site& site) {
  for (const Value& v : values) {
    if (v && &v.graph() == &graph) continue;
    throw OpError({.op = std::string(transform),
                   .problem = "a value belongs to another graph or is empty",
                   .got = v ? std::vector{v.shape()} : std::vector<Shape>{},
                   .expected = "outputs and inputs of the function that is being built"},
                  site);
  }
}

void expect_pairs(std::string_view transform, std::string_view value_word, std::span<const Value> values,
                  std::string_view derivative_word, std::span<const Value> derivatives, const Site& site) {
  const auto refuse = [&](std::string problem, std::vector<Shape> got, std::string expected) {
    return OpError({.op = std::string(transform), .problem = std::move(problem), .got = std::move(got), .expected = std::move(expected)},
                   site);
  };
  const std::string derivative(derivative_word), value(value_word);
  if (values.size() != derivatives.size()) {
    throw refuse(std::to_string(derivatives.size()) + " " + derivative + "s for " + std::to_string(values.size()) + " " + value + "s", {},
                 "a " + derivative + " for each, empty where it is zero");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!derivatives[i]) continue;
    if (derivatives[i].shape() != values[i].shape()) {
      throw refuse("a " + derivative + " does not fit its " + value, {derivatives[i].shape()}, to_string(values[i].shape()));
    }
    expect_same_graph(transform, derivatives.subspan(i, 1), values[i].graph(), site);
  }
}

void refuse_rule(const OpError& refused, const Node& node, std::span<const Value> in, std::string_view rule_name) {
  Refusal r = refused.refusal();
  const std::string inner = r.op.empty() || r.op == node.op->name() ? "" : r.op + ": ";
  r.op = std::string(rule_name) + " of " + std::string(node.op->name());
  r.problem = inner + r.problem;
  if (r.got.empty()) {
    for (const Value& v : in) r.got.push_back(v.shape());
  }
  throw OpError(std::move(r), node.site);
}

}  // namespace hilo
