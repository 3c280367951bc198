// Rows of hilo/ops/unary.h: elementwise ops of one operand.
#include "hilo/ops/math.h"
#include "hilo/ops/unary.h"

#include "hilo/ops/binary.h"

#include <bit>
#include <cmath>

#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

using UnaryFn = Value (*)(Operand);

const DTypes kAnalytic = kPlainFloats + kComplexNumbers;

void add_arithmetic(std::vector<Row>& rows) {
  const DTypes signed_numbers = kSignedIntegers + kSmallFloats + kPlainFloats;
  rows.push_back(Row("negate", {{2, 3}}, {2, 3}, negate).at_any_shape().on(kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers)
                     .is(numbers(map([](auto a) { return -a; }))));
  rows.push_back(Row("operator -", {{2, 3}}, {2, 3}, [](Value a) { return -a; }).is(floats(map([](double a) { return -a; }))));
  rows.push_back(Row("abs", {Input{2, 3}.avoiding({0})}, {2, 3}, abs).at_any_shape().in(signed_numbers).is(reals(map([](auto a) { return a < 0 ? -a : a; }))));
  rows.push_back(Row("sign", {Input{2, 3}.avoiding({0})}, {2, 3}, sign).at_any_shape().in(signed_numbers)
                     .is(reals(map([](auto a) { return static_cast<decltype(a)>((a > 0) - (a < 0)); }))));
}

template <class F>
Row analytic(std::string name, UnaryFn f, double low, double high, F reference, double terms = 8) {
  return Row(std::move(name), {Input{3, 4}.between(low, high)}, {3, 4}, f).on(kAnalytic).terms(terms).at_any_shape().is(floats_and_complexes(map(reference)));
}
Row real(std::string name, UnaryFn f, double low, double high, double (*reference)(double), double terms = 8) {
  return Row(std::move(name), {Input{3, 4}.between(low, high)}, {3, 4}, f).on(kPlainFloats).terms(terms).at_any_shape().is(floats(map(reference)));
}

void add_functions(std::vector<Row>& rows) {
  rows.push_back(analytic("exp", exp, -2, 2, [](auto x) { return std::exp(x); }, 16));
  rows.push_back(analytic("expm1", expm1, -2, 2, [](auto x) { return std::exp(x) - 1.0; }, 16));
  rows.push_back(analytic("log", log, 0.2, 4, [](auto x) { return std::log(x); }));
  rows.push_back(analytic("log1p", log1p, -0.8, 3, [](auto x) { return std::log(x + 1.0); }));
  rows.push_back(analytic("sqrt", sqrt, 0.2, 4, [](auto x) { return std::sqrt(x); }));
  rows.push_back(analytic("rsqrt", rsqrt, 0.2, 4, [](auto x) { return 1.0 / std::sqrt(x); }));
  rows.push_back(real("cbrt", cbrt, 0.2, 4, std::cbrt));
  rows.push_back(real("cbrt of negative", cbrt, -4, -0.2, std::cbrt));
  rows.push_back(analytic("sin", sin, -3, 3, [](auto x) { return std::sin(x); }, 32));
  rows.push_back(analytic("cos", cos, -3, 3, [](auto x) { return std::cos(x); }, 32));
  rows.push_back(analytic("tan", tan, -1, 1, [](auto x) { return std::tan(x); }, 16));
  rows.push_back(analytic("tanh", tanh, -1, 1, [](auto x) { return std::tanh(x); }, 16));
  rows.push_back(analytic("logistic", logistic, -2, 2, [](auto x) { return 1.0 / (1.0 + std::exp(-x)); }, 16));
  rows.push_back(real("erf", erf, -2, 2, std::erf));
}

void add_steps(std::vector<Row>& rows) {
  const auto input = [] { return Input{3, 4}.between(-4, 4).avoiding({-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4}); };
  rows.push_back(Row("floor", {input()}, {3, 4}, floor).at_any_shape().on(kPlainFloats).is(floats(map([](double x) { return std::floor(x); }))));
  rows.push_back(Row("ceil", {input()}, {3, 4}, ceil).at_any_shape().on(kPlainFloats).is(floats(map([](double x) { return std::ceil(x); }))));
  rows.push_back(Row("round_nearest_afz", {input()}, {3, 4}, round_nearest_afz).at_any_shape().on(kPlainFloats).is(floats(map([](double x) { return std::round(x); }))));
  rows.push_back(Row("round_nearest_even", {input()}, {3, 4}, round_nearest_even).at_any_shape().on(kPlainFloats).is(floats(map([](double x) { return std::nearbyint(x); }))));
  rows.push_back(Row("round_nearest_afz of halves", {vector({-1.5, -0.5, 0.5, 1.5, 2.5})}, {5}, round_nearest_afz).in(kPlainFloats).order(0)
                     .is(floats(map([](double x) { return std::round(x); }))));
  rows.push_back(Row("round_nearest_even of halves", {vector({-1.5, -0.5, 0.5, 1.5, 2.5})}, {5}, round_nearest_even).in(kPlainFloats).order(0)
                     .is(floats(map([](double x) { return std::nearbyint(x); }))));
  rows.push_back(Row("is_finite", {vector({1, HUGE_VAL, -HUGE_VAL, std::nan(""), 0})}, {5}, is_finite).on(kPlainFloats).to(kI1)
                     .is(floats(map([](double x) { return std::isfinite(x) ? 1.0 : 0.0; }))));
}

void add_bits(std::vector<Row>& rows) {
  rows.push_back(Row("logical_not", {{8}}, {8}, logical_not).on(kBoolean + kIntegers).order(0)
                     .is(integers(map([](std::int64_t a, DType d) { return is_bool(d) ? 1 - a : ~a; }))));
  rows.push_back(Row("bitwise_not", {{8}}, {8}, bitwise_not).on(kBoolean + kIntegers).order(0)
                     .is(integers(map([](std::int64_t a, DType d) { return is_bool(d) ? 1 - a : ~a; }))));
  const auto bare = [](std::int64_t a, DType d) { return static_cast<std::uint64_t>(a) << (64 - bits(d)) >> (64 - bits(d)); };
  rows.push_back(Row("count_leading_zeros", {Input{8}.between(-100, 100)}, {8}, count_leading_zeros).on(kIntegers).order(0)
                     .is(integers(map([bare](std::int64_t a, DType d) { return std::int64_t{std::countl_zero(bare(a, d))} - (64 - bits(d)); }))));
  rows.push_back(Row("popcnt", {Input{8}.between(-100, 100)}, {8}, popcnt).on(from_bits(8, kIntegers)).order(0)
                     .is(integers(map([bare](std::int64_t a, DType d) { return std::int64_t{std::popcount(bare(a, d))}; }))));
}

void add_edges(std::vector<Row>& rows) {
  const double inf = HUGE_VAL, nan = std::nan("");
  rows.push_back(Row("abs at zero", {vector({-1, 0, 1})}, {3}, abs).gradients({{-1, 1, 1}}));
  rows.push_back(Row("sign at zero", {vector({-1, 0, 1})}, {3}, sign).gradients({{0, 0, 0}}).is(floats(map([](double x) { return double((x > 0) - (x < 0)); }))));
  const auto specials = [&](std::string name, UnaryFn f, double (*reference)(double)) {
    rows.push_back(Row(name + " of inf and NaN", {vector({inf, -inf, nan, 0})}, {4}, f).in(kPlainFloats).order(0).is(floats(map(reference))));
  };
  specials("exp", exp, std::exp);
  specials("log", log, std::log);
  specials("tanh", tanh, std::tanh);
  specials("sqrt", sqrt, std::sqrt);
  specials("abs", abs, std::abs);
  specials("expm1", expm1, std::expm1);
  specials("erf", erf, std::erf);
  rows.push_back(Row("expm1 near 0", {vector({1e-6, -1e-6, 0})}, {3}, [](Value x) { return expm1(x) * 1e6; }).order(0)
                     .is(floats(map([](double x) { return std::expm1(x) * 1e6; }))));
  rows.push_back(Row("log1p near 0", {vector({1e-6, -1e-6, 0})}, {3}, [](Value x) { return log1p(x) * 1e6; }).order(0)
                     .is(floats(map([](double x) { return std::log1p(x) * 1e6; }))));
  rows.push_back(Row("logistic of large", {vector({100, -100})}, {2}, logistic).order(0).is(floats(map([](double x) { return x > 0 ? 1.0 : 0.0; }))));
  rows.push_back(Row("empty", {{0, 3}}, {0, 3}, tanh).is(floats(map([](double x) { return x; }))));
  rows.push_back(Row("scalar", {{}}, {}, tanh).terms(16).is(floats(map([](double x) { return std::tanh(x); }))));
}

}  // namespace

Family unary_rows() {
  Family family{.name = "unary", .rows = {}};
  add_arithmetic(family.rows);
  add_functions(family.rows);
  add_steps(family.rows);
  add_bits(family.rows);
  add_edges(family.rows);
  return family;
}

}  // namespace hilo::test
