// Rows of random_choice.h, random_continuous.h, random_counts.h and random_gamma.h: every function runs in every dtype and
// under vmap, keeps to its range, and has the gradients that it says. Distributions are tested in distributions_test.cpp.
#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/random_choice.h"
#include "hilo/ops/random_continuous.h"
#include "hilo/ops/random_counts.h"
#include "hilo/ops/random_gamma.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/incomplete_gamma.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

Input key() { return Input{2}.as(kU64).between(0, 1e6); }

Reference always() {
  return numbers([]<class T>(const Tensors<T>&) { return Tensor<T>{{}, {T(1)}}; });
}

// The first operand gives the dtype; the result says whether all numbers lie where they must.
template <class F>
Row within(std::string name, F f, bool is_float_only = true) {
  Row row(std::move(name), {{}, key()}, {}, [f](Value x, Value k) { return all(f(Shape{x.dtype(), {32}}, k)); });
  row.to(kI1).on(kPlainFloats).order(0).is(always());
  row.is_exact = is_float_only;
  return row;
}

void add_continuous(std::vector<Row>& rows) {
  rows.push_back(within("laplace", [](Shape s, Value k) { return abs(laplace(k, s)) < 30; }));
  rows.push_back(within("random_logistic", [](Shape s, Value k) { return abs(random_logistic(k, s)) < 30; }));
  rows.push_back(within("cauchy", [](Shape s, Value k) { return is_finite(cauchy(k, s)); }));
  rows.push_back(within("lognormal", [](Shape s, Value k) { return lognormal(k, s) > 0; }));
  rows.push_back(within("pareto", [](Shape s, Value k) { return pareto(k, s, 2.0) >= 1; }));
  rows.push_back(within("rayleigh", [](Shape s, Value k) { return rayleigh(k, s) >= 0; }));
  rows.push_back(within("weibull_min", [](Shape s, Value k) { return weibull_min(k, s, 2.0, 1.5) >= 0; }));
  rows.push_back(within("maxwell", [](Shape s, Value k) { return maxwell(k, s) >= 0; }));
  rows.push_back(within("double_sided_maxwell", [](Shape s, Value k) { return abs(double_sided_maxwell(k, s, 1.0, 2.0)) < 30; }));
  rows.push_back(within("triangular", [](Shape s, Value k) { const Value x = triangular(k, s, 1, 2, 5); return (x >= 1) & (x <= 5); }));
  rows.push_back(within("wald", [](Shape s, Value k) { return wald(k, s, 1.5) > 0; }));
  const Input p = Input{3}.between(1, 3);
  const auto smooth = [&](std::string name, Value (*f)(Value, Shape, Value)) {
    rows.push_back(Row(name + " of a Value", {p, key()}, {2, 3}, [f](Value a, Value k) { return f(k, {a.dtype(), {2, 3}}, a); }).in({kF64}).terms(64));
  };
  smooth("lognormal", [](Value k, Shape s, Value a) { return lognormal(k, s, a); });
  smooth("pareto", [](Value k, Shape s, Value a) { return pareto(k, s, a); });
  smooth("rayleigh", [](Value k, Shape s, Value a) { return rayleigh(k, s, a); });
  smooth("weibull_min", [](Value k, Shape s, Value a) { return weibull_min(k, s, a, a); });
  smooth("double_sided_maxwell", [](Value k, Shape s, Value a) { return double_sided_maxwell(k, s, a, a); });
  smooth("triangular", [](Value k, Shape s, Value a) { return triangular(k, s, 0, a, 4); });
  smooth("wald", [](Value k, Shape s, Value a) { return wald(k, s, a); });
  for (DType d : from_bits(8, kSignedIntegers) + kPlainFloats) {
    rows.push_back(Row("rademacher of " + std::string(name(d)), {key()}, {}, [d](Value k) {
      const Value x = rademacher(k, {d, {64}});
      return all(equal(x, 1) | equal(x, -1)) & any(equal(x, 1)) & any(equal(x, -1));
    }).to(kI1).in({kF32}).order(0).is(always()));
  }
}

void add_gamma(std::vector<Row>& rows) {
  rows.push_back(within("random_gamma", [](Shape s, Value k) { return random_gamma(k, s, 0.5) >= 0; }));
  rows.push_back(within("random_loggamma", [](Shape s, Value k) { return is_finite(random_loggamma(k, s, 0.01)); }));
  rows.push_back(within("random_beta", [](Shape s, Value k) { const Value x = random_beta(k, s, 2, 3); return (x >= 0) & (x <= 1); }));
  rows.push_back(within("dirichlet", [](Shape s, Value k) { const Value x = dirichlet(k, s, 0.5); return (x >= 0) & (abs(sum(x) - 1) < 0.05); }));
  rows.push_back(within("chisquare", [](Shape s, Value k) { return chisquare(k, s, 3) >= 0; }));
  rows.push_back(within("student_t", [](Shape s, Value k) { return is_finite(student_t(k, s, 3)); }));
  rows.push_back(within("fisher_f", [](Shape s, Value k) { return fisher_f(k, s, 3, 5) >= 0; }));
  rows.push_back(within("generalized_normal", [](Shape s, Value k) { return abs(generalized_normal(k, s, 1.5)) < 30; }));
  rows.push_back(within("ball", [](Shape s, Value k) { return sum(abs(ball(k, s, 1).as(kF32))) < 1.05; }));
  rows.push_back(Row("random_gamma of negative", {Input{2}.of({-1, 0}), key()}, {2}, [](Value a, Value k) { return random_gamma(k, a.shape(), a); }).order(0)
                     .is(floats(map([](double a, double) { return a < 0 ? std::nan("") : 0.0; }))));
  // A number of the gamma distribution may jump where one more or less is rejected: nothing of that is in the gradient, so
  // differences say nothing; distributions_test.cpp compares it with the formula.
  const Input a = Input{3}.between(0.4, 3);
  rows.push_back(Row("random_gamma of a Value", {a, key()}, {2, 3}, [](Value x, Value k) { return random_gamma(k, {x.dtype(), {2, 3}}, x); }).order(0).terms(64));
  rows.push_back(Row("random_loggamma of a Value", {a, key()}, {2, 3}, [](Value x, Value k) { return random_loggamma(k, {x.dtype(), {2, 3}}, x); }).order(0).terms(64));
}

void add_counts(std::vector<Row>& rows) {
  rows.push_back(within("geometric", [](Shape s, Value k) { return geometric(k, s, 0.3) >= 1; }, false));
  rows.push_back(within("poisson", [](Shape s, Value k) { return poisson(k, s, 4) >= 0; }, false));
  rows.push_back(within("binomial", [](Shape s, Value k) { const Value x = binomial(k, s, 40, 0.5); return (x >= 0) & (x <= 40); }, false));
  rows.push_back(within("multinomial", [](Shape s, Value k) { const Value x = multinomial(k, s, 50, 0.5); return (x >= 0) & equal(sum(x), 50); }, false));
  for (DType d : {kI8, kI32, kI64, kU16}) {
    const std::string of = " of " + std::string(name(d));
    const Input p = Input{4}.of({0.2, 1, 0, -1}).constant();
    const bool has_minus = !is_unsigned(d);
    rows.push_back(Row("geometric" + of, {p, key()}, {4}, [d](Value x, Value k) { return minimum(geometric(k, {d, {4}}, x), 2); }).to(d).in({kF32}).order(0).unpredictable());
    rows.push_back(Row("poisson" + of, {Input{4}.of({0, 0, std::nan(""), -1}), key()}, {4}, [d](Value x, Value k) { return poisson(k, {d, {4}}, x); }).to(d).in({kF32, kF64}).order(0)
                       .is(floats([has_minus](const Tensors<double>& in) { return Tensor<double>{in[0].dims, {0, 0, has_minus ? -1.0 : 0.0, has_minus ? -1.0 : 0.0}}; })));
    rows.push_back(Row("binomial" + of, {Input{5}.of({0, 1, 0.5, 2, 1}), Input{5}.of({9, 9, 0, 9, 120}), key()}, {5}, [d](Value x, Value n, Value k) { return binomial(k, {d, {5}}, n, x); })
                       .to(d).in({kF32, kF64}).order(0).is(floats([has_minus](const Tensors<double>& in) { return Tensor<double>{in[0].dims, {0, 9, 0, has_minus ? -1.0 : 0.0, 120}}; })));
  }
  rows.push_back(Row("multinomial of Values", {Input{2, 1, 3}.between(0.1, 1), Input{4}.of({10, 20, 0, 7}).as(kI32), key()}, {2, 4}, [](Value p, Value n, Value k) {
    return sum(multinomial(k, {kI32, {2, 4, 3}}, n, p), {-1});
  }).to(kI32).order(0).is(floats([](const Tensors<double>&) { return Tensor<double>{{2, 4}, {10, 20, 0, 7, 10, 20, 0, 7}}; })));
}

void add_choices(std::vector<Row>& rows) {
  rows.push_back(Row("choice", {{4, 3}, key()}, {2, 4, 3}, [](Value x, Value k) { return choice(k, x, {2, 4}); }));
  rows.push_back(Row("choice along 1", {{4, 3}, key()}, {4, 5}, [](Value x, Value k) { return choice(k, x, {5}, {.axis = 1}); }));
  rows.push_back(Row("choice without replacement", {Input{5}.of({3, 1, 4, 0, 2}), key()}, {5}, [](Value x, Value k) { return sort(choice(k, x, {5}, {.replaces = false})); })
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{5}, {0, 1, 2, 3, 4}}; })));
  rows.push_back(Row("choice of a count", {key()}, {2, 3}, [](Value k) { return choice(k, 7, {2, 3}); }).to(kI32).in({kF32}).order(0));
  rows.push_back(Row("choice of one", {key()}, {2}, [](Value k) { return choice(k, 1, {2}, {.p = ones(f32({1}))}); }).to(kI32).in({kF32}).order(0).is(numbers([]<class T>(const Tensors<T>&) { return Tensor<T>{{2}, {T(0), T(0)}}; })));
  rows.push_back(Row("choice of none", {key()}, {0}, [](Value k) { return choice(k, 0, {0}); }).to(kI32).in({kF32}).order(0));
  rows.push_back(Row("choice with weights", {Input{5}.of({0, 2, 0, 3, 0}), key()}, {}, [](Value p, Value k) { const Value i = choice(k, 5, {64}, {.p = p}); return all(equal(i, 1) | equal(i, 3)); }).to(kI1).in(kPlainFloats).order(0).is(always()));
  rows.push_back(Row("choice with weights without replacement", {Input{5}.of({0, 2, 0, 3, 0}), key()}, {2}, [](Value p, Value k) { return sort(choice(k, 5, {2}, {.replaces = false, .p = p})); }).to(kI32).in(kPlainFloats).order(0)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{2}, {1, 3}}; })));
  rows.push_back(Row("multivariate_normal", {{3}, Input{3, 3}.between(-1, 1), key()}, {2, 3}, [](Value m, Value x, Value k) {
    return multivariate_normal(k, {m.dtype(), {2, 3}}, m, matmul(x, transpose(x)) + 2 * equal(iota(i32({3, 3}), 0), iota(i32({3, 3}), 1)).as(x.dtype()));
  }).in({kF64}).terms(64));
}

// Numbers of the gamma distribution jump where one more is rejected: differences say nothing. But as they move, their
// probability stays the same, which is what the gradient is defined by.
void add_drawn(std::vector<Drawn>& drawn) {
  for (const bool is_log : {false, true}) {
    drawn.push_back({is_log ? "hilo.loggamma_sample" : "hilo.gamma_sample", [is_log](Draw& draw) {
                       return Row({Input(draw.dims()).between(0.6, 3), key()}, [is_log](Value a, Value k) {
                         const Value x = is_log ? exp(random_loggamma(k, a.shape(), a)) : random_gamma(k, a.shape(), a);
                         return igamma(a, x);
                       }).in({kF64, kF32}).order(1).derivative_of([](Value a, Value) { return zeros_like(a); });
                     }});
  }
}

}  // namespace

Family distribution_rows() {
  Family family{.name = "distributions", .rows = {}};
  add_continuous(family.rows);
  add_gamma(family.rows);
  add_counts(family.rows);
  add_choices(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
