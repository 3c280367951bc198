#include "hilo/ops/random.h"

#include <cmath>
#include <numbers>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/math.h"
#include "hilo/ops/random_rules.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// The normal variable of each 32-bit number, the numbers in ascending order (as signed ones) giving
// ascending results.
Value normal_of_bits(Value words) {
  const Value n = bitcast_convert(words, kI32);
  const Value is_left = less(n, 0);
  const Value distance = select(is_left, bitwise_not(n), n);  // from the middle, 0 .. 2^31 - 1
  const Value q = (distance.as(kF32) + 0.5) * std::ldexp(1.0, -32);  // the same as a probability
  const Value tail =
      ((distance ^ 0x7FFFFFFF).as(kF32) + 0.5) * std::ldexp(1.0, -32);  // 0.5 - q, exact near 0
  const Value r = 0.180625 - q * q, t = sqrt(-log(tail)) - 1.6;
  const Value is_tail = greater(q, 0.425);
  const Value numerator =
      select(is_tail, polynomial(t, {1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103}),
             q * polynomial(r, {3.3871327179, 50.434271938, 159.29113202, 59.109374720}));
  const Value denominator = select(is_tail, polynomial(t, {1, 0.73700164250, 0.12021132975}),
                                   polynomial(r, {1, 17.895169469, 78.757757664, 67.187563600}));
  const Value size = numerator / denominator;
  return select(is_left, -size, size);
}

}  // namespace

Value uniform(Operand key, Shape shape, Operand low, Operand high) {
  const CallSite site(key.where);
  working_dtype("uniform", key, shape);
  const int digits = shape.dtype == kF64   ? 53
                     : shape.dtype == kF32 ? 24
                     : shape.dtype == kF16 ? 11
                                           : 8;
  const Value unit = unit_steps(key, shape, digits);
  const bool is_unit =
      low.is_number && high.is_number && low.scalar == Scalar(0.0) && high.scalar == Scalar(1.0);
  if (is_unit) return unit;
  const auto bound = [&](const Operand& o) { return convert(tensor_of("uniform", o, shape.dtype), shape.dtype); };
  const Value from = bound(low), to = bound(high);
  return broadcast_to(unit * (to - from) + from, shape.dims);
}

Value normal(Operand key, Shape shape) {
  const CallSite site(key.where);
  if (working_dtype("normal", key, shape) == kF64) {
    return std::numbers::sqrt2 * erf_inv(2 * unit_midpoints(key, shape) - 1);
  }
  return normal_of_bits(random_bits(key, shape.with(kU32))).as(shape.dtype);
}

Value truncated_normal(Operand key, Shape shape, Operand low, Operand high) {
  const CallSite site(key.where);
  const DType dtype = working_dtype("truncated_normal", key, shape);
  const auto bound = [&](const Operand& o) { return convert(tensor_of("truncated_normal", o, dtype), dtype); };
  const Value from = bound(low), to = bound(high), root = full({dtype, {}}, std::numbers::sqrt2);
  const Value a = erf(from / root), b = erf(to / root);
  const Value u = unit_midpoints(key, shape.with(dtype)) * (b - a) + a;
  return broadcast_to(clamp(from, root * erf_inv(u), to), shape.dims).as(shape.dtype);
}

Value bernoulli(Operand key, Operand p, Dims dims) {
  const CallSite site(key.where);
  if (p.value) {
    const Value q = is_float(p.value.dtype()) ? p.value.as(kF32) : p.value;
    return less(uniform(key, {kF32, dims}), broadcast_to(q, dims));
  }
  const double number = std::visit([](auto n) { return static_cast<double>(n); }, p.scalar);
  if (!(number >= 0 && number <= 1)) {
    throw random_refusal("bernoulli", key, "the number " + std::to_string(number) + " is no probability",
                  {}, "0 <= p <= 1");
  }
  if (number == 0 || number == 1) return full({kI1, dims}, number == 1);
  // As few bits as give the probability well enough.
  const DType words = number * 256 == std::floor(number * 256)   ? kU8
                      : std::min(number, 1 - number) >= 1.0 / 64 ? kU16
                                                                 : kU32;
  const double limit = std::round(std::ldexp(number, bits(words)));
  if (limit >= std::ldexp(1.0, bits(words))) return full({kI1, dims}, true);
  return less(random_bits(key, {words, std::move(dims)}), static_cast<std::uint64_t>(limit));
}

Value randint(Operand key, Shape shape, std::int64_t low, std::int64_t high) {
  const CallSite site(key.where);
  if (!is_integer(shape.dtype))
    throw random_refusal("randint", key, "not of integers", {shape}, "an integer dtype");
  if (low >= high || static_cast<double>(low) < min_finite(shape.dtype) ||
      static_cast<double>(high) - 1 > max_finite(shape.dtype)) {
    throw random_refusal("randint", key,
                  "no numbers from " + std::to_string(low) + " to " + std::to_string(high), {shape},
                  "low < high, both of the dtype");
  }
  const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const Value w = random_bits(key, shape.with(kU64));
  Value below;                            // count
  if (count <= std::uint64_t{1} << 32) {  // the upper half of w * count, in two steps of 32 bits
    const Value carry = shift_right_logical((w & 0xFFFFFFFFU) * count, 32);
    below = shift_right_logical(shift_right_logical(w, 32) * count + carry, 32);
  } else {
    below = w % count;
  }
  return (below + static_cast<std::uint64_t>(low))
      .as(shape.dtype);  // wraps round to negative numbers
}

Value exponential(Operand key, Shape shape) {
  const CallSite site(key.where);
  const DType dtype = working_dtype("exponential", key, shape);
  return abs(log(unit_fine_at_zero(key, shape.with(dtype)))).as(shape.dtype);
}

Value gumbel(Operand key, Shape shape) {
  const CallSite site(key.where);
  const DType dtype = working_dtype("gumbel", key, shape);
  const Value below_one =
      minimum(unit_fine_at_zero(key, shape.with(dtype)), 1 - epsilon(dtype) / 2);
  return (-log(-log1p(-below_one))).as(shape.dtype);
}

Value categorical(Operand key, Operand logits, int axis) {
  const CallSite site(key.where);
  const Value x = promote("categorical", {logits})[0];
  const Value wide = x.dtype() == kF64 ? x : x.as(kF32);
  return argmax(wide + gumbel(key, wide.shape()), axis);
}

Value permutation(Operand key, Dim count) {
  const CallSite site(key.where);
  if (count < 0) throw random_refusal("permutation", key, "a negative count", {}, "count >= 0");
  return sort_by_first({random_bits(key, {kU64, {count}}), iota({kI32, {count}})}, 0)[1];
}

Value shuffle(Operand key, Operand x, int axis) {
  const CallSite site(key.where);
  return take(x, permutation(key, x.value.dim(axis)), axis);
}

}  // namespace hilo
