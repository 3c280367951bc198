// The distributions of random_choice.h, random_continuous.h, random_counts.h and random_gamma.h, against what the
// mathematics says of them.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/random.h"
#include "hilo/ops/random_choice.h"
#include "hilo/ops/random_continuous.h"
#include "hilo/ops/random_counts.h"
#include "hilo/ops/random_gamma.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"
#include "tests/ops/on_cpu.h"
#include "tests/ops/statistics.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
constexpr Dim kCount = 1 << 18;

Array key() { return random_key_array(31); }

double normal_law(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double maxwell_law(double x) {
  return std::erf(x / std::numbers::sqrt2) -
         std::sqrt(2 / std::numbers::pi) * x * std::exp(-x * x / 2);
}
// The gamma distribution at x = exp(y), by its power series.
double loggamma_law(double a, double y) {
  const double x = std::exp(y);
  double term = 1, total = 1;
  for (int n = 1; term > 1e-17 * total; ++n) total += term *= x / (a + n);
  return total * std::exp(a * y - x - std::lgamma(a + 1));
}
double gamma_law(double a, double x) { return x <= 0 ? 0 : loggamma_law(a, std::log(x)); }

struct Law {
  const char* name;
  std::function<Value(Value, Shape)> f;
  std::function<double(double)> distribution;
};

std::vector<Law> continuous() {
  using K = Value;
  using S = Shape;
  const double pi = std::numbers::pi;
  return {
      {"laplace", [](K k, S s) { return laplace(k, s); },
       [](double x) { return x < 0 ? std::exp(x) / 2 : 1 - std::exp(-x) / 2; }},
      {"logistic", [](K k, S s) { return random_logistic(k, s); },
       [](double x) { return 1 / (1 + std::exp(-x)); }},
      {"cauchy", [](K k, S s) { return cauchy(k, s); },
       [=](double x) { return 0.5 + std::atan(x) / pi; }},
      {"lognormal", [](K k, S s) { return lognormal(k, s, 0.7); },
       [](double x) { return normal_law(std::log(x) / 0.7); }},
      {"pareto", [](K k, S s) { return pareto(k, s, 2.5); },
       [](double x) { return 1 - std::pow(x, -2.5); }},
      {"rayleigh", [](K k, S s) { return rayleigh(k, s, 1.5); },
       [](double x) { return 1 - std::exp(-x * x / 4.5); }},
      {"weibull_min", [](K k, S s) { return weibull_min(k, s, 2, 1.5); },
       [](double x) { return 1 - std::exp(-std::pow(x / 2, 1.5)); }},
      {"maxwell", [](K k, S s) { return maxwell(k, s); }, maxwell_law},
      {"double_sided_maxwell", [](K k, S s) { return double_sided_maxwell(k, s, 1, 2); },
       [](double x) {
         return 0.5 + std::copysign(0.5, x - 1) * maxwell_law(std::abs(x - 1) / 2);
       }},
      {"triangular", [](K k, S s) { return triangular(k, s, 1, 2, 5); },
       [](double x) { return x < 2 ? (x - 1) * (x - 1) / 4 : 1 - (5 - x) * (5 - x) / 12; }},
      {"wald", [](K k, S s) { return wald(k, s, 1.5); },
       [](double x) {
         const double root = std::sqrt(1 / x);
         return normal_law(root * (x / 1.5 - 1)) +
                std::exp(2 / 1.5) * normal_law(-root * (x / 1.5 + 1));
       }},
      {"gamma", [](K k, S s) { return random_gamma(k, s, 4.5); },
       [](double x) { return gamma_law(4.5, x); }},
      {"gamma of 1", [](K k, S s) { return random_gamma(k, s, 1); },
       [](double x) { return 1 - std::exp(-x); }},
      {"gamma of less than 1", [](K k, S s) { return random_gamma(k, s, 0.3); },
       [](double x) { return gamma_law(0.3, x); }},
      {"loggamma", [](K k, S s) { return random_loggamma(k, s, 0.02); },
       [](double y) { return loggamma_law(0.02, y); }},
      {"beta", [](K k, S s) { return random_beta(k, s, 2, 3); },
       [](double x) { return x * x * (6 - 8 * x + 3 * x * x); }},
      {"beta of an arc", [](K k, S s) { return random_beta(k, s, 0.5, 0.5); },
       [=](double x) { return 2 / pi * std::asin(std::sqrt(x)); }},
      {"chisquare", [](K k, S s) { return chisquare(k, s, 3); },
       [](double x) { return gamma_law(1.5, x / 2); }},
      {"student_t", [](K k, S s) { return student_t(k, s, 3); },
       [=](double x) {
         const double t = x / std::sqrt(3.0);
         return 0.5 + (t / (1 + t * t) + std::atan(t)) / pi;
       }},
      {"fisher_f", [](K k, S s) { return fisher_f(k, s, 2, 4); },
       [](double x) { return 1 - std::pow(1 + x / 2, -2); }},
      {"generalized_normal", [](K k, S s) { return generalized_normal(k, s, 4); },
       [](double x) { return 0.5 + std::copysign(0.5, x) * gamma_law(0.25, std::pow(x, 4)); }},
      {"dirichlet",
       [](K k, S s) {
         const Value alpha = constant(Array::of<double>({3}, {1, 2, 3}));
         return slice_axis(dirichlet(k, {s.dtype, {kCount, 3}}, alpha), -1, 0, 1);
       },
       [](double x) { return 1 - std::pow(1 - x, 5); }},
      {"ball",
       [](K k, S s) {
         const Value x = ball(k, {s.dtype, {kCount, 3}});
         return sqrt(sum(x * x, {-1}));
       },
       [](double r) { return r * r * r; }},
      {"coordinate of a ball",
       [](K k, S s) { return slice_axis(ball(k, {s.dtype, {kCount, 3}}), -1, 1, 2); },
       [](double x) { return 0.5 + 0.75 * (x - x * x * x / 3); }},
  };
}

class Continuous : public testing::TestWithParam<DType> {};

TEST_P(Continuous, FollowsItsLaw) {
  const std::vector<Law> all = continuous();
  const auto got = run(
      [&](In p) {
        std::vector<Value> draws;
        for (std::size_t i = 0; i < all.size(); ++i)
          draws.push_back(all[i].f(fold_in(p[0], i), {GetParam(), {kCount}}));
        return draws;
      },
      {key()});
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(got[i].shape().dtype, GetParam());
    const Numbers x = got[i].to_doubles();
    EXPECT_TRUE(std::ranges::all_of(x, [](double v) { return std::isfinite(v); })) << all[i].name;
    EXPECT_LT(kolmogorov(x, all[i].distribution), 2.2) << all[i].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Continuous, testing::Values(kF32, kF64),
                         [](const auto& row) { return std::string(name(row.param)); });

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}
double poisson_law(double rate, double k) {
  return std::exp(k * std::log(rate) - rate - std::lgamma(k + 1));
}
double binomial_law(double n, double p, double k) {
  return k > n ? 0 : std::exp(log_choose(n, k) + k * std::log(p) + (n - k) * std::log1p(-p));
}

struct CountLaw {
  std::string name;
  std::function<Value(Value)> f;
  std::function<double(double)> probability;
};

// How far the counts are from what is expected, in standard deviations of the chi-squared statistic; counts below and
// above the likely ones are one cell each.
double misfit(const Numbers& x, const std::function<double(double)>& probability) {
  const auto [least, largest] = std::ranges::minmax(x);
  const auto n = static_cast<double>(x.size());
  Numbers seen(static_cast<std::size_t>(largest) + 2);
  for (double v : x) ++seen.at(static_cast<std::size_t>(v));
  double squares = 0, cells = 0, rest_seen = n, rest = n;
  for (std::size_t k = 0; k < seen.size(); ++k) {
    const double expected = n * probability(static_cast<double>(k));
    if (expected < 20) continue;
    squares += (seen[k] - expected) * (seen[k] - expected) / expected;
    rest_seen -= seen[k], rest -= expected, ++cells;
  }
  if (rest > 1) squares += (rest_seen - rest) * (rest_seen - rest) / rest, ++cells;
  EXPECT_GE(least, 0);
  return cells < 2 ? HUGE_VAL : std::abs(squares - (cells - 1)) / std::sqrt(2 * (cells - 1));
}

TEST(Counts, FollowTheirLaws) {
  std::vector<CountLaw> all;
  const Shape counts{kI32, {kCount}};
  for (double p : {0.02, 0.3, 0.9}) {
    all.push_back({"geometric " + std::to_string(p),
                   [=](Value k) { return geometric(k, counts, p); },
                   [=](double k) { return k < 1 ? 0 : p * std::pow(1 - p, k - 1); }});
  }
  for (double rate : {0.1, 3.0, 9.9, 10.0, 40.0, 3000.0}) {
    all.push_back({"poisson " + std::to_string(rate),
                   [=](Value k) { return poisson(k, counts, rate); },
                   [=](double k) { return poisson_law(rate, k); }});
  }
  for (const auto& [n, p] : std::vector<std::pair<int, double>>{
           {5, 0.3}, {9, 0.8}, {40, 0.5}, {25, 0.39}, {1000, 0.005}, {2000, 0.9}, {10000, 0.4}}) {
    all.push_back({"binomial " + std::to_string(n) + " " + std::to_string(p),
                   [=](Value k) { return binomial(k, counts, n, p); },
                   [=](double k) { return binomial_law(n, p, k); }});
  }
  all.push_back({"multinomial",
                 [](Value k) {
                   const Value p = constant(Array::of<float>({3}, {1, 3, 6}));
                   return slice_axis(multinomial(k, {kI32, {kCount, 3}}, 30, p), -1, 1, 2);
                 },
                 [](double k) { return binomial_law(30, 0.3, k); }});
  const auto got = run(
      [&](In p) {
        std::vector<Value> draws;
        for (std::size_t i = 0; i < all.size(); ++i)
          draws.push_back(all[i].f(fold_in(p[0], i)));
        return draws;
      },
      {key()});
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_LT(misfit(got[i].to_doubles(), all[i].probability), 4) << all[i].name;
}

TEST(Choice, FollowsTheWeights) {
  const auto got = run(
      [](In p) {
        const Value w = constant(Array::of<float>({5}, {2, 0, 1, 4, 3}));
        const Value draws = choice(fold_in(p[0], 0), 5, {kCount}, {.p = w});
        // The first of two without replacement, and both.
        const Value pairs = vmap(
            [&](In k) { return std::vector{choice(k[0], 5, {2}, {.replaces = false, .p = w})}; },
            std::vector{split_key(fold_in(p[0], 1), kCount)})[0];
        return std::vector{draws, pairs, choice(fold_in(p[0], 2), 5, {kCount})};
      },
      {key()});
  Numbers pairs = got[1].to_doubles(), firsts;
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    firsts.push_back(pairs[i]);
    ASSERT_NE(pairs[i], pairs[i + 1]);
  }
  const double weights[] = {0.2, 0, 0.1, 0.4, 0.3};
  const auto weight = [&](double k) { return k < 5 ? weights[static_cast<std::size_t>(k)] : 0; };
  EXPECT_LT(misfit(got[0].to_doubles(), weight), 4);
  EXPECT_LT(misfit(firsts, weight), 4);
  EXPECT_LT(misfit(got[2].to_doubles(), [](double k) { return k < 5 ? 0.2 : 0; }), 4);
}

TEST(MultivariateNormal, HasTheMeanAndTheCovariance) {
  const Array covariance = Array::of<double>({2, 2}, {2, 0.6, 0.6, 0.5});
  const Numbers x = run(
      [](In p) {
        return std::vector{multivariate_normal(p[0], {kF64, {kCount, 2}},
                                               constant(Array::of<double>({2}, {1, -3})), p[1])};
      },
      {key(), covariance})[0].to_doubles();
  const double n = kCount;
  double first = 0, second = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); i += 2) {
    const double a = x[i] - 1, b = x[i + 1] + 3;
    first += a / n, second += b / n, xx += a * a / n, xy += a * b / n, yy += b * b / n;
  }
  EXPECT_NEAR(first, 0, 4 * std::sqrt(2 / n));
  EXPECT_NEAR(second, 0, 4 * std::sqrt(0.5 / n));
  EXPECT_NEAR(xx, 2, 4 * std::sqrt(2 * 4 / n));  // the variance of a b is s_aa s_bb + s_ab^2
  EXPECT_NEAR(xy, 0.6, 4 * std::sqrt((1 + 0.36) / n));
  EXPECT_NEAR(yy, 0.5, 4 * std::sqrt(2 * 0.25 / n));
}

// A drawn number moves so that its probability stays the same: dx/da = -(dF/da) / F'.
TEST(Gamma, GradientsAreImplicit) {
  const std::vector<double> shapes = {0.05, 0.4, 1, 1.7, 6, 30};
  const auto n = static_cast<Dim>(shapes.size());
  const auto got = run(
      [&](In p) {
        const Value x = random_gamma(p[0], {kF64, {n}}, p[1]);
        const Value y = random_loggamma(p[0], {kF64, {n}}, p[1]);
        const Value d_x = grad(sum(x), p[1]);
        return std::vector{x, d_x, y, grad(sum(y), p[1]), grad(sum(d_x), p[1]),
                           jvp(std::vector{x}, p.subspan(1, 1), std::vector{ones(x.shape())})[0]};
      },
      {key(), Array::of<double>({n}, shapes)});
  const Numbers x = got[0].to_doubles(), d_x = got[1].to_doubles(), y = got[2].to_doubles(),
                d_y = got[3].to_doubles(), second = got[4].to_doubles();
  // The number of the same probability as x for another a, by Newton.
  const auto moved = [](double a, double to, double at) {
    const double p = loggamma_law(a, at);
    double z = at;
    for (int i = 0; i < 60; ++i)
      z -= (loggamma_law(to, z) - p) / std::exp(to * z - std::exp(z) - std::lgamma(to));
    return z;
  };
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double a = shapes[i], h = 1e-4 * a;
    const double up = moved(a, a + h, y[i]), down = moved(a, a - h, y[i]);
    EXPECT_NEAR(d_y[i], (up - down) / (2 * h), 1e-6 * std::abs(d_y[i])) << a;
    EXPECT_NEAR(x[i], std::exp(y[i]), 1e-12 * x[i]) << a;
    EXPECT_NEAR(d_x[i], d_y[i] * x[i], 1e-9 * std::abs(d_x[i])) << a;
    const double bend = (std::exp(up) - 2 * x[i] + std::exp(down)) / (h * h);
    EXPECT_NEAR(second[i], bend, 2e-4 * (std::abs(bend) + d_x[i] / a)) << a;
  }
  EXPECT_EQ(got[5], got[1]);
}

// The mean of gradients is the gradient of the mean.
TEST(Gamma, GradientsOfMeans) {
  constexpr Dim kDraws = 1 << 14;
  const auto got = run(
      [](In p) {
        const Value each = broadcast_to(p[1], {kDraws});
        const Value beta = random_beta(fold_in(p[0], 0), {kF64, {kDraws}}, each, 3.0);
        const Value alpha = broadcast_to(p[1], {kDraws, 3});
        const Value x = dirichlet(fold_in(p[0], 1), {kF64, {kDraws, 3}}, alpha);
        const Value first = slice_axis(x, -1, 0, 1);
        const Value chi = chisquare(fold_in(p[0], 2), {kF64, {kDraws}}, each);
        return std::vector{grad(sum(beta), each), slice_axis(grad(sum(first), alpha), -1, 0, 1),
                           grad(sum(chi), each)};
      },
      {key(), Array::scalar(1.5)});
  const double wanted[] = {3 / (4.5 * 4.5), 3 / (4.5 * 4.5), 1};
  for (std::size_t i = 0; i < 3; ++i) {
    const Numbers d = got[i].to_doubles();
    EXPECT_NEAR(mean_of(d), wanted[i], 4 * std::sqrt(moment(d, 2) / kDraws)) << i;
  }
}

// The same key gives the same numbers; a batch of keys what each key gives.
TEST(Distributions, AreFunctionsOfTheKey) {
  const auto got = run(
      [](In p) {
        const Value keys = split_key(p[0], 3);
        const auto draws = [](In k) {
          return std::vector{random_gamma(k[0], {kF32, {5}}, 0.7), poisson(k[0], {kI32, {5}}, 20),
                             binomial(k[0], {kI32, {5}}, 50, 0.5), laplace(k[0], {kF64, {5}}),
                             choice(k[0], 100, {5}, {.replaces = false})};
        };
        std::vector<Value> all = vmap(draws, std::vector{keys});
        for (Value& v : all) v = take(v, 2);
        for (const Value& v : draws(std::vector{take(keys, 2)})) all.push_back(v);
        return all;
      },
      {key()});
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(got[i], got[i + 5]) << i;
}

}  // namespace
}  // namespace hilo::test
