#include "hilo/ops/convert.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct Convert : NoFields, ElementwiseBatch<Convert> {
  static constexpr std::string_view kName = "convert";
  DType dtype = DType::kF32;  // of the result; StableHLO reads it off the type

  void complete(const OpParts& parts) { dtype = parts.result().dtype; }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    const Shape out = in[0].with(dtype);
    expect_kind(std::span(&out, 1), kAnyKind);
    return {out};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    if (!is_differentiable(v.in[0].dtype()) || !is_differentiable(dtype)) return {Value()};
    return {convert(v.d_out, v.in[0].dtype())};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    if (!is_differentiable(v.in[0].dtype()) || !is_differentiable(dtype)) return {Value()};
    return {convert(v.d_in[0], dtype)};
  }
};

struct BitcastConvert : NoFields, ElementwiseBatch<BitcastConvert> {
  static constexpr std::string_view kName = "bitcast_convert";
  DType dtype = DType::kF32;

  void complete(const OpParts& parts) { dtype = parts.result().dtype; }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    if (dtype == in[0].dtype && kAnyKind.accepts(dtype)) return {in[0]};
    const bool are_complex = is_complex(in[0].dtype) && is_complex(dtype);
    if (!are_complex) expect_kind(in, kReals);  // XLA reads booleans as nothing else, and complex numbers as complex ones
    const int from = bits(in[0].dtype), to = bits(dtype);
    if ((!kReals.accepts(dtype) && !are_complex) || (from % to != 0 && to % from != 0)) {
      throw OpError({.problem = "cannot read the bits as " + std::string(name(dtype)), .got = {in[0]},
                     .expected = "integers and floats, or two complex dtypes, widths where one divides the other"});
    }
    Shape out = in[0].with(dtype);
    if (from > to) {  // C1, C2
      out.dims.push_back(from / to);
    } else if (from < to) {
      if (out.dims.empty() || out.dims.back() != to / from) {
        throw OpError({.problem = "cannot read the bits as " + std::string(name(dtype)), .got = {in[0]},
                       .expected = "a last axis of length " + std::to_string(to / from)});
      }
      out.dims.pop_back();
    }
    return {out};
  }
  static constexpr ZeroGradient vjp{}, jvp{};
};

}  // namespace

void list_convert_ops(OpTable& table) {
  table.add<Convert>();
  table.add<BitcastConvert>();
}

Value convert(Operand x, DType dtype) {
  if (x.value && x.value.dtype() == dtype) return x.value;
  if (!x.value) return tensor_of("convert", x, dtype);
  Convert op;
  op.dtype = dtype;
  return apply(op, {x.value}, x.where);
}

Value bitcast_convert(Operand x, DType dtype) {
  BitcastConvert op;
  op.dtype = dtype;
  return apply(op, {x.value}, x.where);
}

Value Value::as(DType dtype, std::source_location where) const { return convert(Operand(*this, where), dtype); }

}  // namespace hilo
