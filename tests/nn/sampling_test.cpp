// Every step of sampling against the same step written down plainly in f64 over sorted lists; draws
// against the distribution that they are to follow, by the chi-squared statistic.
#include "hilo/nn/sampling.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "hilo/core/error.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/random_bits.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::i32;
using test::run_one;
using testing::AllOf;
using testing::HasSubstr;

constexpr Dim kBatch = 4, kTokens = 203;
constexpr double kOut = -std::numeric_limits<double>::infinity();
using Row = std::vector<double>;

// Logits of a request, all different.
Row random_row(unsigned seed, double spread = 3) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0, static_cast<float>(spread));
  Row row(kTokens);
  for (double& x : row) x = normal(generator);
  return row;
}

Array random_logits() {
  std::vector<float> values;
  for (unsigned b = 0; b < kBatch; ++b) {
    for (const double x : random_row(b + 1)) values.push_back(static_cast<float>(x));
  }
  return f32({kBatch, kTokens}, values);
}

Row softmax_of(const Row& row) {
  const double highest = std::ranges::max(row);
  Row p;
  for (const double x : row) p.push_back(std::exp(x - highest));
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& x : p) x /= total;
  return p;
}

// The row with all out but the first of `order` that are needed to reach `mass`.
Row kept(const Row& row, const std::vector<std::size_t>& order, const Row& weights, double mass) {
  Row result(row.size(), kOut);
  double sum = 0;
  for (const std::size_t i : order) {
    result[i] = row[i];
    sum += weights[i];
    if (sum >= mass) break;
  }
  return result;
}

std::vector<std::size_t> order_by(const Row& scores) {  // highest first
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  return order;
}

Row plain_top_k(const Row& row, double k) {
  return k <= 0 ? row : kept(row, order_by(row), Row(row.size(), 1), k);
}
Row plain_top_p(const Row& row, double p) {
  return p >= 1 ? row : kept(row, order_by(row), softmax_of(row), p);
}
Row plain_min_p(const Row& row, double p) {
  const Row weights = softmax_of(row);
  const double least = p * std::ranges::max(weights);
  Row result = row;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (weights[i] < least) result[i] = kOut;
  }
  return result;
}
Row plain_typical(const Row& row, double p) {
  if (p >= 1) return row;
  const Row weights = softmax_of(row);
  double surprise = 0;
  for (const double w : weights) surprise -= w > 0 ? w * std::log(w) : 0;
  Row nearness;
  for (const double w : weights)
    nearness.push_back(w > 0 ? -std::abs(-std::log(w) - surprise) : kOut);
  return kept(row, order_by(nearness), weights, p);
}

struct Filter {
  std::string name;
  Value (*on_device)(Value logits, Value setting);
  Row (*plain)(const Row& row, double setting);
  std::vector<double> settings;  // one a request
  DType dtype = kF32;
};
void PrintTo(const Filter& filter, std::ostream* out) { *out << filter.name; }

class SamplingFilter : public testing::TestWithParam<Filter> {};

TEST_P(SamplingFilter, keeps_what_the_plain_one_keeps) {
  const Filter& filter = GetParam();
  const Array logits = random_logits();
  const Array settings =
      filter.dtype == kI32
          ? i32({kBatch}, std::vector<std::int32_t>(filter.settings.begin(), filter.settings.end()))
          : f32({kBatch}, std::vector<float>(filter.settings.begin(), filter.settings.end()));
  const Array got =
      run_one([&](auto p) { return filter.on_device(p[0], p[1]); }, {logits, settings});
  std::vector<double> expected;
  for (unsigned b = 0; b < kBatch; ++b) {
    std::ranges::copy(filter.plain(random_row(b + 1), filter.settings[b]),
                      std::back_inserter(expected));
  }
  const std::vector<double> numbers = got.to_doubles();
  ASSERT_EQ(numbers.size(), expected.size());
  std::size_t out = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(numbers[i], expected[i]) << "element " << i;
    out += expected[i] == kOut ? 1U : 0U;
  }
  EXPECT_GT(out, 0U);  // the rows do take something out
}

INSTANTIATE_TEST_SUITE_P(
    Steps, SamplingFilter,
    testing::Values(Filter{"top_k", keep_top_k, plain_top_k, {1, 0, 7, 500}, kI32},
                    Filter{"top_p", keep_top_p, plain_top_p, {0.1, 0.9, 1, 0}},
                    Filter{"min_p", keep_min_p, plain_min_p, {0.05, 0, 1, 0.3}},
                    Filter{"typical", keep_typical, plain_typical, {0.2, 0.95, 1, 0}}),
    [](const auto& row) { return row.param.name; });

TEST(Sampling, filters_work_on_what_earlier_ones_left) {
  const Array got = run_one(
      [](auto p) {
        const auto all = [&](double x) { return full({kF32, {kBatch}}, x); };
        return keep_typical(keep_top_p(keep_top_k(p[0], full({kI32, {kBatch}}, 20)), all(0.8)),
                            all(0.7));
      },
      {random_logits()});
  std::vector<double> expected;
  for (unsigned b = 0; b < kBatch; ++b) {
    std::ranges::copy(plain_typical(plain_top_p(plain_top_k(random_row(b + 1), 20), 0.8), 0.7),
                      std::back_inserter(expected));
  }
  EXPECT_EQ(got.to_doubles(), expected);
}

TEST(Sampling, equal_logits_stay_or_go_together) {
  const Array got = run_one(
      [](auto p) {
        return keep_top_k(p[0], full({kI32, {1}}, 2));
      },
      {f32({1, 5}, {0, 3, -0.0F, 2, 2})});
  EXPECT_EQ(got.to_doubles(), (Row{kOut, 3, kOut, 2, 2}));
}

TEST(Sampling, penalties_bias_mask_and_counts) {
  const Array logits = f32({2, 4}, {2, -2, 1, 0.5, 2, -2, 1, 0.5});
  const Array counts = i32({2, 4}, {1, 2, 0, 0, 0, 3, 1, 0});
  const Array penalized = run_one(
      [](auto p) {
        const auto each = [](double a, double b) {
          return constant(Array::of<float>({2}, {static_cast<float>(a), static_cast<float>(b)}));
        };
        return penalize(p[0], p[1], each(2, 1), each(0.25, 0), each(0.5, 0.125));
      },
      {logits, counts});
  EXPECT_EQ(penalized.to_doubles(),
            (Row{1 - 0.25 - 0.5, -4 - 0.25 - 1, 1, 0.5, 2, -2 - 0.375, 1 - 0.125, 0.5}));

  const Array biased =
      run_one([](auto p) { return add_logit_bias(p[0], p[1], p[2]); },
              {logits, i32({2, 3}, {3, -1, 0, 1, 1, -1}), f32({2, 3}, {10, 99, -1, 5, 1, 99})});
  EXPECT_EQ(biased.to_doubles(), (Row{1, -2, 1, 10.5, 2, 4, 1, 0.5}));

  const Array masked = run_one([](auto p) { return mask_tokens(p[0], p[1]); },
                               {logits, Array::of<std::uint32_t>({2, 1}, {0b1010U, 0b0001U})});
  EXPECT_EQ(masked.to_doubles(), (Row{kOut, -2, kOut, 0.5, 2, kOut, kOut, kOut}));

  const Array counted =
      run_one([](auto p) { return count_tokens(p[0], p[1]); }, {counts, i32({2}, {3, -1})});
  EXPECT_EQ(counted.to_doubles(), (Row{1, 2, 0, 1, 0, 3, 1, 0}));
}

TEST(Sampling, masks_cover_tokens_beyond_a_word) {
  std::vector<float> logits(70, 1);
  const Array masked =
      run_one([](auto p) { return mask_tokens(p[0], p[1]); },
              {f32({1, 70}, logits), Array::of<std::uint32_t>({1, 3}, {1U, 1U << 31, 1U << 5})});
  const std::vector<double> numbers = masked.to_doubles();
  for (std::size_t i = 0; i < 70; ++i)
    EXPECT_EQ(numbers[i] == 1, i == 0 || i == 63 || i == 69) << i;
}

Array keys_of(const std::vector<std::uint64_t>& seeds) {
  std::vector<std::uint64_t> words;
  for (const std::uint64_t seed : seeds) {
    const Array key = random_key_array(seed);
    std::ranges::copy(key.data<std::uint64_t>(), std::back_inserter(words));
  }
  return Array::of({static_cast<Dim>(seeds.size()), 2}, words);
}

// Pearson's statistic for draws against probabilities, in standard deviations from its mean; cells
// of less than 5 expected draws are one cell together.
double misfit(const std::vector<double>& draws, const Row& p) {
  std::vector<double> counts(p.size());
  for (const double token : draws) counts[static_cast<std::size_t>(token)] += 1;
  const auto n = static_cast<double>(draws.size());
  double statistic = 0, rare_count = 0, rare_p = 0, cells = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (p[i] == 0) {
      EXPECT_EQ(counts[i], 0) << "token " << i << " is out";
    } else if (p[i] * n < 5) {
      rare_count += counts[i];
      rare_p += p[i];
    } else {
      statistic += (counts[i] - p[i] * n) * (counts[i] - p[i] * n) / (p[i] * n);
      cells += 1;
    }
  }
  if (rare_p * n >= 5) {
    statistic += (rare_count - rare_p * n) * (rare_count - rare_p * n) / (rare_p * n);
    cells += 1;
  }
  return (statistic - (cells - 1)) / std::sqrt(2 * (cells - 1));
}

TEST(Sampling, the_likeliest_is_the_first_of_the_highest) {
  const double nan = std::nan("");
  struct Case {
    const char* name;
    Dim count;
    std::vector<std::pair<std::size_t, double>> set;  // among numbers below 4
    std::int32_t expected;
  };
  const Case cases[] = {{"one", 1, {}, 0},
                        {"short", 5, {{3, 9}}, 3},
                        {"ties", 50'000, {{40'001, 9}, {17, 9}, {33'000, 9}}, 17},
                        {"last", 50'001, {{50'000, 9}}, 50'000},
                        {"not a number", 50'000, {{17, 9}, {30'000, nan}, {30'001, nan}}, 30'000},
                        {"masked", 40'000, {{20'000, -100}}, 20'000},
                        {"nothing left", 20, {}, 0}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const bool is_masked = std::string(c.name) == "masked" || std::string(c.name) == "nothing left";
    std::vector<float> row(static_cast<std::size_t>(c.count));
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = is_masked ? -INFINITY : static_cast<float>(i * 31 % 97) / 25;
    for (const auto& [at, x] : c.set) row[at] = static_cast<float>(x);
    std::vector<float> both = row;  // and a second row
    both.insert(both.end(), row.rbegin(), row.rend());
    const std::vector<Array> in = {f32({2, c.count}, both)};
    const auto find = [](std::span<const Value> p) {
      const Likeliest found = likeliest(p[0]);
      return std::vector{found.tokens, found.log_probabilities};
    };
    const std::vector<Array> got = test::run(find, in), expected = test::run_without_kernels(find, in);
    EXPECT_EQ(got[0].data<std::int32_t>()[0], c.expected);
    EXPECT_EQ(got[0].to_doubles(), expected[0].to_doubles());
    test::expect_near(got[1], expected[1].to_doubles(), 1e-5);
  }
}

TEST(Sampling, draws_follow_the_distribution) {
  constexpr Dim kDraws = 20'000;
  const Row row = random_row(7, 1.5);
  std::vector<float> logits;
  for (Dim i = 0; i < kDraws; ++i) logits.insert(logits.end(), row.begin(), row.end());
  std::vector<std::uint64_t> seeds(kDraws);
  std::iota(seeds.begin(), seeds.end(), 1U);
  struct Case {
    std::string name;
    SamplingSettings (*settings)();
    Row (*plain)(Row row);
  };
  static const auto all = [](double x) { return full({kF32, {kDraws}}, x); };
  const std::vector<Case> cases = {
      {"temperature 1", [] { return SamplingSettings{.temperature = all(1)}; },
       [](Row r) { return r; }},
      {"temperature 0.5, top_p 0.9",
       [] { return SamplingSettings{.temperature = all(0.5), .top_p = all(0.9)}; },
       [](Row r) {
         for (double& x : r) x /= 0.5;
         return plain_top_p(r, 0.9);
       }},
      {"temperature 2, top_k 9, min_p 0.2",
       [] {
         return SamplingSettings{
             .temperature = all(2), .top_k = full({kI32, {kDraws}}, 9), .min_p = all(0.2)};
       },
       [](Row r) {
         for (double& x : r) x /= 2;
         return plain_min_p(plain_top_k(r, 9), 0.2);
       }},
      {"typical 0.6", [] { return SamplingSettings{.temperature = all(1), .typical_p = all(0.6)}; },
       [](Row r) { return plain_typical(r, 0.6); }},
      {"min_p 0.1", [] { return SamplingSettings{.temperature = all(1), .min_p = all(0.1)}; },
       [](Row r) { return plain_min_p(r, 0.1); }},
      {"logit bias",
       [] {
         const auto each = [](const Array& row_of_one) {
           return broadcast_to(constant(row_of_one), {kDraws, 3});
         };
         return SamplingSettings{.temperature = all(1),
                                 .bias_ids = each(i32({3}, {4, 9, -1})),
                                 .bias_amounts = each(f32({3}, {5, -1, 7}))};
       },
       [](Row r) {
         r[4] += 5;
         r[9] -= 1;
         return r;
       }},
      {"penalties before temperature 0.8",
       [] {
         std::vector<std::int32_t> counts(kTokens);
         for (std::size_t i = 0; i < counts.size(); i += 2)
           counts[i] = static_cast<std::int32_t>(i % 6);
         return SamplingSettings{
             .temperature = all(0.8),
             .repetition_penalty = all(1.5),
             .presence_penalty = all(0.25),
             .frequency_penalty = all(0.125),
             .counts = broadcast_to(constant(i32({kTokens}, counts)), {kDraws, kTokens})};
       },
       [](Row r) {
         for (std::size_t i = 0; i < r.size(); ++i) {
           const double n = i % 2 == 0 ? static_cast<double>(i % 6) : 0;
           if (n > 0) r[i] = (r[i] > 0 ? r[i] / 1.5 : r[i] * 1.5) - 0.25 - 0.125 * n;
           r[i] /= 0.8;
         }
         return r;
       }}};
  for (const Case& c : cases) {
    const Array drawn = run_one(
        [&](auto p) {
          SamplingSettings settings = c.settings();
          settings.keys = p[1];
          settings.steps = full({kI32, {kDraws}}, 3);
          return sample(p[0], settings);
        },
        {f32({kDraws, kTokens}, logits), keys_of(seeds)});
    EXPECT_LT(misfit(drawn.to_doubles(), softmax_of(c.plain(row))), 4) << c.name;
  }
  // One key, another step each time, is as good.
  std::vector<std::int32_t> steps(kDraws);
  std::iota(steps.begin(), steps.end(), 0);
  const Array drawn =
      run_one([](auto p) { return draw(p[0], all(1), p[1], p[2]); },
              {f32({kDraws, kTokens}, logits), keys_of(std::vector<std::uint64_t>(kDraws, 5)),
               i32({kDraws}, steps)});
  EXPECT_LT(misfit(drawn.to_doubles(), softmax_of(row)), 4);
}

TEST(Sampling, a_request_draws_the_same_alone_and_in_a_batch) {
  const Array logits = random_logits(), keys = keys_of({11, 12, 13, 14});
  const auto build = [](auto p) {
    return sample(p[0],
                  {.temperature = p[1], .top_k = p[2], .top_p = p[3], .keys = p[4], .steps = p[5]});
  };
  const std::vector<float> temperature{0.7F, 0, 1.3F, 1}, top_p{0.9F, 1, 0.95F, 1};
  const std::vector<std::int32_t> top_k{50, 0, 0, 3}, steps{0, 5, 9, 2};
  const auto together = run_one(build, {logits, f32({4}, temperature), i32({4}, top_k),
                                        f32({4}, top_p), keys, i32({4}, steps)})
                            .to_doubles();
  for (unsigned b = 0; b < kBatch; ++b) {
    std::vector<float> row;
    for (const double x : random_row(b + 1)) row.push_back(static_cast<float>(x));
    const auto alone =
        run_one(build, {f32({1, kTokens}, row), f32({1}, {temperature[b]}), i32({1}, {top_k[b]}),
                        f32({1}, {top_p[b]}), keys_of({11U + b}), i32({1}, {steps[b]})});
    EXPECT_EQ(alone.to_doubles()[0], together[b]) << "request " << b;
  }
  const Row greedy = random_row(2);  // temperature 0
  EXPECT_EQ(together[1], static_cast<double>(std::ranges::max_element(greedy) - greedy.begin()));
}

TEST(Sampling, what_does_not_fit_is_refused) {
  const auto refused = [](auto build) {
    return test::refusal([&] {
      test::build_only(build, {{kF32, {2, 8}}, {kF32, {3}}, {kI32, {2}}});
    });
  };
  EXPECT_THAT(refused([](auto p) { return keep_top_p(p[0], p[1]); }),
              AllOf(HasSubstr("keep_top_p: p does not fit the logits"),
                    HasSubstr("expected: logits f32[B,V], p f32[2]")));
  EXPECT_THAT(refused([](auto p) { return keep_top_k(p[0], p[1]); }), HasSubstr("k i32[2]"));
  EXPECT_THAT(refused([](auto p) { return keep_top_k(p[1], p[2]); }),
              HasSubstr("these are no logits"));
  EXPECT_THAT(refused([](auto p) { return mask_tokens(p[0], p[2]); }), HasSubstr("words u32[2,1]"));
  EXPECT_THAT(refused([](auto p) {
                return sample(p[0], {.temperature = full({kF32, {2}}, 1)});
              }),
              HasSubstr("draw: keys is missing"));
  EXPECT_THAT(refused([](auto p) {
                return sample(p[0], {.presence_penalty = full({kF32, {2}}, 1)});
              }),
              HasSubstr("penalize: counts is missing"));
}

}  // namespace
}  // namespace hilo::nn
