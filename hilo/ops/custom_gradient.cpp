#include "hilo/ops/custom_gradient.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

// Ops that print as their body.
struct Inlined {
  Function body;

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (body && body.parameter_shapes() == std::vector<Shape>(in.begin(), in.end())) return body.result_shapes();
    if (in.size() == 1 && !body) return {in[0]};  // an empty body: the table's specimen
    throw OpError({.problem = "operands do not fit the body", .got = {in.begin(), in.end()},
                   .expected = body ? to_string(Shapes(body.parameter_shapes())) : "a body"});
  }
  [[nodiscard]] Function expansion(Shapes, const std::vector<bool>&) const { return body; }
  // The body under the batch axis; a gradient of the batch is that of its batched body.
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return call(b.transforms.batch(body, b.is_batched, b.size), b.in);
  }
};

struct StopGradient : Inlined {
  static constexpr std::string_view kName = "hilo.stop_gradient";
  static void fields(auto&& field) { field("body", &StopGradient::body); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_kind(in, kAnyKind);
    return Inlined::infer(in);
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const { return {stop_gradient(b.in[0])}; }
};

struct CustomGradient : Inlined {
  static constexpr std::string_view kName = "hilo.custom_gradient";
  Function backward;  // (inputs.., outputs.., d_outputs..) -> d_inputs..; a result of another shape is none
  static void fields(auto&& field) {
    field("body", &CustomGradient::body);
    field("backward", &CustomGradient::backward);
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    std::vector<Value> arguments(v.in.begin(), v.in.end());
    arguments.insert(arguments.end(), v.outs.begin(), v.outs.end());
    for (std::size_t k = 0; k < v.outs.size(); ++k) arguments.push_back(v.d_outs[k] ? v.d_outs[k] : zeros_like(v.outs[k]));
    return call(backward, arguments);
  }
  static constexpr Unsupported jvp{"a custom gradient is reverse only; custom_derivative has both"};
};

struct CustomDerivative : Inlined {
  static constexpr std::string_view kName = "hilo.custom_derivative";
  Function derivative;  // (x, y, d_y) -> d_x, linear in d_y
  static void fields(auto&& field) {
    field("body", &CustomDerivative::body);
    field("derivative", &CustomDerivative::derivative);
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return call(derivative, std::vector{v.in[0], v.out, v.d_out});
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return call(derivative, std::vector{v.in[0], v.out, v.d_in[0]});
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    CustomDerivative batched;
    batched.body = b.transforms.batch(body, {true}, b.size);
    batched.derivative = b.transforms.batch(derivative, {true, true, true}, b.size);
    return {apply(std::move(batched), b.in)};
  }
};

}  // namespace

void list_custom_gradient_ops(OpTable& table) {
  table.add<StopGradient>();
  table.add<CustomGradient>();
  table.add<CustomDerivative>();
}

Value stop_gradient(Operand x) {
  StopGradient op;
  op.body = trace([](std::span<const Value> p) { return std::vector{p[0]}; }, std::vector{x.value.shape()});
  return apply(std::move(op), {x.value}, x.where);
}

std::vector<Value> custom_gradient(Operands inputs, const BuildFn& forward, const Backward& backward) {
  const CallSite site(inputs.where);
  std::vector<Shape> shapes;
  for (const Value& v : inputs.values) shapes.push_back(v.shape());
  const std::size_t n = shapes.size();
  CustomGradient op;
  op.body = trace(forward, shapes);
  const std::vector<Shape> outs = op.body.result_shapes();
  for (int twice = 0; twice < 2; ++twice) shapes.insert(shapes.end(), outs.begin(), outs.end());
  op.backward = trace([&](std::span<const Value> p) {
    std::vector<Value> d = backward(p.first(n), p.subspan(n, outs.size()), p.subspan(n + outs.size()));
    bool fits = d.size() == n;
    std::vector<Shape> got;
    for (std::size_t k = 0; k < d.size(); ++k) {
      if (!d[k] && k < n) d[k] = zeros_like(p[k]);
      if (d[k]) got.push_back(d[k].shape());
      fits = fits && got.back() == shapes[k];
    }
    if (!fits) {
      throw OpError({.op = "custom_gradient", .problem = "the cotangents do not fit the inputs", .got = std::move(got),
                     .expected = to_string(Shapes(shapes).first(n))}, CallSite::current(inputs.where));
    }
    return d;
  }, shapes);
  return apply_all(std::move(op), inputs.values, inputs.where);
}

Value custom_derivative(Operand x, const std::function<Value(Value)>& f,
                        const std::function<Value(Value, Value, Value)>& d) {
  const CallSite site(x.where);
  CustomDerivative op;
  op.body = trace([&](std::span<const Value> p) { return std::vector{f(p[0])}; }, std::vector{x.value.shape()});
  op.derivative = trace([&](std::span<const Value> p) { return std::vector{d(p[0], p[1], p[2])}; },
                        std::vector<Shape>(3, x.value.shape()));
  return apply(std::move(op), {x.value}, x.where);
}

}  // namespace hilo
