// Rows of hilo/ops/binary.h: elementwise ops of two operands.
#include "hilo/ops/binary.h"

#include <cmath>

#include "hilo/ops/custom_gradient.h"
#include "tests/ops/rows/drawn.h"

namespace hilo::test {
namespace {

using BinaryFn = Value (*)(Operand, Operand);

const DTypes kArithmetic = kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
const DTypes kOrdered = kIntegers + kSmallFloats + kPlainFloats;

template <class T>
T power_of(T a, T b) {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    std::int64_t result = 1;
    for (std::int64_t i = 0; i < b; ++i) result *= a;
    return result;
  } else {
    return std::pow(a, b);
  }
}

std::int64_t shifted_left(std::int64_t a, std::int64_t by, DType dtype) {
  return by >= bits(dtype) || by < 0 ? 0 : static_cast<std::int64_t>(static_cast<std::uint64_t>(a) << by);
}
std::int64_t shifted_right_arithmetic(std::int64_t a, std::int64_t by, DType dtype) {
  // The sign is the top bit, also of a dtype that counts from 0.
  const int unused = 64 - bits(dtype);
  const std::int64_t with_sign = static_cast<std::int64_t>(static_cast<std::uint64_t>(a) << unused) >> unused;
  return with_sign >> (by >= bits(dtype) || by < 0 ? 63 : by);
}
std::int64_t shifted_right_logical(std::int64_t a, std::int64_t by, DType dtype) {
  const int unused = 64 - bits(dtype);
  const std::uint64_t bare = static_cast<std::uint64_t>(a) << unused >> unused;
  return by >= bits(dtype) || by < 0 ? 0 : static_cast<std::int64_t>(bare >> by);
}

void add_arithmetic(std::vector<Row>& rows) {
  rows.push_back(Row("add", {{2, 3}, {2, 3}}, {2, 3}, add).at_any_shape().on(kBoolean + kArithmetic).is(numbers(map([](auto a, auto b) { return a + b; }))));
  rows.push_back(Row("subtract", {{2, 3}, {2, 3}}, {2, 3}, subtract).at_any_shape().on(kArithmetic).is(numbers(map([](auto a, auto b) { return a - b; }))));
  rows.push_back(Row("multiply", {{2, 3}, {2, 3}}, {2, 3}, multiply).at_any_shape().on(kBoolean + kArithmetic).is(numbers(map([](auto a, auto b) { return a * b; }))));
  rows.push_back(Row("divide", {{2, 3}, Input{2, 3}.between(1, 3)}, {2, 3}, divide).at_any_shape().on(kArithmetic).terms(8)
                     .is(numbers(map([](auto a, auto b) { return a / b; }))));
  rows.push_back(Row("remainder", {Input{2, 3}.between(-9, 9), Input{2, 3}.between(1, 3)}, {2, 3}, remainder).on(kOrdered).terms(8)
                     .is({.real = floats(map([](double a, double b) { return std::fmod(a, b); })).real,
                          .integer = integers(map([](std::int64_t a, std::int64_t b) { return a % b; })).integer}));
  rows.push_back(Row("power", {Input{2, 3}.between(0.5, 3), Input{2, 3}.between(0, 2)}, {2, 3}, power).at_any_shape().on(kArithmetic).terms(16)
                     .is(numbers(map([](auto a, auto b) { return power_of(a, b); }))));
  rows.push_back(Row("maximum", {Input{2, 3}.distinct(), Input{2, 3}.between(-1.5, 1.5).distinct()}, {2, 3}, maximum).on(kBoolean + kOrdered)
                     .is(reals(map([](auto a, auto b) { return std::max(a, b); }))));
  rows.push_back(Row("minimum", {Input{2, 3}.distinct(), Input{2, 3}.between(-1.5, 1.5).distinct()}, {2, 3}, minimum).on(kBoolean + kOrdered)
                     .is(reals(map([](auto a, auto b) { return std::min(a, b); }))));
  rows.push_back(Row("atan2", {{3, 4}, {3, 4}}, {3, 4}, atan2).at_any_shape().on(kPlainFloats).terms(8)
                     .is(floats(map([](double a, double b) { return std::atan2(a, b); }))));
}

void add_bits(std::vector<Row>& rows) {
  const DTypes bits_of = kBoolean + kIntegers;
  const auto row = [&](std::string_view name, BinaryFn f, Reference r) {
    rows.push_back(Row(std::string(name), {Input{8}.between(-9, 9), Input{8}.between(-9, 9)}, {8}, f).on(bits_of).order(0).is(std::move(r)));
  };
  const Reference both = integers(map([](std::int64_t a, std::int64_t b) { return a & b; }));
  const Reference either = integers(map([](std::int64_t a, std::int64_t b) { return a | b; }));
  const Reference one = integers(map([](std::int64_t a, std::int64_t b) { return a ^ b; }));
  row("logical_and", logical_and, both);
  row("bitwise_and", bitwise_and, both);
  row("logical_or", logical_or, either);
  row("bitwise_or", bitwise_or, either);
  row("logical_xor", logical_xor, one);
  row("bitwise_xor", bitwise_xor, one);
  const auto shift = [&](std::string_view name, BinaryFn f, Reference r) {
    rows.push_back(Row(std::string(name), {Input{8}.between(-9, 9), Input{8}.between(0, 9)}, {8}, f).on(kIntegers).order(0).is(std::move(r)));
  };
  shift("shift_left", shift_left, integers(map(shifted_left)));
  shift("shift_right_arithmetic", shift_right_arithmetic, integers(map(shifted_right_arithmetic)));
  shift("shift_right_logical", shift_right_logical, integers(map(shifted_right_logical)));
}

// NumPy broadcasting, C++ numbers, promotion, operators.
void add_operands(std::vector<Row>& rows) {
  const auto plus = numbers(map([](auto a, auto b) { return a + b; }));
  rows.push_back(Row("broadcast row", {{2, 3}, {3}}, {2, 3}, [](Value a, Value b) { return a + b; }).is(plus));
  rows.push_back(Row("broadcast column", {{2, 3}, {2, 1}}, {2, 3}, [](Value a, Value b) { return a + b; }).is(plus));
  rows.push_back(Row("broadcast both", {{2, 1}, {1, 3}}, {2, 3}, [](Value a, Value b) { return a + b; }).is(plus));
  rows.push_back(Row("broadcast scalar", {{}, {2, 3}}, {2, 3}, [](Value a, Value b) { return a + b; }).is(plus));
  rows.push_back(Row("broadcast empty", {{0, 3}, {1, 3}}, {0, 3}, [](Value a, Value b) { return a + b; }).is(plus));
  rows.push_back(Row("scalars", {{}, {}}, {}, [](Value a, Value b) { return a + b; }).is(plus));
  const DTypes most = kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
  rows.push_back(Row("number on the right", {{4}}, {4}, [](Value a) { return a + 1; }).on(most).is(numbers(map([](auto a) { return a + decltype(a)(1); }))));
  rows.push_back(Row("number on the left", {{4}}, {4}, [](Value a) { return 1 - a; }).on(most).is(numbers(map([](auto a) { return decltype(a)(1) - a; }))));
  rows.push_back(Row("fraction", {{4}}, {4}, [](Value a) { return a * 0.5; }).on(kSmallFloats + kPlainFloats + kComplexNumbers)
                     .is(floats_and_complexes(map([](auto a) { return a * 0.5; }))));
  rows.push_back(Row("boolean number", {{4}}, {4}, [](Value a) { return a ^ true; }).in(kBoolean).order(0)
                     .is(integers(map([](std::int64_t a) { return a ^ 1; }))));
  rows.push_back(Row("i8 + f32", {Input{3}.as(kI8), {3}}, {3}, [](Value a, Value b) { return a + b; }).is(floats(map([](double a, double b) { return a + b; }))));
  rows.push_back(Row("i1 * i32", {Input{3}.as(kI1), Input{3}.as(kI32)}, {3}, [](Value a, Value b) { return a * b; }).to(kI32).in({kF32})
                     .is(floats(map([](double a, double b) { return a * b; }))));
  rows.push_back(Row("bf16 - f32", {{3}, Input{3}.as(kF32)}, {3}, [](Value a, Value b) { return a - b; }).to(kF32).in({kBF16}).terms(16)
                     .is(floats(map([](double a, double b) { return a - b; }))));
  rows.push_back(Row("f32 * c64", {{3}, Input{3}.as(kC64)}, {3}, [](Value a, Value b) { return a * b; }).to(kC64).in({kF32}).order(0));
  rows.push_back(Row("operators", {{4}, Input{4}.between(1, 2)}, {4}, [](Value a, Value b) { return (a + b) * (a - b) / b % b; }).terms(16)
                     .is(floats(map([](double a, double b) { return std::fmod((a + b) * (a - b) / b, b); }))));
  rows.push_back(Row("bit operators", {{4}, {4}}, {4}, [](Value a, Value b) { return (a & b) | (a ^ b); }).in({kI32}).order(0)
                     .is(integers(map([](std::int64_t a, std::int64_t b) { return a | b; }))));
}

// Ties, zeros, infinities and NaN, as JAX has them.
void add_edges(std::vector<Row>& rows) {
  const double inf = HUGE_VAL, nan = std::nan("");
  rows.push_back(Row("maximum at ties", {vector({1, 2, 3}), vector({1, 3, 2})}, {3}, maximum).gradients({{0.5, 0, 1}, {0.5, 1, 0}}));
  rows.push_back(Row("minimum at ties", {vector({1, 2, 3}), vector({1, 3, 2})}, {3}, minimum).gradients({{0.5, 1, 0}, {0.5, 0, 1}}));
  rows.push_back(Row("maximum of NaN", {vector({nan, 1, nan, -inf}), vector({1, nan, nan, inf})}, {4}, maximum).in(kPlainFloats).order(0)
                     .is(floats(map([](double a, double b) { return std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b); }))));
  rows.push_back(Row("minimum of NaN", {vector({nan, 1, nan, -inf}), vector({1, nan, nan, inf})}, {4}, minimum).in(kPlainFloats).order(0)
                     .is(floats(map([](double a, double b) { return std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b); }))));
  rows.push_back(Row("power at zero", {vector({0, 0, 2}), vector({2, 0, 0})}, {3}, power).gradients({{0, NAN, 0}, {0, 0, std::log(2.0)}}));
  rows.push_back(Row("power of negative", {vector({-2, -3}), vector({3, 2})}, {2}, [](Value a, Value b) { return power(a, stop_gradient(b)); }).gradients({{12, -6}, {0, 0}}));
  rows.push_back(Row("divide by zero", {vector({1, -1, 0, inf}), vector({0, 0, 0, inf})}, {4}, divide).in(kPlainFloats).order(0)
                     .is(floats(map([](double a, double b) { return a / b; }))));
  rows.push_back(Row("divide integers by zero", {vector({7, -7, 0}), vector({0, 0, 0})}, {3}, divide).in({kI32}).order(0)
                     .is(integers(map([](std::int64_t, std::int64_t) { return std::int64_t{-1}; }))));
  rows.push_back(Row("overflow wraps", {vector({127, -128}), vector({1, -1})}, {2}, add).in({kI8}).order(0)
                     .is(integers(map([](std::int64_t a, std::int64_t b) { return a + b; }))));
  rows.push_back(Row("atan2 of a matrix and a number", {{8, 8}}, {8, 8}, [](Value a) { return atan2(a, 1.0); }).order(1).terms(8)
                     .is(floats(map([](double a) { return std::atan(a); }))));
  rows.push_back(Row("atan2 of signed zeros", {vector({0.0, -0.0, 0.0, -0.0}), vector({1, 1, -1, -1})}, {4}, atan2).in({kF32, kF64}).order(0).terms(8)
                     .is(floats(map([](double a, double b) { return std::atan2(a, b); }))));
}

// Ties apart: the second operand lies between the numbers that the first one may be.
void add_drawn(std::vector<Drawn>& drawn) {
  const auto apart = [&](const std::string& name, BinaryFn f) {
    drawn.push_back({name, [f](Draw& draw) {
                       const Dims dims = draw.dims();
                       return Row({Input(dims).multiples_of(0.0625), Input(draw.broadcasting(dims)).multiples_of(0.0625, 0.03125)},
                                  [f](Value a, Value b) { return f(a, b); });
                     }});
  };
  apart("maximum", maximum);
  apart("minimum", minimum);
  // x is (n + 1/2) y or so: nowhere near a multiple.
  drawn.push_back({"remainder", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     return Row({Input(dims).between(-9, 9).multiples_of(1, 0.5), Input(draw.broadcasting(dims)).between(1, 3).multiples_of(1)},
                                [](Value a, Value b) { return remainder(a, b); });
                   }});
}

}  // namespace

Family binary_rows() {
  Family family{.name = "binary", .rows = {}};
  add_arithmetic(family.rows);
  add_bits(family.rows);
  add_operands(family.rows);
  add_edges(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
