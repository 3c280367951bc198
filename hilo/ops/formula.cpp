#include "hilo/ops/formula.h"

#include "hilo/ops/rules.h"

namespace hilo {
namespace {

void expect_formula(const Function& formula) {
  if (formula) return;
  throw OpError({.problem = "the lengths are known only when the program runs",
                 .expected = "constant shapes, for this rule"});
}

}  // namespace

std::vector<Shape> shapes_of(std::span<const Value> values) {
  std::vector<Shape> shapes;
  for (const Value& v : values) shapes.push_back(v.shape());
  return shapes;
}

std::vector<Value> vjp_of(const Function& formula, const Vjp& v) {
  expect_formula(formula);
  std::vector<Value> arguments(v.in.begin(), v.in.end());
  const std::vector<Value> d_outs = materialized(v.d_outs, v.outs);
  arguments.insert(arguments.end(), d_outs.begin(), d_outs.end());
  std::vector<Value> d_in = call(v.transforms.vjp(formula), arguments);
  for (std::size_t k = 0; k < d_in.size(); ++k) {
    if (!is_differentiable(v.in[k].dtype())) d_in[k] = Value();
  }
  return d_in;
}

std::vector<Value> jvp_of(const Function& formula, const Jvp& v) {
  expect_formula(formula);
  std::vector<Value> arguments(v.in.begin(), v.in.end());
  std::vector<bool> is_active;
  for (const Value& d : v.d_in) {
    is_active.push_back(static_cast<bool>(d));
    if (d) arguments.push_back(d);
  }
  const std::vector<Value> both = call(v.transforms.jvp(formula, is_active), arguments);
  std::vector<Value> d_out(both.begin() + static_cast<std::ptrdiff_t>(v.outs.size()), both.end());
  for (Value& d : d_out) {
    if (!is_differentiable(d.dtype())) d = Value();
  }
  return d_out;
}

std::vector<Value> batch_of(const Function& formula, const Batch& b) {
  expect_formula(formula);
  return call(b.transforms.batch(formula, b.is_batched, b.size), b.in);
}

}  // namespace hilo
