#include "hilo/ops/loop_rules.h"

#include "hilo/ops/broadcast.h"

namespace hilo {

std::vector<bool> closed_marks(const Function& body, std::vector<bool> is_marked, std::size_t first,
                               std::size_t count) {
  while (true) {
    std::vector<bool> next = is_marked;
    const std::vector<bool> depends = body.dependents(is_marked);
    for (std::size_t i = 0; i < count; ++i) next[first + i] = next[first + i] || depends[i];
    if (next == is_marked) return next;
    is_marked = std::move(next);
  }
}

std::vector<Value> all_in_front(std::vector<Value> values, const std::vector<bool>& is_batched,
                                Dim size) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_batched[i]) continue;
    Dims dims = values[i].dims();
    dims.insert(dims.begin(), size);
    values[i] = broadcast_to(values[i], std::move(dims));
  }
  return values;
}

std::vector<Value> batched_where(const Batch& b, const std::vector<bool>& is_batched) {
  std::vector<bool> is_right(b.in.size());  // as it is
  for (std::size_t i = 0; i < b.in.size(); ++i) is_right[i] = b.is_batched[i] || !is_batched[i];
  return all_in_front({b.in.begin(), b.in.end()}, is_right, b.size);
}

Value leading(Value each, const Dims& dims) { return broadcast_in_dim(each, dims, {0}); }

}  // namespace hilo
