// Rows of the special functions: bessel.h, elementwise.h, entropy.h, gamma_function.h, incomplete_beta.h,
// incomplete_gamma.h, normal_distribution.h. Values are compared with JAX's in special_test.cpp; here also with C++'s.
#include <cmath>
#include <numbers>

#include "hilo/ops/bessel.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/elementwise.h"
#include "hilo/ops/entropy.h"
#include "hilo/ops/gamma_function.h"
#include "hilo/ops/incomplete_beta.h"
#include "hilo/ops/incomplete_gamma.h"
#include "hilo/ops/normal_distribution.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

using UnaryFn = Value (*)(Operand);
using BinaryFn = Value (*)(Operand, Operand);

Row one(std::string name, UnaryFn f, double low, double high, double (*reference)(double), double terms = 64) {
  return Row(std::move(name), {Input{2, 3}.between(low, high)}, {2, 3}, f).on(kPlainFloats).terms(terms).is(floats(map(reference)));
}

// Two operands that broadcast.
template <class F>
Row two(std::string name, BinaryFn f, const Input& a, const Input& b, F reference, double terms = 64) {
  return Row(std::move(name), {a, b}, {2, 3}, f).on(kPlainFloats).terms(terms).is(floats(map(reference)));
}

double normal(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// By Simpson's rule over t^(1/16), which takes the edge off at 0.
template <class F>
double integral(F f, double to) {
  constexpr int kSteps = 60000, kPower = 16;
  const double end = std::pow(to, 1.0 / kPower), h = end / kSteps;
  const auto g = [&](double t) { return t == 0 ? 0 : kPower * std::pow(t, kPower - 1) * f(std::pow(t, kPower)); };
  double total = g(0) + g(end);
  for (int i = 1; i < kSteps; ++i) total += g(i * h) * (i % 2 == 1 ? 4 : 2);
  return total * h / 3;
}
double lower_gamma(double a, double x) {
  return integral([a](double t) { return std::pow(t, a - 1) * std::exp(-t); }, x) / std::tgamma(a);
}
double lower_beta(double a, double b, double x) {
  return integral([=](double t) { return std::pow(t, a - 1) * std::pow(1 - t, b - 1); }, x) * std::tgamma(a + b) / (std::tgamma(a) * std::tgamma(b));
}

void add_bessel(std::vector<Row>& rows) {
  const auto i0 = [](double x) { return std::cyl_bessel_i(0, std::abs(x)); };
  const auto i1 = [](double x) { return std::copysign(std::cyl_bessel_i(1, std::abs(x)), x); };
  static const auto& f0 = *new auto(i0);
  static const auto& f1 = *new auto(i1);
  rows.push_back(one("bessel_i0", bessel_i0, -4, 4, [](double x) { return f0(x); }).at_any_shape());
  rows.push_back(one("bessel_i1", bessel_i1, -4, 4, [](double x) { return f1(x); }).at_any_shape());
  rows.push_back(one("bessel_i0e", bessel_i0e, -4, 4, [](double x) { return f0(x) * std::exp(-std::abs(x)); }).at_any_shape());
  rows.push_back(one("bessel_i1e", bessel_i1e, -4, 4, [](double x) { return f1(x) * std::exp(-std::abs(x)); }).at_any_shape());
  rows.push_back(one("bessel_i0e of large", bessel_i0e, 8.5, 12, [](double x) { return f0(x) * std::exp(-x); }));
  rows.push_back(Row("bessel_i1 at zero", {vector({0})}, {1}, bessel_i1).gradients({{0.5}}).is(floats(map(f1))));
  rows.push_back(Row("bessel_i0 at zero", {vector({0})}, {1}, bessel_i0).gradients({{0}}).is(floats(map(f0))));
  rows.push_back(Row("bessel_i0 of nothing", {{0, 2}}, {0, 2}, bessel_i0));
}

void add_gamma(std::vector<Row>& rows) {
  const Input a = Input{2, 3}.between(1.2, 4), b = Input{3}.between(0.5, 3);
  rows.push_back(one("gammaln", gammaln, 0.3, 6, std::lgamma));
  rows.push_back(one("gamma", gamma, 0.3, 4, std::tgamma, 128));
  rows.push_back(one("gamma of negative", gamma, -2.8, -2.2, std::tgamma, 128));
  rows.push_back(one("gammasgn", gammasgn, -2.8, -2.2, [](double) { return -1.0; }));
  rows.push_back(one("factorial", factorial, 0.2, 3, [](double x) { return std::tgamma(x + 1); }, 128));
  rows.push_back(two("betaln", betaln, a, b, [](double x, double y) { return std::lgamma(x) + std::lgamma(y) - std::lgamma(x + y); }));
  rows.push_back(two("betaln of large", betaln, Input{2, 3}.between(9, 12), b, [](double x, double y) { return std::lgamma(x) + std::lgamma(y) - std::lgamma(x + y); }, 256));
  rows.push_back(two("beta", beta, a, b, [](double x, double y) { return std::tgamma(x) * std::tgamma(y) / std::tgamma(x + y); }, 128));
  rows.push_back(two("comb", comb, Input{2, 3}.between(4, 6), b, [](double n, double k) { return std::tgamma(n + 1) / (std::tgamma(k + 1) * std::tgamma(n - k + 1)); }, 128));
  rows.push_back(one("multigammaln", [](Operand x) { return multigammaln(x, 2); }, 1.2, 4, [](double x) { return std::lgamma(x) + std::lgamma(x - 0.5) + 0.5 * std::log(std::numbers::pi); }));
  rows.push_back(two("zeta", zeta, Input{2, 3}.between(2.5, 4), b, [](double s, double q) {
    const double end = q + 1000;  // Euler and Maclaurin
    double total = std::pow(end, 1 - s) / (s - 1) + (0.5 + s / 12 / end) * std::pow(end, -s);
    for (int k = 999; k >= 0; --k) total += std::pow(q + k, -s);
    return total;
  }, 256));
}

void add_integrals(std::vector<Row>& rows) {
  const Input a = Input{2, 3}.between(0.6, 3), near = Input{3}.between(0.1, 0.9), far = Input{3}.between(3.5, 6);
  const auto lower = [](double s, double x) { return lower_gamma(s, x); };
  const auto upper = [](double s, double x) { return 1 - lower_gamma(s, x); };
  rows.push_back(two("igamma", igamma, a, near, lower, 256));
  rows.push_back(two("igamma of large", igamma, a, far, lower, 256).order(1));
  rows.push_back(two("igammac", igammac, a, near, upper, 256).order(1));
  rows.push_back(two("igammac of large", igammac, a, far, upper, 256));
  for (const Input& x : {near, far}) {
    const std::string where = x.high < 1 ? "" : " of large";
    rows.push_back(Row("igamma_grad_a" + where, {a, x}, {2, 3}, igamma_grad_a).on(kPlainFloats).terms(256).order(1));
    rows.push_back(Row("random_gamma_grad" + where, {a, x}, {2, 3}, random_gamma_grad).on(kPlainFloats).terms(256).order(1));
  }
  rows.push_back(Row("igamma at zero", {vector({0.5, 1, 3}), vector({0, 0, 0})}, {3}, igamma).gradients({{0, 0, 0}, {HUGE_VAL, 1, 0}})
                     .is(floats(map([](double, double) { return 0.0; }))));
  rows.push_back(Row("betainc", {a, Input{3}.between(0.7, 2.5), Input{2, 1}.between(0.15, 0.85)}, {2, 3}, betainc).on(kPlainFloats).terms(512)
                     .is(floats(map([](double s, double t, double x) { return lower_beta(s, t, x); }))));
  rows.push_back(Row("betainc at the ends", {vector({2, 2}), vector({1, 1}), vector({0, 1})}, {2}, betainc).gradients({{0, 0}, {0, 0}, {0, 2}})
                     .is(floats(map([](double, double, double x) { return x; }))));
}

void add_probabilities(std::vector<Row>& rows) {
  rows.push_back(one("ndtr", ndtr, -3, 3, normal));
  rows.push_back(one("log_ndtr", log_ndtr, -3, 3, [](double x) { return std::log(normal(x)); }));
  rows.push_back(one("log_ndtr of large", log_ndtr, 8.5, 9, [](double x) { return std::log1p(-normal(-x)); }));
  rows.push_back(one("log_ndtr of negative", log_ndtr, -22, -20.5, [](double x) { return std::log(normal(x)); }, 256));
  rows.push_back(one("ndtri", ndtri, 0.02, 0.98, [](double p) {
    double low = -6, high = 6;
    for (int i = 0; i < 200; ++i) (normal((low + high) / 2) < p ? low : high) = (low + high) / 2;
    return low;
  }, 128));
  rows.push_back(Row("ndtri of small", {Input{4}.between(1e-4, 1e-2)}, {4}, [](Value p) { return ndtri(p * p); }).order(0).terms(256)
                     .is(floats([](const Tensors<double>& in) {
                       Tensor<double> y = in[0];
                       for (double& p : y.data) {
                         double low = -9, high = 0;
                         for (int i = 0; i < 200; ++i) (normal((low + high) / 2) < p * p ? low : high) = (low + high) / 2;
                         p = low;
                       }
                       return y;
                     })));
  const Input p = Input{2, 3}.between(0.2, 3), q = Input{3}.between(0.2, 3);
  rows.push_back(one("entr", entr, 0.1, 3, [](double x) { return -x * std::log(x); }));
  rows.push_back(two("rel_entr", rel_entr, p, q, [](double x, double y) { return x * std::log(x / y); }));
  rows.push_back(two("kl_div", kl_div, p, q, [](double x, double y) { return x * std::log(x / y) - x + y; }));
  rows.push_back(two("xlog1py", xlog1py, p, q, [](double x, double y) { return x * std::log1p(y); }));
  rows.push_back(Row("entr at zero", {vector({0, -1})}, {2}, entr).gradients({{HUGE_VAL, 0}}).is(floats(map([](double x) { return x < 0 ? -HUGE_VAL : 0; }))));
  rows.push_back(Row("xlog1py at zero", {vector({0, 0, 2}), vector({-1, 3, 0})}, {3}, xlog1py).gradients({{-HUGE_VAL, std::log(4.0), 0}, {NAN, 0, 2}}).terms(16)
                     .is(floats(map([](double, double) { return 0.0; }))));
}

// A loop of as many rounds as the element needs: sqrt(a + x) by Newton.
Value newton(In p) {
  const Value c = p[0] + p[1];
  return while_loop({c, ones_like(c)}, [&](In s) { return std::vector{any(abs(s[0] - s[1]) > 1e-14)}; },
                    [&](In s) { return std::vector{0.5 * (s[0] + c / s[0]), s[0]}; })[0];
}
void add_loops(std::vector<Row>& rows) {
  rows.push_back(Row("elementwise with a loop", {Input{2, 3}.between(1, 3), Input{3}.between(0, 2)}, {2, 3}, [](Value a, Value x) {
    return elementwise({a, x}, [](In p) { return std::vector{newton(p)}; });
  }).in({kF64}).at_any_shape().terms(16).is(floats(map([](double a, double x) { return std::sqrt(a + x); }))));
  rows.push_back(Row("elementwise of integers", {Input{2}.as(kI32), Input{2}.as(kI32)}, {2}, [](Value a, Value x) {
    return elementwise({a, x}, [](In p) { return std::vector{p[0] * p[1]}; });
  }).to(kI32).in({kF32}).order(0).is(numbers(map([](auto a, auto x) { return a * x; }))));
}

// Once in all operands; twice in x, the last: JAX has no more of them either, and what is twice in the others is long.
void add_drawn(std::vector<Drawn>& drawn) {
  const auto twice_in_x = [&](const std::string& name, std::vector<Input> ranges, const auto& f) {
    for (const bool is_twice : {false, true}) {
      drawn.push_back({name + (is_twice ? " in x" : ""), [=](Draw& draw) {
                         std::vector<Input> inputs = ranges;
                         const Dims dims = draw.dims();
                         for (Input& input : inputs) {
                           input.dims = draw.broadcasting(dims);
                           input.is_constant = is_twice;
                         }
                         inputs.back().dims = dims, inputs.back().is_constant = false;
                         return Row(inputs, f).order(is_twice ? 2 : 1);
                       }});
    }
  };
  const Input a = Input().between(0.6, 3), b = Input().between(0.7, 2.5), near = Input().between(0.1, 0.9);
  twice_in_x("zeta", {Input().between(2.5, 4), Input().between(0.5, 3)}, BinaryFn(zeta));
  twice_in_x("igamma", {a, near}, BinaryFn(igamma));
  twice_in_x("igammac", {a, near}, BinaryFn(igammac));
  twice_in_x("betainc", {a, b, Input().between(0.15, 0.85)}, betainc);
}

}  // namespace

Family special_rows() {
  Family family{.name = "special", .rows = {}};
  add_bessel(family.rows);
  add_gamma(family.rows);
  add_integrals(family.rows);
  add_probabilities(family.rows);
  add_loops(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
