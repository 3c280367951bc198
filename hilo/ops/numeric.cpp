#include "hilo/ops/numeric.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "hilo/core/narrow.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/math.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"

namespace hilo {
namespace {

// Quotient and remainder of division that rounds down, from that towards zero.
std::pair<Value, Value> divided(std::string_view op, const Operand& a, const Operand& b) {
  const std::vector<Value> ab = promote(op, {a, b});
  const Value rest = remainder(ab[0], ab[1]), zero = zeros_like(rest);
  Value quotient = is_float(rest.dtype()) ? (ab[0] - rest) / ab[1] : ab[0] / ab[1];
  if (is_unsigned(rest.dtype())) return {quotient, rest};
  const Value is_off =
      logical_and(not_equal(rest, zero), not_equal(less(rest, zero), less(ab[1], zero)));
  quotient = select(is_off, quotient - 1, quotient);
  if (is_float(rest.dtype())) quotient = round_nearest_even(quotient);
  return {quotient, select(is_off, rest + ab[1], rest)};
}

// i1: for floats (and either part of complex numbers) what `of_float` says, for others false.
Value of_floats(std::string_view op, const Operand& operand, Value (*of_float)(Value)) {
  const CallSite site(operand.where);
  const Value x = stop_gradient(promote(op, {operand})[0]);
  if (is_differentiable(x.dtype())) return of_float(x);
  return full(x.shape().with(kI1), false);
}

DType integer_of_width(int width) {
  return width == 8 ? kI8 : width == 16 ? kI16 : width == 32 ? kI32 : kI64;
}

// 2^n for exponents of normal numbers: the exponent's bits in place.
Value power_of_two(Value n, DType dtype) {
  const int mantissa = dtype == kF64 ? 52 : dtype == kF32 ? 23 : dtype == kF16 ? 10 : 7;
  const int bias = dtype == kF64 ? 1023 : dtype == kF16 ? 15 : 127;
  const Value field = n.as(integer_of_width(bits(dtype))) + bias;
  return bitcast_convert(shift_left(field, mantissa), dtype);
}

}  // namespace

Value floor_divide(Operand a, Operand b) {
  const CallSite site(a.where);
  return divided("floor_divide", a, b).first;
}
Value mod(Operand a, Operand b) {
  const CallSite site(a.where);
  return divided("mod", a, b).second;
}
std::pair<Value, Value> divmod(Operand a, Operand b) {
  const CallSite site(a.where);
  return divided("divmod", a, b);
}
Value fmod(Operand a, Operand b) { return remainder(a, b); }

Value gcd(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("gcd", {a, b});
  expect_kind("gcd", ab[0], kInts);
  const bool is_narrow = bits(ab[0].dtype()) < 8;
  std::vector<Value> start = ab;
  for (Value& v : start) {
    if (is_narrow) v = v.as(kI8);
    v = is_unsigned(v.dtype()) ? v : abs(v);
  }
  const std::vector<Value> end = while_loop(
      start,
      [](std::span<const Value> s) { return std::vector{any(not_equal(s[1], zeros_like(s[1])))}; },
      [](std::span<const Value> s) {  // Euclid, for those that are not done
        const Value is_done = equal(s[1], zeros_like(s[1]));
        const Value rest = remainder(s[0], select(is_done, ones_like(s[1]), s[1]));
        return std::vector{select(is_done, s[0], s[1]), select(is_done, s[1], rest)};
      });
  return end[0].as(ab[0].dtype());
}

Value lcm(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("lcm", {a, b});
  const Value divisor = gcd(ab[0], ab[1]);
  const auto size = [](Value v) { return is_unsigned(v.dtype()) ? v : abs(v); };
  const Value is_zero = equal(divisor, zeros_like(divisor));
  return size(ab[0]) / select(is_zero, ones_like(divisor), divisor) * size(ab[1]);
}

Value trunc(Operand operand) {
  const CallSite site(operand.where);
  const Value x = promote("trunc", {operand})[0];
  return is_float(x.dtype()) ? select(less(x, 0), ceil(x), floor(x)) : x;
}
Value rint(Operand operand) {
  const CallSite site(operand.where);
  const Value x = promote("rint", {operand})[0];
  return is_float(x.dtype()) ? round_nearest_even(x) : x;
}
Value round(Operand operand, int decimals) {
  const CallSite site(operand.where);
  const Value x = promote("round", {operand})[0];
  if (!is_float(x.dtype())) {
    if (decimals >= 0 && !is_complex(x.dtype())) return x;
    throw OpError({.op = "round",
                   .problem = "cannot round to " + std::to_string(decimals) + " decimals",
                   .got = {x.shape()},
                   .expected = "floats, or integers and at least 0 decimals"},
                  CallSite::current(operand.where));
  }
  if (decimals == 0) return round_nearest_even(x);
  const Value wide = bits(x.dtype()) < 32 ? x.as(kF32) : x;
  const double factor = std::pow(10.0, std::abs(decimals));
  const Value scaled = decimals > 0 ? wide * factor : wide / factor;
  const Value whole = round_nearest_even(scaled);
  return convert(decimals > 0 ? whole / factor : whole * factor, x.dtype());
}

Value fmax(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("fmax", {a, b});
  return select(logical_or(greater(ab[0], ab[1]), not_equal(ab[1], ab[1])), ab[0], ab[1]);
}
Value fmin(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("fmin", {a, b});
  return select(logical_or(less(ab[0], ab[1]), not_equal(ab[1], ab[1])), ab[0], ab[1]);
}
Value heaviside(Operand operand, Operand at_zero) {
  const CallSite site(operand.where);
  const std::vector<Value> both = promote("heaviside", {operand, at_zero});
  const Value x = both[0], zero = zeros_like(x);
  return select(less(x, zero), zero, select(greater(x, zero), ones_like(x), both[1]));
}
Value deg2rad(Operand x) {
  const CallSite site(x.where);
  return floating_of("deg2rad", x) * (std::numbers::pi / 180);
}
Value rad2deg(Operand x) {
  const CallSite site(x.where);
  return floating_of("rad2deg", x) * (180 / std::numbers::pi);
}
Value logaddexp2(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("logaddexp2", {a, b});
  return logaddexp(ab[0] * std::numbers::ln2, ab[1] * std::numbers::ln2) / std::numbers::ln2;
}

Value isnan(Operand x) {
  return of_floats("isnan", x, [](Value v) { return not_equal(v, v); });
}
Value isinf(Operand x) {
  return of_floats("isinf", x,
                   [](Value v) { return logical_and(logical_not(is_finite(v)), equal(v, v)); });
}
Value isposinf(Operand x) {
  return of_floats("isposinf", x, [](Value v) {
    return equal(v, full_like(v, std::numeric_limits<double>::infinity()));
  });
}
Value isneginf(Operand x) {
  return of_floats("isneginf", x, [](Value v) {
    return equal(v, full_like(v, -std::numeric_limits<double>::infinity()));
  });
}
Value signbit(Operand operand) {
  const CallSite site(operand.where);
  const Value x = stop_gradient(promote("signbit", {operand})[0]);
  expect_kind("signbit", x, kInts | kFloats);
  if (is_integer(x.dtype())) return less(x, zeros_like(x));
  const Value pattern = bitcast_convert(x, integer_of_width(bits(x.dtype())));
  return less(pattern, zeros_like(pattern));
}

Value isclose(Operand a, Operand b, Closeness closeness) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("isclose", {a, b});
  const Value x = stop_gradient(floating_of("isclose", Operand(ab[0], a.where)));
  const Value y = stop_gradient(floating_of("isclose", Operand(ab[1], a.where)));
  const Value is_near = less_equal(abs(x - y), abs(y) * closeness.rtol + closeness.atol);
  Value result =
      logical_or(equal(x, y), logical_and(is_near, logical_and(is_finite(x), is_finite(y))));
  if (closeness.equal_nan)
    result = logical_or(result, logical_and(not_equal(x, x), not_equal(y, y)));
  return result;
}
Value allclose(Operand a, Operand b, Closeness closeness) {
  const CallSite site(a.where);
  return all(isclose(a, b, closeness));
}
Value array_equal(Operand a, Operand b) {
  const CallSite site(a.where);
  if (a.value && b.value && a.value.dims() != b.value.dims()) return full({kI1, {}}, false);
  return all(equal(a, b));
}

Value nan_to_num(Operand operand, Operand nan) {
  const CallSite site(operand.where);
  const Value x = promote("nan_to_num", {operand})[0];
  if (!is_float(x.dtype())) return x;
  const double largest = max_finite(x.dtype());
  const Value filler = broadcast_to(tensor_of("nan_to_num", nan, x.dtype()), x.dims());
  const Value finite =
      select(is_finite(x), x, select(greater(x, 0), full_like(x, largest), full_like(x, -largest)));
  return select(not_equal(x, x), filler, finite);
}
Value copysign(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("copysign", {a, b});
  const Value size = abs(ab[0]);
  return select(signbit(ab[1]), -size, size);
}
// Floats of one sign are ordered as their bits are, as whole numbers.
Value nextafter(Operand from, Operand to) {
  const CallSite site(from.where);
  const std::vector<Value> ab = promote("nextafter", {from, to});
  expect_kind("nextafter", ab[0], kFloats);
  const DType dtype = ab[0].dtype(), whole = bits(dtype) == 64 ? kI64 : bits(dtype) == 32 ? kI32 : kI16;
  const Value a = bitcast_convert(ab[0], whole), b = bitcast_convert(ab[1], whole);
  const Value sign = full({whole, {}}, std::int64_t{-1} << (bits(dtype) - 1));
  const Value size_a = bitwise_and(a, bitwise_not(sign)), size_b = bitwise_and(b, bitwise_not(sign));
  const Value sign_a = bitwise_and(a, sign), sign_b = bitwise_and(b, sign);
  const Value is_down = logical_or(not_equal(sign_a, sign_b), greater(size_a, size_b));
  const Value off_zero = bitwise_or(sign_b, full({whole, {}}, 1)), next = a + select(is_down, full({whole, {}}, -1), full({whole, {}}, 1));
  const Value stepped = bitcast_convert(select(equal(size_a, 0), off_zero, next), dtype);
  const Value moved = select(equal(ab[0], ab[1]), ab[1], stepped);
  return stop_gradient(select(logical_or(isnan(ab[0]), isnan(ab[1])), ab[0] + ab[1], moved));
}
Value ldexp(Operand operand, Operand exponent) {
  const CallSite site(operand.where);
  const Value given = promote("ldexp", {operand})[0];
  expect_kind("ldexp", given, kFloats);
  const Value whole = tensor_of("ldexp", exponent, kI32);
  expect_kind("ldexp", whole, kInts);
  const Dims dims = broadcast_dims("ldexp", std::vector{given.shape(), whole.shape()});
  const Value x = broadcast_to(given, dims), wide = whole.as(kI32);
  const int most = x.dtype() == kF64 ? 2046 : x.dtype() == kF16 ? 30 : 254;
  const Value n =
      broadcast_to(clamp(full_like(wide, -most + 2), wide, full_like(wide, most)), dims);
  const Value half = n / 2;  // in two steps, whose factors are normal numbers
  return x * power_of_two(half, x.dtype()) * power_of_two(n - half, x.dtype());
}

}  // namespace hilo
