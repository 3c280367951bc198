#include "hilo/ops/reduce_precision.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct ReducePrecision : ElementwiseBatch<ReducePrecision> {
  static constexpr std::string_view kName = "reduce_precision";
  Int32Attribute exponent_bits{8}, mantissa_bits{23};

  static void fields(auto&& field) {
    field("exponent_bits", &ReducePrecision::exponent_bits);
    field("mantissa_bits", &ReducePrecision::mantissa_bits);
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kFloats);
    if (exponent_bits.value < 1 || mantissa_bits.value < 0) {
      throw OpError({.problem = "no float has " + std::to_string(exponent_bits.value) +
                                " exponent bits and " + std::to_string(mantissa_bits.value) +
                                " of a fraction",
                     .expected = "exponent_bits >= 1, mantissa_bits >= 0", .constraint = "C2, C3"});
    }
    return {in[0]};  // C1
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const { return {rounded(v.d_out)}; }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const { return {rounded(v.d_in[0])}; }
  [[nodiscard]] Value rounded(Value d) const {
    return reduce_precision(d, exponent_bits.value, mantissa_bits.value);
  }
};

}  // namespace

void list_reduce_precision_ops(OpTable& table) { table.add<ReducePrecision>(); }

Value reduce_precision(Operand x, int exponent_bits, int mantissa_bits) {
  ReducePrecision op;
  op.exponent_bits.value = exponent_bits;
  op.mantissa_bits.value = mantissa_bits;
  return apply(op, {x.value}, x.where);
}

}  // namespace hilo
