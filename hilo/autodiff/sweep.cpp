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

void refuse_rule(const OpError& refused, const Node& node, std::string_view rule_name) {
  Refusal r = refused.refusal();
  const std::string inner = r.op.empty() || r.op == node.op->name() ? "" : r.op + ": ";
  r.op = std::string(rule_name) + " of " + std::string(node.op->name());
  r.problem = inner + r.problem;
  throw OpError(std::move(r), node.site);
}

}  // namespace hilo
