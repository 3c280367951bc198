#include "hilo/ops/value_lists.h"

#include <algorithm>

#include "hilo/ops/constant.h"

namespace hilo {

std::vector<Value> joined(std::initializer_list<std::span<const Value>> parts) {
  std::vector<Value> all;
  for (std::span<const Value> part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<Shape> shapes_of(std::span<const Value> values) {
  std::vector<Shape> shapes;
  shapes.reserve(values.size());
  for (const Value& v : values) shapes.push_back(v.shape());
  return shapes;
}

bool are_any(std::span<const Value> derivatives) {
  return std::ranges::any_of(derivatives, [](const Value& d) { return static_cast<bool>(d); });
}

std::vector<Value> of_differentiable(std::vector<Value> derivatives, std::span<const Value> like) {
  for (std::size_t k = 0; k < derivatives.size(); ++k) {
    if (!is_differentiable(like[k].dtype())) derivatives[k] = Value();
  }
  return derivatives;
}

Function results_from(const Function& f, std::size_t first) {
  const std::span<const Value> rest = f.results().subspan(first);
  return f.with_results({rest.begin(), rest.end()});
}

std::vector<Value> transposed(const Function& linear, std::span<const Value> fixed,
                              std::span<const Value> d_y, const Transforms& transforms) {
  // Nothing that depends on `fixed` alone is differentiated: a rule may apply the op that it is the rule of.
  std::vector<bool> is_active(linear.parameters().size(), true);
  std::fill_n(is_active.begin(), fixed.size(), false);
  const Function backward = transforms.vjp_of(linear, is_active);
  std::vector<Value> zero;
  for (const Value& x : linear.parameters().subspan(fixed.size())) zero.push_back(zeros(x.shape()));
  return call(backward, joined({fixed, zero, d_y}));
}

}  // namespace hilo
