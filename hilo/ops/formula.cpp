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

std::vector<Value> vjp_of(const Function& formula, const Vjp& v) {
  expect_formula(formula);
  const std::vector<Value> arguments = joined({v.in, materialized(v.d_outs, v.outs)});
  return of_differentiable(call(v.transforms.vjp(formula), arguments), v.in);
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
  return of_differentiable({both.begin() + static_cast<std::ptrdiff_t>(v.outs.size()), both.end()},
                           v.outs);
}

std::vector<Value> batch_of(const Function& formula, const Batch& b) {
  expect_formula(formula);
  return call(b.transforms.batch(formula, b.is_batched, b.size), b.in);
}

}  // namespace hilo
