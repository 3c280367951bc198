#include "hilo/ops/entropy.h"

#include <limits>

#include "hilo/ops/compare.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/math.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

Value entr(Operand operand) {
  const CallSite site(operand.where);
  return custom_derivative(
      promote_floats("entr", {operand})[0],
      [](Value x) { return select(x < 0, -kInfinity, -xlogy(x, x)); },
      [](Value x, Value, Value d_y) { return select(x < 0, zeros_like(x), -d_y * (log(x) + 1)); });
}

Value rel_entr(Operand p, Operand q) {
  const CallSite site(p.where);
  const std::vector<Value> pq = promote_floats("rel_entr", {p, q});
  const Value is_plain = logical_and(pq[0] > 0, pq[1] > 0), one = ones_like(pq[0]);
  const Value a = select(is_plain, pq[0], one), b = select(is_plain, pq[1], one);
  const Value is_zero = logical_and(equal(pq[0], 0), pq[1] >= 0);
  const Value rest = select(is_zero, zeros_like(a), one * kInfinity);
  return select(is_plain, -entr(a) - a * log(b), rest);
}

Value kl_div(Operand p, Operand q) {
  const CallSite site(p.where);
  const std::vector<Value> pq = promote_floats("kl_div", {p, q});
  return rel_entr(pq[0], pq[1]) - pq[0] + pq[1];
}

}  // namespace hilo
