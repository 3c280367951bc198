#include "hilo/ops/random_rules.h"

#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/random_bits.h"

namespace hilo {

OpError random_refusal(std::string_view op, const Operand& key, std::string problem,
                       std::vector<Shape> got, std::string expected) {
  return OpError({.op = std::string(op),
                  .problem = std::move(problem),
                  .got = std::move(got),
                  .expected = std::move(expected)},
                 CallSite::current(key.where));
}

DType working_dtype(std::string_view op, const Operand& key, const Shape& shape) {
  if (shape.dtype == kF64) return kF64;
  if (shape.dtype == kF32 || shape.dtype == kF16 || shape.dtype == kBF16) return kF32;
  throw random_refusal(op, key, "no random numbers of this dtype", {shape},
                       "f64, f32, f16 or bf16");
}

Value unit_steps(const Operand& key, const Shape& shape, int digits) {
  const DType words = digits > 32 ? kU64 : digits > 16 ? kU32 : kU16;
  const Value steps =
      shift_right_logical(random_bits(key, shape.with(words)), bits(words) - digits);
  const Value whole = steps.as(digits > 32 ? kI64 : kI32);  // signed numbers convert faster
  return whole.as(shape.dtype) * std::ldexp(1.0, -digits);
}

Value unit_midpoints(const Operand& key, const Shape& shape) {
  const int digits = shape.dtype == kF64 ? 52 : 23;
  return unit_steps(key, shape, digits) + std::ldexp(1.0, -digits - 1);
}

Value unit_fine_at_zero(const Operand& key, const Shape& shape) {
  const DType words = shape.dtype == kF64 ? kU64 : kU32;
  return (random_bits(key, shape.with(words)).as(shape.dtype) + 0.5) *
         std::ldexp(1.0, -bits(words));
}

Value random_parameter(std::string_view op, const Operand& p, const Shape& shape) {
  return broadcast_to(convert(tensor_of(op, p, shape.dtype), shape.dtype), shape.dims);
}

}  // namespace hilo
