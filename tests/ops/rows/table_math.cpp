// Rows of hilo/ops/math.h: more elementwise functions.
#include "hilo/ops/math.h"

#include <cmath>
#include <numbers>

#include "hilo/ops/binary.h"
#include "tests/ops/rows/drawn.h"

namespace hilo::test {
namespace {

using UnaryFn = Value (*)(Operand);

template <class F>
Row analytic(std::string name, UnaryFn f, double low, double high, F reference, double terms = 16) {
  return Row(std::move(name), {Input{3, 4}.between(low, high)}, {3, 4}, f).on(kPlainFloats + kComplexNumbers).terms(terms).at_any_shape()
      .is(floats_and_complexes(map(reference)));
}
Row real(std::string name, UnaryFn f, double low, double high, double (*reference)(double), double terms = 16) {
  return Row(std::move(name), {Input{3, 4}.between(low, high)}, {3, 4}, f).on(kPlainFloats).terms(terms).at_any_shape().is(floats(map(reference)));
}

double inverse_erf(double y) {  // bisection
  double low = -6, high = 6;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (std::erf(middle) < y ? low : high) = middle;
  }
  return low;
}

// Derivative number n of digamma: recurrence up to a large x, then the asymptotic series.
double polygamma_of(double order, double x) {
  const int n = static_cast<int>(order);
  const double sign = n % 2 == 0 ? -1 : 1, bernoulli[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6};
  double total = 0;
  for (; x < 20; x += 1) total += n == 0 ? -1 / x : sign * std::tgamma(n + 1) / std::pow(x, n + 1);
  total += n == 0 ? std::log(x) - 1 / (2 * x) : sign * (std::tgamma(n) / std::pow(x, n) + std::tgamma(n + 1) / (2 * std::pow(x, n + 1)));
  for (int k = 1; k <= 7; ++k) {
    const double b = bernoulli[k - 1];
    total += n == 0 ? -b / (2 * k * std::pow(x, 2 * k))
                    : sign * b * std::tgamma(2 * k + n) / (std::tgamma(2 * k + 1) * std::pow(x, 2 * k + n));
  }
  return total;
}

void add_inverses(std::vector<Row>& rows) {
  rows.push_back(analytic("asin", asin, -0.8, 0.8, [](auto x) { return std::asin(x); }));
  rows.push_back(analytic("acos", acos, -0.8, 0.8, [](auto x) { return std::acos(x); }));
  rows.push_back(analytic("atan", atan, -0.8, 0.8, [](auto x) { return std::atan(x); }));
  rows.push_back(analytic("asinh", asinh, -2, 2, [](auto x) { return std::asinh(x); }));
  rows.push_back(analytic("acosh", acosh, 1.2, 4, [](auto x) { return std::acosh(x); }));
  rows.push_back(Row("atan of a matrix", {{8, 8}}, {8, 8}, atan).order(1).terms(16).is(floats(map([](double x) { return std::atan(x); }))));
  rows.push_back(analytic("atanh", atanh, -0.8, 0.8, [](auto x) { return std::atanh(x); }));
  rows.push_back(analytic("sinh", sinh, -2, 2, [](auto x) { return std::sinh(x); }));
  rows.push_back(analytic("cosh", cosh, -2, 2, [](auto x) { return std::cosh(x); }));
  rows.push_back(real("erfc", erfc, -2, 2, std::erfc));
  rows.push_back(real("erfc of large", erfc, 2, 5, std::erfc));
  rows.push_back(real("erf_inv", erf_inv, -0.9, 0.9, inverse_erf, 64));
  rows.push_back(real("lgamma", lgamma, 0.3, 6, std::lgamma, 64));
  rows.push_back(real("lgamma of negative", lgamma, -2.9, -2.1, std::lgamma, 64).order(1));
  rows.push_back(real("digamma", digamma, 0.5, 6, [](double x) { return polygamma_of(0, x); }, 64));
  rows.push_back(Row("polygamma", {vector({0, 1, 1, 2, 3}).constant(), Input{5}.between(0.7, 4)}, {5}, polygamma).on(kPlainFloats).terms(256)
                     .is(floats(map(polygamma_of))));
}

void add_formulas(std::vector<Row>& rows) {
  rows.push_back(Row("square", {{2, 3}}, {2, 3}, square).on(kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers).is(numbers(map([](auto x) { return x * x; }))));
  rows.push_back(Row("reciprocal", {Input{2, 3}.between(1, 3)}, {2, 3}, reciprocal).in(kSmallFloats + kPlainFloats + kComplexNumbers)
                     .is(floats_and_complexes(map([](auto x) { return 1.0 / x; }))));
  rows.push_back(analytic("exp2", exp2, -2, 2, [](auto x) { return std::pow(decltype(x)(2), x); }));
  rows.push_back(analytic("log2", log2, 0.2, 4, [](auto x) { return std::log(x) / std::numbers::ln2; }));
  rows.push_back(analytic("log10", log10, 0.2, 4, [](auto x) { return std::log(x) / std::numbers::ln10; }));
  rows.push_back(analytic("logit", logit, 0.1, 0.9, [](auto x) { return std::log(x / (1.0 - x)); }, 32));
  rows.push_back(Row("sinc", {Input{3, 4}.between(-2, 2).avoiding({0})}, {3, 4}, sinc).on(kPlainFloats + kComplexNumbers).terms(64)
                     .is(floats_and_complexes(map([](auto x) { return std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }))));
  rows.push_back(Row("hypot", {Input{3, 4}.multiples_of(0.25, 0.0625), Input{4}.multiples_of(0.25, 0.125)}, {3, 4}, hypot).at_any_shape().on(kPlainFloats).terms(16).is(floats(map([](double a, double b) { return std::hypot(a, b); }))));
  rows.push_back(Row("logaddexp", {{3, 4}, {4}}, {3, 4}, logaddexp).at_any_shape().on(kPlainFloats).terms(16)
                     .is(floats(map([](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }))));
  rows.push_back(Row("xlogy", {{3, 4}, Input{4}.between(0.2, 4)}, {3, 4}, xlogy).at_any_shape().on(kPlainFloats).terms(16)
                     .is(floats(map([](double a, double b) { return a * std::log(b); }))));
}

void add_edges(std::vector<Row>& rows) {
  const double inf = HUGE_VAL;
  rows.push_back(Row("sinc at zero", {vector({0, 1})}, {2}, sinc).gradients({{0, -1}}).terms(16).is(floats(map([](double x) { return x == 0 ? 1.0 : 0.0; }))));
  rows.push_back(Row("hypot at zero", {vector({0}), vector({0})}, {1}, hypot).gradients({{0.5}, {0.5}}).is(floats(map([](double, double) { return 0.0; }))));
  rows.push_back(Row("hypot of large", {vector({3e30, inf, 0}), vector({4e30, 1, 2})}, {3}, hypot).order(0).terms(16)
                     .is(floats(map([](double a, double b) { return std::hypot(a, b); }))));
  rows.push_back(Row("logaddexp of infinities", {vector({-inf, -inf, inf, 1000}), vector({-inf, 1, inf, 1000})}, {4}, logaddexp).order(0).terms(16)
                     .is(floats(map([](double a, double b) { return a == b ? a + (std::isinf(a) ? 0 : std::log(2)) : std::max(a, b); }))));
  rows.push_back(Row("xlogy at zero", {vector({0, 0, 2}), vector({0, 3, 1})}, {3}, xlogy).gradients({{-HUGE_VAL, std::log(3.0), 0}, {NAN, 0, 2}})
                     .is(floats(map([](double, double) { return 0.0; }))));
  rows.push_back(Row("erf_inv at the ends", {vector({1, -1, 0})}, {3}, erf_inv).order(0).is(floats(map([inf](double x) { return x == 0 ? 0 : x * inf; }))));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"polygamma", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     return Row({Input(draw.broadcasting(dims)).between(0, 3).multiples_of(1).constant(), Input(dims).between(0.7, 4)},
                                [](Value n, Value x) { return polygamma(n, x); });
                   }});
}

}  // namespace

Family math_rows() {
  Family family{.name = "math", .rows = {}};
  add_inverses(family.rows);
  add_formulas(family.rows);
  add_edges(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
