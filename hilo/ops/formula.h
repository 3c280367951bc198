#pragma once
#include "hilo/graph/op.h"
#include "hilo/ops/value_lists.h"

// Rules of ops that other ops compute as well: from a Function of those.
namespace hilo {

/// The rules of an op whose results are those of `formula` on the same operands.
std::vector<Value> vjp_of(const Function& formula, const Vjp& v);
std::vector<Value> jvp_of(const Function& formula, const Jvp& v);
std::vector<Value> batch_of(const Function& formula, const Batch& b);

/// All three. `Self::formula(Shapes)` is the Function; it throws OpError, or gives none, where
/// there is none.
template <class Self>
struct ByFormula {
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const { return vjp_of(of(v.in), v); }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const { return jvp_of(of(v.in), v); }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    std::vector<Shape> in = shapes_of(b.in);
    for (std::size_t k = 0; k < in.size(); ++k) {
      if (b.is_batched[k]) in[k].dims.erase(in[k].dims.begin());
    }
    return batch_of(static_cast<const Self&>(*this).formula(in), b);
  }

 private:
  [[nodiscard]] Function of(std::span<const Value> in) const {
    return static_cast<const Self&>(*this).formula(shapes_of(in));
  }
};

}  // namespace hilo
