#include "hilo/ops/custom_gradient.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/value_lists.h"

namespace hilo {
namespace {

using Values = std::vector<Value>;
using In = std::span<const Value>;

// What a rule gave: none becomes zero, and the rest must have the shapes of `like`.
Values fitting(const char* op, Values d, In like, const std::string& problem,
               std::source_location where) {
  const std::vector<Shape> expected = shapes_of(like);
  std::vector<Shape> got;
  for (std::size_t k = 0; k < d.size(); ++k) {
    if (!d[k] && k < like.size()) d[k] = zeros(expected[k]);
    if (d[k]) got.push_back(d[k].shape());
  }
  if (got == expected) return d;
  throw OpError({.op = op,
                 .problem = problem,
                 .got = std::move(got),
                 .expected = to_string(Shapes(expected))},
                CallSite::current(where));
}

// Ops that print as their body.
struct Inlined {
  Function body;

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (body && body.parameter_shapes() == std::vector<Shape>(in.begin(), in.end())) {
      return body.result_shapes();
    }
    if (in.size() == 1 && !body) return {in[0]};  // an empty body: the table's specimen
    throw OpError({.problem = "operands do not fit the body",
                   .got = {in.begin(), in.end()},
                   .expected = body ? to_string(Shapes(body.parameter_shapes())) : "a body"});
  }
  [[nodiscard]] Function expansion(Shapes, const std::vector<bool>&) const { return body; }
};

struct StopGradient : Inlined {
  static constexpr std::string_view kName = "hilo.stop_gradient";
  static void fields(auto&& field) { field("body", &StopGradient::body); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_kind(in, kAnyKind);
    return Inlined::infer(in);
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] Values batch(const Batch& b) const { return {stop_gradient(b.in[0])}; }
};

// in.. -> outs.., residuals..; the program makes the residuals only where a gradient reads them.
struct CustomVjp {
  static constexpr std::string_view kName = "hilo.custom_vjp";
  Function body,  // in.. -> outs..
      forward,    // in.. -> outs.., residuals..
      backward;   // in.., outs.., residuals.., d_outs.. -> d_in..
  static void fields(auto&& field) {
    field("body", &CustomVjp::body);
    field("forward", &CustomVjp::forward);
    field("backward", &CustomVjp::backward);
  }

  [[nodiscard]] std::size_t n_outs() const { return body.results().size(); }
  [[nodiscard]] std::vector<Shape> infer(Shapes) const { return forward.result_shapes(); }

  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>& is_used) const {
    const auto first = is_used.begin() + static_cast<std::ptrdiff_t>(n_outs());
    if (first == is_used.end() || std::find(first, is_used.end(), true) != is_used.end()) {
      return forward;
    }
    return trace(
        [&](In p) {
          Values results = call(body, p);
          for (const Value& r : forward.results().subspan(n_outs())) {
            results.push_back(zeros(r.shape()));
          }
          return results;
        },
        in);
  }

  [[nodiscard]] Values vjp(const Vjp& v) const {
    const In d_outs = v.d_outs.first(n_outs()), d_residuals = v.d_outs.subspan(n_outs());
    Values d(v.in.size());
    if (are_any(d_outs)) d = call(backward, joined({v.in, v.outs, materialized(d_outs, v.outs)}));
    if (are_any(d_residuals)) {
      const Function of_residuals = v.transforms.vjp(results_from(forward, n_outs()));
      const Values more =
          call(of_residuals, joined({v.in, materialized(d_residuals, v.outs.subspan(n_outs()))}));
      for (std::size_t k = 0; k < d.size(); ++k) d[k] = add_tangents(d[k], more[k]);
    }
    return of_differentiable(std::move(d), v.in);
  }

  [[nodiscard]] Values jvp(const Jvp& v) const {
    const Values d_in = materialized(v.d_in, v.in);
    Values d = transposed(backward, joined({v.in, v.outs}), d_in, v.transforms);
    if (v.outs.size() > n_outs()) {
      const Function rest = results_from(forward, n_outs());
      const Function both = v.transforms.jvp(rest, std::vector<bool>(v.in.size(), true));
      const Values all = call(results_from(both, rest.results().size()), joined({v.in, d_in}));
      d.insert(d.end(), all.begin(), all.end());
    }
    return of_differentiable(std::move(d), v.outs);
  }

  [[nodiscard]] Values batch(const Batch& b) const {
    const auto batched = [&](const Function& f) {
      return b.transforms.batch(f, std::vector<bool>(f.parameters().size(), true), b.size);
    };
    CustomVjp op;
    op.body = batched(body);
    op.forward = batched(forward);
    op.backward = batched(backward);
    return apply_all(std::move(op), all_batched(b));
  }
};

struct CustomJvp : Inlined {
  static constexpr std::string_view kName = "hilo.custom_jvp";
  Function rule;              // in.., outs.., d_in.. -> d_outs..
  bool is_symmetric = false;  // the rule is its own transpose
  static void fields(auto&& field) {
    field("body", &CustomJvp::body);
    field("rule", &CustomJvp::rule);
    field("is_symmetric", &CustomJvp::is_symmetric);
  }

  [[nodiscard]] Values vjp(const Vjp& v) const {
    const Values d_outs = materialized(v.d_outs, v.outs), fixed = joined({v.in, v.outs});
    Values d = is_symmetric ? call(rule, joined({fixed, d_outs}))
                            : transposed(rule, fixed, d_outs, v.transforms);
    return of_differentiable(std::move(d), v.in);
  }
  [[nodiscard]] Values jvp(const Jvp& v) const {
    return of_differentiable(call(rule, joined({v.in, v.outs, materialized(v.d_in, v.in)})),
                             v.outs);
  }
  [[nodiscard]] Values batch(const Batch& b) const {
    CustomJvp op;
    op.is_symmetric = is_symmetric;
    op.body = b.transforms.batch(body, std::vector<bool>(b.in.size(), true), b.size);
    op.rule = b.transforms.batch(rule, std::vector<bool>(rule.parameters().size(), true), b.size);
    return apply_all(std::move(op), all_batched(b));
  }
};

// (in.., outs.., more..) of the shapes of `body`'s, and of `more`.
std::vector<Shape> rule_shapes(const Function& with_outs, In more) {
  std::vector<Shape> shapes = with_outs.parameter_shapes();
  for (const Shape& s : with_outs.result_shapes()) shapes.push_back(s);
  for (const Shape& s : shapes_of(more)) shapes.push_back(s);
  return shapes;
}

}  // namespace

void list_custom_gradient_ops(OpTable& table) {
  table.add<StopGradient>();
  table.add<CustomVjp>();
  table.add<CustomJvp>();
}

Value stop_gradient(Operand x) {
  StopGradient op;
  op.body = trace([](In p) { return Values{p[0]}; }, std::vector{x.value.shape()});
  return apply(std::move(op), {x.value}, x.where);
}

std::vector<Value> custom_gradient(Operands inputs, const BuildFn& forward,
                                   const Backward& backward) {
  const CallSite site(inputs.where);
  const std::size_t n = inputs.values.size();
  CustomVjp op;
  op.body = op.forward = trace(forward, shapes_of(inputs.values));
  const std::size_t outs = op.n_outs();
  op.backward = trace(
      [&](In p) {
        return fitting("custom_gradient",
                       backward(p.first(n), p.subspan(n, outs), p.subspan(n + outs)), p.first(n),
                       "the cotangents do not fit the inputs", inputs.where);
      },
      rule_shapes(op.forward, op.body.results()));
  return apply_all(std::move(op), inputs.values, inputs.where);
}

std::vector<Value> custom_vjp(Operands inputs, const BuildFn& f,
                              const std::function<WithResiduals(In)>& forward,
                              const std::function<Values(In, In)>& backward) {
  const CallSite site(inputs.where);
  const std::vector<Shape> shapes = shapes_of(inputs.values);
  const std::size_t n = shapes.size();
  CustomVjp op;
  op.body = trace(f, shapes);
  op.forward = trace(
      [&](In p) {
        const WithResiduals r = forward(p);
        if (shapes_of(r.outputs) != op.body.result_shapes()) {
          throw OpError({.op = "custom_vjp",
                         .problem = "f and forward give other outputs",
                         .got = shapes_of(r.outputs),
                         .expected = to_string(Shapes(op.body.result_shapes()))},
                        CallSite::current(inputs.where));
        }
        return joined({r.outputs, r.residuals});
      },
      shapes);
  const std::size_t outs = op.n_outs(), residuals = op.forward.results().size() - outs;
  op.backward = trace(
      [&](In p) {
        return fitting("custom_vjp",
                       backward(p.subspan(n + outs, residuals), p.subspan(n + outs + residuals)),
                       p.first(n), "the cotangents do not fit the inputs", inputs.where);
      },
      rule_shapes(op.forward, op.body.results()));
  Values results = apply_all(std::move(op), inputs.values, inputs.where);
  results.resize(outs);
  return results;
}

std::vector<Value> custom_jvp(Operands inputs, const BuildFn& f,
                              const std::function<Values(In, In, In)>& rule) {
  const CallSite site(inputs.where);
  const std::size_t n = inputs.values.size();
  CustomJvp op;
  op.body = trace(f, shapes_of(inputs.values));
  const std::size_t outs = op.body.results().size();
  op.rule = trace(
      [&](In p) {
        return fitting("custom_jvp", rule(p.first(n), p.subspan(n, outs), p.subspan(n + outs)),
                       p.subspan(n, outs), "the tangents do not fit the outputs", inputs.where);
      },
      rule_shapes(op.body, op.body.parameters()));
  return apply_all(std::move(op), inputs.values, inputs.where);
}

Value custom_derivative(Operand x, const std::function<Value(Value)>& f,
                        const std::function<Value(Value, Value, Value)>& d) {
  const CallSite site(x.where);
  CustomJvp op;
  op.is_symmetric = true;
  op.body = trace([&](In p) { return Values{f(p[0])}; }, std::vector{x.value.shape()});
  op.rule = trace([&](In p) { return Values{d(p[0], p[1], p[2])}; },
                  rule_shapes(op.body, op.body.parameters()));
  return apply(std::move(op), {x.value}, x.where);
}

}  // namespace hilo
