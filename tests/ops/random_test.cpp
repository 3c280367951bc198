#include "hilo/ops/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rng_bit_generator.h"
#include "hilo/ops/unary.h"
#include "tests/ops/on_cpu.h"
#include "tests/ops/statistics.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
constexpr Dim kCount = 1 << 20;

Array key() { return random_key_array(2024); }

// Draws with a key, all at once.
std::vector<Numbers> draw(const std::vector<std::function<Value(Value)>>& draws) {
  const auto got = run(
      [&](In p) {
        std::vector<Value> all;
        for (std::size_t i = 0; i < draws.size(); ++i)
          all.push_back(draws[i](fold_in(p[0], static_cast<std::int64_t>(i))));
        return all;
      },
      {key()});
  std::vector<Numbers> result;
  for (const Array& a : got) result.push_back(a.to_doubles());
  return result;
}

double normal_distribution(double x) { return 0.5 * std::erfc(-x * std::numbers::sqrt2 / 2); }

struct Law {
  const char* name;
  std::function<Value(Value, DType)> f;
  std::function<double(double)> distribution;
  double mean, variance, fourth;  // the fourth moment around the mean
  double low, high;               // no number outside
};

std::vector<Law> laws() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double pi2 = std::numbers::pi * std::numbers::pi;
  const double inside = normal_distribution(2) - normal_distribution(-2),
               density = std::exp(-2.0) / std::sqrt(2 * std::numbers::pi);
  return {
      {"uniform",
       [](Value k, DType d) {
         return uniform(k, {d, {kCount}});
       },
       [](double x) { return x; }, 0.5, 1.0 / 12, 1.0 / 80, 0, 1},
      {"uniform_range",
       [](Value k, DType d) {
         return uniform(k, {d, {kCount}}, -3, 5);
       },
       [](double x) { return (x + 3) / 8; }, 1, 64.0 / 12, 4096.0 / 80, -3, 5},
      {"normal",
       [](Value k, DType d) {
         return normal(k, {d, {kCount}});
       },
       normal_distribution, 0, 1, 3, -7, 7},
      {"truncated_normal",
       [](Value k, DType d) {
         return truncated_normal(k, {d, {kCount}});
       },
       [=](double x) { return (normal_distribution(x) - normal_distribution(-2)) / inside; }, 0,
       1 - 4 * density / inside, 3 - (2 * 8 + 6 * 2) * density / inside, -2, 2},
      {"exponential",
       [](Value k, DType d) {
         return exponential(k, {d, {kCount}});
       },
       [](double x) { return 1 - std::exp(-x); }, 1, 1, 9, 0, kInfinity},
      {"gumbel",
       [](Value k, DType d) {
         return gumbel(k, {d, {kCount}});
       },
       [](double x) { return std::exp(-std::exp(-x)); }, std::numbers::egamma, pi2 / 6,
       3 * pi2 * pi2 / 20, -kInfinity, kInfinity},
  };
}

class Distribution : public testing::TestWithParam<DType> {};

TEST_P(Distribution, FollowsItsLaw) {
  const DType dtype = GetParam();
  const std::vector<Law> all = laws();
  std::vector<std::function<Value(Value)>> draws;
  for (const Law& law : all) draws.push_back([&](Value k) { return law.f(k, dtype); });
  const std::vector<Numbers> got = draw(draws);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Law& law = all[i];
    SCOPED_TRACE(law.name);
    const auto n = static_cast<double>(kCount);
    // Numbers of f16 and bf16 are rounded: their steps shift moments and make the distribution one
    // of steps.
    const double step = epsilon(dtype);
    EXPECT_NEAR(mean_of(got[i]), law.mean,
                4 * std::sqrt(law.variance / n) + step * std::sqrt(law.variance));
    const double of_variance = std::sqrt((law.fourth - law.variance * law.variance) / n);
    EXPECT_NEAR(moment(got[i], 2), law.variance, 4 * of_variance + 2 * step * law.variance);
    if (dtype == kF32 || dtype == kF64) {
      EXPECT_LT(kolmogorov(got[i], law.distribution), 2.0);
    }
    EXPECT_GE(*std::ranges::min_element(got[i]), law.low);
    EXPECT_LE(*std::ranges::max_element(got[i]), law.high);
  }
  EXPECT_LT(*std::ranges::max_element(got[0]), 1) << "uniform excludes its upper end";
}

INSTANTIATE_TEST_SUITE_P(Random, Distribution, testing::Values(kF64, kF32, kF16, kBF16),
                         [](const auto& row) { return std::string(name(row.param)); });

// Each 32-bit number's normal variable has the right probability on its far side, in the tails too.
TEST(Normal, TailsAreExact) {
  const auto got = run(
      [](In p) {
        return std::vector{random_bits(p[0], {kU32, {kCount}}), normal(p[0], {kF32, {kCount}})};
      },
      {key()});
  const auto bits = got[0].data<std::uint32_t>();
  const auto x = got[1].data<float>();
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double middle =
        (static_cast<double>(static_cast<std::int32_t>(bits[i])) + 0.5) * std::ldexp(1.0, -32);
    const double tail = 0.5 - std::abs(middle),
                 got_tail = normal_distribution(-std::abs(static_cast<double>(x[i])));
    largest = std::max(largest, std::abs(got_tail - tail) / tail);
    ASSERT_EQ(x[i] < 0, middle < 0);
  }
  EXPECT_LT(largest, 2e-5);  // the tail's relative change is x^2 times that of x, 1e-7 each
  EXPECT_GT(*std::ranges::max_element(x), 4.3);
}

TEST(Bernoulli, MeetsTheProbability) {
  const std::vector<double> probabilities = {0.5, 0.25, 0.3, 0.7, 0.9999, 0.001, 1e-5, 0, 1};
  std::vector<std::function<Value(Value)>> draws;
  for (double p : probabilities)
    draws.push_back([=](Value k) { return bernoulli(k, p, {kCount}); });
  for (double p : probabilities)
    draws.push_back([=](Value k) { return bernoulli(k, full({kF32, {}}, p), {kCount}); });
  const std::vector<Numbers> got = draw(draws);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double p = probabilities[i % probabilities.size()], n = static_cast<double>(kCount);
    EXPECT_NEAR(mean_of(got[i]) * n, p * n, 4 * std::sqrt(p * (1 - p) * n)) << p;
  }
}

TEST(Randint, AllNumbersEquallyOften) {
  const auto got =
      draw({[](Value k) {
              return randint(k, {kI32, {kCount}}, -5, 6);
            },
            [](Value k) {
              return randint(k, {kU8, {kCount}}, 0, 256);
            },
            [](Value k) {
              return randint(k, {kI64, {kCount}}, -(std::int64_t{1} << 62), std::int64_t{1} << 62);
            },
            [](Value k) {
              return randint(k, {kI8, {8}}, -128, -127);
            }});
  std::vector<double> eleven(11), bytes(256), ranges(64);
  for (double x : got[0]) ++eleven.at(static_cast<std::size_t>(x + 5));
  for (double x : got[1]) ++bytes.at(static_cast<std::size_t>(x));
  for (double x : got[2])
    ++ranges.at(static_cast<std::size_t>((x / std::ldexp(1.0, 63) + 0.5) * 64));
  for (const auto& counts : {eleven, bytes, ranges}) EXPECT_LT(std::abs(unevenness(counts)), 4);
  EXPECT_EQ(got[3], Numbers(8, -128));
}

TEST(Categorical, FollowsTheLogits) {
  const auto got = run(
      [](In p) {
        const Value logits =
            broadcast_to(log(constant(Array::of<float>({4}, {0.2F, 0.5F, 0, 0.3F}))), {kCount, 4});
        return std::vector{categorical(p[0], logits), categorical(p[0], transpose(logits), 0)};
      },
      {key()});
  std::vector<double> counts(4);
  for (std::int32_t i : got[0].data<std::int32_t>()) ++counts.at(static_cast<std::size_t>(i));
  const double wanted[] = {0.2, 0.5, 0, 0.3};
  for (std::size_t i = 0; i < 4; ++i) {
    const double n = kCount;
    EXPECT_NEAR(counts[i], wanted[i] * n, 4 * std::sqrt(wanted[i] * (1 - wanted[i]) * n));
  }
  EXPECT_EQ(got[1].shape(), (Shape{kI32, {kCount}}));
}

TEST(Permutation, EveryPlaceEquallyOften) {
  constexpr Dim kRounds = 20000, kLength = 6;
  const auto got = run(
      [](In p) {
        return std::vector{vmap([](In x) { return std::vector{permutation(x[0], kLength)}; },
                                std::vector{split_key(p[0], kRounds)})[0],
                           permutation(p[0], 1000), shuffle(p[0], iota({kI32, {3, 50}}, 1), 1)};
      },
      {key()});
  std::vector<double> counts(kLength * kLength);
  const auto all = got[0].data<std::int32_t>();
  for (std::size_t i = 0; i < all.size(); ++i)
    ++counts.at(i % kLength * kLength + static_cast<std::size_t>(all[i]));
  EXPECT_LT(std::abs(unevenness(counts)), 4);
  std::vector<std::int32_t> sorted(got[1].data<std::int32_t>().begin(),
                                   got[1].data<std::int32_t>().end());
  EXPECT_FALSE(std::ranges::is_sorted(sorted));
  std::ranges::sort(sorted);
  for (std::int32_t i = 0; i < 1000; ++i) EXPECT_EQ(sorted[static_cast<std::size_t>(i)], i);
  const auto shuffled = got[2].data<std::int32_t>();  // all rows in the same order
  EXPECT_TRUE(std::equal(shuffled.begin(), shuffled.begin() + 50, shuffled.begin() + 50));
}

// A batch of keys draws what each key draws, and gradients reach the bounds.
TEST(Random, TransformsApply) {
  const auto got = run(
      [](In p) {
        const Value keys = split_key(p[0], 3);
        const auto draws = [](In k) {
          return std::vector{normal(k[0], {kF32, {5}}), bernoulli(k[0], 0.3, {5}),
                             truncated_normal(k[0], {kF64, {5}})};
        };
        std::vector<Value> all = vmap(draws, std::vector{keys});
        for (Value& v : all) v = take(v, 2);
        const Value last = take(keys, 2);
        for (const Value& v : draws(std::vector{last})) all.push_back(v);
        const Value high = full({kF64, {}}, 2.0);
        const Value u = uniform(p[0], {kF64, {4}}, 0.0, high);
        all.push_back(grad(sum(u), high) * high - sum(u));
        const RandomState plugin = rng_bit_generator(p[0], {kU32, {4}}, RngAlgorithm::kThreeFry);
        all.push_back(plugin.bits);
        all.push_back(
            take(vmap(
                     [](In k) {
                       return std::vector{
                           rng_bit_generator(k[0], {kU32, {4}}, RngAlgorithm::kThreeFry).bits};
                     },
                     std::vector{reshape(p[0], {1, 2})})[0],
                 0));
        return all;
      },
      {key()});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(got[i], got[i + 3]);
  EXPECT_NEAR(got[6].data<double>()[0], 0, 1e-15);
  EXPECT_EQ(got[7], got[8]);
}

TEST(Random, Refusals) {
  const Shape key{kU64, {2}}, no_key{kU32, {2}};
  const std::vector<Misuse> misuses = {
      {"uniform",
       {key},
       [](In p) {
         uniform(p[0], {kI32, {3}});
       },
       {"uniform: no random numbers of this dtype", "i32[3]", "f64, f32, f16 or bf16"}},
      {"bernoulli",
       {key},
       [](In p) { bernoulli(p[0], 1.5, {3}); },
       {"bernoulli: the number 1.500000 is no probability", "0 <= p <= 1"}},
      {"bernoulli NaN",
       {key},
       [](In p) { bernoulli(p[0], std::nan(""), {3}); },
       {"is no probability"}},
      {"randint",
       {key},
       [](In p) {
         randint(p[0], {kI32, {3}}, 5, 5);
       },
       {"randint: no numbers from 5 to 5", "low < high"}},
      {"randint dtype",
       {key},
       [](In p) {
         randint(p[0], {kU8, {3}}, 0, 257);
       },
       {"randint: no numbers from 0 to 257", "u8[3]"}},
      {"randint floats",
       {key},
       [](In p) {
         randint(p[0], {kF32, {3}}, 0, 2);
       },
       {"randint: not of integers"}},
      {"permutation",
       {key},
       [](In p) { permutation(p[0], -2); },
       {"permutation: a negative count"}},
      {"rng C2",
       {{kU64, {3}}},
       [](In p) {
         rng_bit_generator(p[0], {kU32, {3}}, RngAlgorithm::kThreeFry);
       },
       {"rng_bit_generator: the state does not fit the algorithm", "u64[3]", "u64[2]"}},
      {"rng C2 dtype",
       {no_key},
       [](In p) {
         rng_bit_generator(p[0], {kU32, {3}});
       },
       {"rng_bit_generator: the state does not fit", "u64[2] or u64[3]"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
