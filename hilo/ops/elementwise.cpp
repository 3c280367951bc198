#include "hilo/ops/elementwise.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/elementwise_rules.h"

namespace hilo {
namespace {

struct Elementwise {
  static constexpr std::string_view kName = "hilo.elementwise";
  Function body;
  static void fields(auto&& field) { field("body", &Elementwise::body); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const std::vector<Shape> shapes(in.begin(), in.end());
    if (!body || body.parameter_shapes() != shapes || body.result_shapes() != std::vector{in[0]}) {
      throw OpError({.problem = "f does not keep the shape",
                     .got = body ? body.result_shapes() : shapes,
                     .expected = "one result of the operands' shape"});
    }
    return {in[0]};
  }
  [[nodiscard]] Function expansion(Shapes, const std::vector<bool>&) const { return body; }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    std::vector<Value> result;
    for (std::size_t k = 0; k < v.in.size(); ++k) {
      const bool has_gradient = is_differentiable(v.in[k].dtype());
      result.push_back(has_gradient ? v.d_out * slope(body, v.in, k, v.transforms) : Value());
    }
    return result;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    Value total;
    for (std::size_t k = 0; k < v.in.size(); ++k) {
      if (v.d_in[k]) total = add_tangents(total, v.d_in[k] * slope(body, v.in, k, v.transforms));
    }
    return {total};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    Elementwise op;
    op.body = b.transforms.batch(body, std::vector<bool>(b.in.size(), true), b.size);
    return {apply(std::move(op), all_batched(b), std::source_location::current())};
  }
};

}  // namespace

void list_elementwise_ops(OpTable& table) { table.add<Elementwise>(); }

Value elementwise(Operands x, const BuildFn& f) {
  const CallSite site(x.where);
  const std::vector<Value> operands = promote("elementwise", {x.values.begin(), x.values.end()});
  Elementwise op;
  op.body = trace(f, std::vector<Shape>(operands.size(), operands[0].shape()));
  return apply(std::move(op), operands, x.where);
}

Value slope(const Function& f, std::span<const Value> x, std::size_t k,
            const Transforms& transforms) {
  std::vector<bool> is_active(x.size());
  is_active[k] = true;
  const Function both = transforms.jvp(f, is_active);  // (x.., d_x_k) -> (y, d_y)
  Elementwise op;
  op.body = trace(
      [&](std::span<const Value> p) {
        std::vector<Value> arguments(p.begin(), p.end());
        arguments.push_back(ones_like(p[k]));
        return std::vector{call(both, arguments)[1]};
      },
      f.parameter_shapes());
  return apply(std::move(op), x);
}

Function widened(Shapes in, Formula formula) {
  return trace(
      [&](std::span<const Value> p) {
        std::vector<Value> wide(p.begin(), p.end());
        const DType dtype = p[0].dtype();
        if (bits(dtype) >= 32) return std::vector{formula(wide)};
        for (Value& x : wide) x = convert(x, kF32);
        return std::vector{convert(formula(wide), dtype)};
      },
      in);
}

std::vector<Value> promote_floats(std::string_view op, const std::vector<Operand>& operands) {
  std::vector<Value> result = promote(op, operands);
  expect_kind(op, result[0], kFloats);
  return result;
}

Value polynomial(Value x, std::span<const double> c) {
  Value y = x * c.back() + c[c.size() - 2];
  for (std::size_t k = c.size() - 2; k-- > 0;) y = y * x + c[k];
  return y;
}

}  // namespace hilo
