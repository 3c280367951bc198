#include "hilo/ops/remat.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/barrier.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/value_lists.h"

namespace hilo {
namespace {

using Values = std::vector<Value>;
using In = std::span<const Value>;

// A value that is there already, in the place of one computed again: the number of `saved`, the
// gradient of `computed`, which is then not computed itself.
struct Saved : NoFields, ElementwiseBatch<Saved> {
  static constexpr std::string_view kName = "hilo.saved";
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const { return {in[0]}; }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([](In p) { return Values{p[1]}; }, in);
  }
  [[nodiscard]] Values vjp(const Vjp& v) const { return {v.d_out, Value()}; }
  [[nodiscard]] Values jvp(const Jvp& v) const { return {v.d_in[1] ? v.d_in[1] : v.d_in[0]}; }
};

struct CheckpointName {
  static constexpr std::string_view kName = "hilo.checkpoint_name";
  std::string name;
  static void fields(auto&& field) { field("name", &CheckpointName::name); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const { return {in[0]}; }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([](In p) { return Values{p[0]}; }, in);
  }
  [[nodiscard]] Values vjp(const Vjp& v) const { return {v.d_out}; }
  [[nodiscard]] Values jvp(const Jvp& v) const { return {checkpoint_name(v.d_in[0], name)}; }
  [[nodiscard]] Values batch(const Batch& b) const { return {checkpoint_name(b.in[0], name)}; }
};

struct Remat {
  static constexpr std::string_view kName = "hilo.remat";
  Function forward,  // in.. -> outs.., saved..; nobody but the reverse reads what is saved
      again;         // in.., saved.. -> outs..
  bool prevents_cse = true;
  static void fields(auto&& field) {
    field("forward", &Remat::forward);
    field("again", &Remat::again);
    field("prevents_cse", &Remat::prevents_cse);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes) const { return forward.result_shapes(); }
  [[nodiscard]] Function expansion(Shapes, const std::vector<bool>&) const { return forward; }

  [[nodiscard]] Values vjp(const Vjp& v) const {
    const std::size_t n = v.in.size(), outs = again.results().size();
    Values operands = joined(
        {v.in, v.outs.subspan(outs), materialized(v.d_outs.first(outs), v.outs.first(outs))});
    if (prevents_cse) operands = optimization_barrier(operands);
    Function backward = v.transforms.vjp(again);
    const In d_in = backward.results().first(n);  // without those of what is saved
    Values d = call(backward.with_results({d_in.begin(), d_in.end()}), operands);
    if (are_any(v.d_outs.subspan(outs))) {
      const Values d_saved = materialized(v.d_outs.subspan(outs), v.outs.subspan(outs));
      const Values more =
          call(v.transforms.vjp(results_from(forward, outs)), joined({v.in, d_saved}));
      for (std::size_t k = 0; k < n; ++k) d[k] = add_tangents(d[k], more[k]);
    }
    return of_differentiable(std::move(d), v.in);
  }

  [[nodiscard]] Values jvp(const Jvp& v) const {
    std::vector<bool> is_active;
    Values operands(v.in.begin(), v.in.end());
    for (const Value& d : v.d_in) {
      is_active.push_back(static_cast<bool>(d));
      if (d) operands.push_back(d);
    }
    const Function both = v.transforms.jvp(forward, is_active);
    return of_differentiable(call(results_from(both, v.outs.size()), operands), v.outs);
  }

  [[nodiscard]] Values batch(const Batch& b) const {
    const auto batched = [&](const Function& f) {
      return b.transforms.batch(f, std::vector<bool>(f.parameters().size(), true), b.size);
    };
    Remat op;
    op.forward = batched(forward);
    op.again = batched(again);
    op.prevents_cse = prevents_cse;
    return apply_all(std::move(op), all_batched(b));
  }
};

// The results in the body that the policy keeps.
Values saved_of(const Function& body, const RematPolicy& policy) {
  Values saved;
  const std::vector<bool> is_live = body.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = body.graph().nodes()[i];
    if (!is_live[i] || node.operands.empty()) continue;
    std::vector<Shape> in;
    for (std::int32_t o : node.operands) in.push_back(body.graph().shape(o));
    const auto* named = op_cast<CheckpointName>(node.op.get());
    for (std::int32_t id = node.first_result; id < node.first_result + node.result_count; ++id) {
      const Saveable s{*node.op, in, body.graph().shape(id),
                       named ? named->name : std::string_view()};
      if (policy(s)) saved.emplace_back(body.results()[0].graph(), id);
    }
  }
  return saved;
}

// in.., saved.. -> outs.. of the body.
Function computed_again(const Function& body, In saved) {
  const std::size_t n = body.parameters().size();
  std::vector<Shape> shapes = body.parameter_shapes();
  for (const Value& s : saved) shapes.push_back(s.shape());
  return trace(
      [&](In p) {
        Graph& into = current_graph("remat", {});
        Values copy(body.graph().value_count());
        const auto at = [&](std::int32_t id) -> Value& {
          return copy[static_cast<std::size_t>(id)];
        };
        for (std::size_t i = 0; i < n; ++i) at(body.parameters()[i].id()) = p[i];
        std::size_t next = 0;
        const std::vector<bool> is_live = body.live_nodes();
        for (std::size_t i = 0; i < is_live.size(); ++i) {
          const Node& node = body.graph().nodes()[i];
          if (!is_live[i] || !node.op) continue;
          Values in;
          for (std::int32_t o : node.operands) in.push_back(at(o));
          const Values out = into.add(node.op, in, node.site, node.shardings);
          for (std::size_t k = 0; k < out.size(); ++k) {
            const std::int32_t id = node.first_result + static_cast<std::int32_t>(k);
            const bool is_saved = next < saved.size() && saved[next].id() == id;
            const CallSite site(node.site);
            at(id) = is_saved ? apply(Saved{}, {out[k], p[n + next++]}) : out[k];
          }
        }
        Values outs;
        for (const Value& r : body.results()) outs.push_back(at(r.id()));
        return outs;
      },
      shapes);
}

}  // namespace

void list_remat_ops(OpTable& table) {
  table.add<Saved>();
  table.add<CheckpointName>();
  table.add<Remat>();
}

bool nothing_saveable(const Saveable&) { return false; }
bool everything_saveable(const Saveable&) { return true; }
bool dots_saveable(const Saveable& s) {
  return s.op.name() == "dot_general" || s.op.name() == "convolution";
}
RematPolicy save_only_these_names(std::vector<std::string> names) {
  return [names = std::move(names)](const Saveable& s) {
    return std::ranges::find(names, s.name) != names.end();
  };
}

Value checkpoint_name(Operand x, std::string name) {
  CheckpointName op;
  op.name = std::move(name);
  return apply(std::move(op), {x.value}, x.where);
}

std::vector<Value> remat(Operands inputs, const BuildFn& f, const RematOptions& options) {
  const CallSite site(inputs.where);
  Values operands = inputs.values, captured;
  const Function body = trace_closed(f, shapes_of(operands), captured);
  operands.insert(operands.end(), captured.begin(), captured.end());
  const Values saved = body.results().empty() ? Values() : saved_of(body, options.policy);
  Remat op;
  op.prevents_cse = options.prevents_cse;
  op.forward = body.with_results(joined({body.results(), saved}));
  op.again = computed_again(body, saved);
  Values results = apply_all(std::move(op), operands, inputs.where);
  results.resize(body.results().size());
  return results;
}

}  // namespace hilo
