#include "hilo/ops/barrier.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct OptimizationBarrier : NoFields {
  static constexpr std::string_view kName = "optimization_barrier";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    for (const Shape& s : in) {
      if (s.dtype != DType::kToken && s.quantization() == nullptr) expect_kind(std::span(&s, 1), kAnyKind);
    }
    return {in.begin(), in.end()};
  }  // C1, C2
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return {v.d_outs.begin(), v.d_outs.end()};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {v.d_in.begin(), v.d_in.end()};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return optimization_barrier(all_batched(b));
  }
};

}  // namespace

void list_barrier_ops(OpTable& table) { table.add<OptimizationBarrier>(); }

std::vector<Value> optimization_barrier(Operands values) {
  return apply_all(OptimizationBarrier{}, values.values, values.where);
}

Value optimization_barrier(Operand x) {
  return optimization_barrier(Operands({x.value}, x.where))[0];
}

}  // namespace hilo
