// Generation with small random models: what a text is must not depend on how it is run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hilo/models/gemma/generate.h"
#include "hilo/models/gemma/memory_room.h"
#include "hilo/models/gemma/random_weights.h"
#include "hilo/nn/scope.h"
#include "tests/models/gemma_small.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {
namespace {

Array logits_of(Engine& engine, const std::vector<Ids>& pieces) {
  Memory memory = engine.remember_nothing();
  Tensor logits;
  for (const Ids& piece : pieces) logits = engine.read(memory, {piece});
  return logits.array();
}

void expect_equal(const Array& got, const Array& expected, double tolerance = 1e-4) {
  test::expect_near(got, expected.to_doubles(), tolerance);
}

TEST(GemmaGenerate, ReadingInPiecesGivesTheSameLogits) {
  const Ids all = some_ids(29, 1);  // more than four windows
  const Array whole = logits_of(plain(), {all});
  for (std::ptrdiff_t cut : {1, 5, 8, 17, 28}) {
    const auto at = all.begin() + cut;
    expect_equal(logits_of(plain(), {Ids(all.begin(), at), Ids(at, all.end())}), whole);
  }
}

TEST(GemmaGenerate, DecodingGivesTheLogitsOfReading) {
  for (Engine* engine : {&plain()}) {
    const Ids prompt = some_ids(9, 2);
    Memory memory = engine->remember_nothing();
    const Tensor first = engine->read(memory, {prompt});
    const Engine::Made made =
        engine->decode(memory, {first, Tensor(Array(Shape{DType::kI1, {1}})), 13});
    ASSERT_EQ(made.count.item<std::int32_t>(), 13);
    Ids whole = prompt;
    const Array tokens = made.tokens.array();
    whole.insert(whole.end(), tokens.data<std::int32_t>().begin(),
                 tokens.data<std::int32_t>().begin() + 13);
    expect_equal(made.logits.array(), logits_of(*engine, {whole}));
  }
}

TEST(GemmaGenerate, ARingOfTheWindowIsAsGoodAsAWholeCache) {
  Engine whole = engine_of(small(3, 1000));
  Generator ring(plain()), full(whole);
  const Ids prompt = some_ids(5, 3);
  const GenerateOptions options{.max_tokens = 40};  // the ring turns six times; both caches grow
  const Generated a = ring.generate({prompt}, options)[0], b = full.generate({prompt}, options)[0];
  EXPECT_EQ(a.ids, b.ids);
  for (std::size_t i = 0; i < a.ids.size(); ++i)
    EXPECT_NEAR(a.log_probabilities[i], b.log_probabilities[i], 1e-4) << i;
  const Ids text = some_ids(3 * kWindow, 4);
  expect_equal(logits_of(plain(), {text}), logits_of(whole, {text}));
}

// 2,500 tokens in one call, which turn the ring four hundred times.
TEST(GemmaGenerate, LongTexts) {
  Config config = small(3, 0);
  config.context = 4096;
  Engine ring = engine_of(config, 7, 1024);
  config.window_slack = 4096;
  Engine whole = engine_of(config, 7, 1024);
  const GenerateOptions options{.max_tokens = 2500,
                                .min_tokens = 2500,
                                .sampling = {.temperature = 0.05, .seed = 3},
                                .stop_ids = {1}};
  Generator generator(ring);
  const Generated a = generator.generate({some_ids(5, 3)}, options)[0];
  ASSERT_EQ(a.ids.size(), 2500U);
  EXPECT_LE(generator.report().launches, 2500 / 8 + 2);
  EXPECT_LE(ring.counts().programs, 6);  // read; decode for 1024, 2048 and 4096 slots; twice grown
  std::vector<std::int32_t> kinds = a.ids;
  std::ranges::sort(kinds);
  EXPECT_GT(std::ranges::unique(kinds).begin() - kinds.begin(), 20) << "too dull a text to tell";
  const Generated b = Generator(whole).generate({some_ids(5, 3)}, options)[0];
  EXPECT_EQ(a.ids, b.ids);
}

TEST(GemmaGenerate, ARowInABatchIsTheRowAlone) {
  Generator generator(plain());
  const std::vector<Ids> prompts = {some_ids(3, 5), some_ids(17, 6), some_ids(10, 7)};
  const std::vector<Generated> together = generator.generate(prompts, {.max_tokens = 20});
  for (std::size_t b = 0; b < prompts.size(); ++b) {
    const Generated alone = generator.generate({prompts[b]}, {.max_tokens = 20})[0];
    EXPECT_EQ(together[b].ids, alone.ids) << b;
    for (std::size_t i = 0; i < alone.ids.size(); ++i) {
      EXPECT_NEAR(together[b].log_probabilities[i], alone.log_probabilities[i], 1e-4);
    }
  }
}

TEST(GemmaGenerate, LogProbabilitiesAreThoseOfTheModel) {
  Generator generator(plain());
  const Ids prompt = some_ids(6, 8);
  const Generated text = generator.generate({prompt}, {.max_tokens = 3})[0];
  const std::vector<double> logits = logits_of(plain(), {prompt}).to_doubles();
  double total = 0;
  for (double l : logits) total += std::exp(l);
  const auto best = std::ranges::max_element(logits) - logits.begin();
  EXPECT_EQ(text.ids[0], best);
  EXPECT_NEAR(text.log_probabilities[0], logits[static_cast<std::size_t>(best)] - std::log(total),
              1e-5);
}

TEST(GemmaGenerate, TextsEndWhereTheyShould) {
  Generator generator(plain());
  const Ids prompt = some_ids(6, 9);
  const Generated free = generator.generate({prompt}, {.max_tokens = 30})[0];
  EXPECT_EQ(free.finish, Finish::kLength);
  ASSERT_EQ(free.ids.size(), 30U);

  const std::int32_t stop = free.ids[11];
  const auto first = std::ranges::find(free.ids, stop);
  const Generated stopped = generator.generate({prompt}, {.max_tokens = 30, .stop_ids = {stop}})[0];
  EXPECT_EQ(stopped.finish, Finish::kStopId);
  EXPECT_EQ(stopped.ids, Ids(free.ids.begin(), first + 1));

  const Dim least = static_cast<Dim>(first - free.ids.begin()) + 1;
  const Generated longer =
      generator.generate({prompt}, {.max_tokens = 30, .min_tokens = least, .stop_ids = {stop}})[0];
  EXPECT_GT(longer.ids.size(), stopped.ids.size());
  EXPECT_NE(longer.ids[static_cast<std::size_t>(first - free.ids.begin())], stop);

  std::vector<std::int32_t> seen;
  const Generated cut = generator.generate(
      {prompt}, {.max_tokens = 30, .on_token = [&](std::size_t, std::int32_t id, float) {
                   seen.push_back(id);
                   return seen.size() < 4;
                 }})[0];
  EXPECT_EQ(cut.finish, Finish::kCaller);
  EXPECT_EQ(cut.ids, seen);
  EXPECT_EQ(cut.ids, Ids(free.ids.begin(), free.ids.begin() + 4));

  const Generated full = generator.generate({some_ids(90, 1)}, {.max_tokens = 30})[0];
  EXPECT_EQ(full.finish, Finish::kContext);
  EXPECT_EQ(full.ids.size(), 6U);
  EXPECT_TRUE(generator.generate({prompt}, {.max_tokens = 0})[0].ids.empty());
}

TEST(GemmaGenerate, APromptThatGoesOnIsReadFromWhereItDiffers) {
  Engine engine = engine_of(small(3, 8));
  Generator generator(engine), fresh(engine);
  Ids prompt = some_ids(20, 10);
  for (int turn = 0; turn < 3; ++turn) {
    const Generated text = generator.generate({prompt}, {.max_tokens = 7})[0];
    EXPECT_EQ(generator.report().reused_tokens,
              turn == 0 ? 0 : static_cast<Dim>(prompt.size()) - 3);
    fresh.forget();
    EXPECT_EQ(text.ids, fresh.generate({prompt}, {.max_tokens = 7})[0].ids) << turn;
    prompt.insert(prompt.end(), text.ids.begin(), text.ids.end());
    for (std::int32_t id : {5, 6, 7}) prompt.push_back(id);
  }
  // The beginning alone is in common: a ring has lost it.
  Ids other(prompt.begin(), prompt.begin() + 12);
  other.push_back(3);
  const Generated text = generator.generate({other}, {.max_tokens = 7})[0];
  EXPECT_EQ(generator.report().reused_tokens, 0);
  fresh.forget();
  EXPECT_EQ(text.ids, fresh.generate({other}, {.max_tokens = 7})[0].ids);
  // Going back twice goes back from the longest text that there was.
  const Ids all = some_ids(60, 11);
  for (Dim length : {60, 55, 49}) {
    Ids cut(all.begin(), all.begin() + length);
    cut.back() = 1;
    const GenerateOptions options{.max_tokens = length == 49 ? 7 : 1};
    const Ids ids = generator.generate({cut}, options)[0].ids;
    EXPECT_EQ(generator.report().reused_tokens, length == 55 ? 54 : 0);
    fresh.forget();
    EXPECT_EQ(ids, fresh.generate({cut}, options)[0].ids) << length;
  }
}

TEST(GemmaGenerate, LaunchesAndCompilesAreFew) {
  Engine engine = engine_of(small(1, 0));
  Generator generator(engine);
  for (Dim tokens : {1, 2, 9, 40}) {
    for (Dim length : {1, 7, 30}) {
      (void)generator.generate({some_ids(length, static_cast<int>(tokens))},
                               {.max_tokens = tokens});
      EXPECT_LE(generator.report().launches, static_cast<double>(tokens) / 8 + 2)
          << tokens << " after " << length;
      generator.forget();
    }
  }
  const int compiled = engine.counts().programs;
  EXPECT_LE(compiled, 12);
  for (Dim length : {2, 11, 25, 31})
    (void)generator.generate({some_ids(length, 1)}, {.max_tokens = 33});
  EXPECT_LE(engine.counts().programs, 12);
}

TEST(GemmaGenerate, HalfPrecisionStaysFiniteWhereTheResidualDoesNotFit) {
  Config config = small(3, 0, Precision::of(kF16));
  nn::Store weights = declare_weights(config);
  weights.materialize(test::cpu(), 7);
  for (const auto& [path, variable] :
       weights.variables()) {  // scales such that layers add 1e5 each
    if (path.find("post_") == std::string::npos) continue;
    weights.set(path, Tensor(from_doubles(variable.shape, std::vector<double>(32, 1e5))));
  }
  Engine engine(test::cpu(), config, std::move(weights), test::quick_engine());
  for (double l : logits_of(engine, {some_ids(9, 1)}).to_doubles()) ASSERT_TRUE(std::isfinite(l));
  for (float l :
       Generator(engine).generate({some_ids(9, 1)}, {.max_tokens = 9})[0].log_probabilities) {
    EXPECT_TRUE(std::isfinite(l));
  }
}

TEST(GemmaGenerate, ASeedGivesTheSameTextAloneAndInABatch) {
  Generator generator(plain());
  const std::vector<Ids> prompts = {some_ids(3, 5), some_ids(17, 6)};
  GenerateOptions options{.max_tokens = 24,
                          .sampling = {.temperature = 2, .top_k = 40, .top_p = 0.95, .seed = 5}};
  const std::vector<Generated> together = generator.generate(prompts, options);
  EXPECT_EQ(generator.generate({prompts[0]}, options)[0].ids, together[0].ids);
  ++options.sampling.seed;
  EXPECT_EQ(generator.generate({prompts[1]}, options)[0].ids, together[1].ids);
  EXPECT_NE(generator.generate({prompts[0]}, options)[0].ids, together[0].ids);
}

TEST(GemmaGenerate, PenaltiesAndBiasesReachTheChoice) {
  Generator generator(plain());
  const Ids prompt = some_ids(6, 8);
  const Generated never =
      generator.generate({prompt}, {.max_tokens = 40, .sampling = {.presence_penalty = 1000}})[0];
  Ids all = prompt;
  all.insert(all.end(), never.ids.begin(), never.ids.end());
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::unique(all).begin(), all.end()) << "a token came again";
  const Generated biased =
      generator.generate({prompt}, {.max_tokens = 9, .sampling = {.logit_bias = {{42, 1000}}}})[0];
  EXPECT_EQ(biased.ids, Ids(9, 42));
}

// As many rows as draws, each with a seed of its own: the chi-squared statistic of their first
// tokens against the probabilities that options and the model's logits give, written down here in
// f64.
TEST(GemmaGenerate, FirstTokensFollowTheDistribution) {
  constexpr std::size_t kRows = 2000;
  const Ids prompt = {5, 9, 9, 40};
  const SamplingOptions sampling{.temperature = 0.05,
                                 .top_k = 24,
                                 .min_p = 0.02,
                                 .repetition_penalty = 1.2,
                                 .presence_penalty = 0.02,
                                 .frequency_penalty = 0.01,
                                 .logit_bias = {{7, 0.05}, {30, -0.1}},
                                 .seed = 100};
  std::vector<double> x = logits_of(plain(), {prompt}).to_doubles();
  x[7] += 0.05, x[30] -= 0.1;
  for (const auto& [id, count] :
       std::vector<std::pair<std::size_t, double>>{{5, 1}, {9, 2}, {40, 1}})
    x[id] = (x[id] > 0 ? x[id] / 1.2 : x[id] * 1.2) - 0.02 - 0.01 * count;
  std::vector<double> sorted = x;
  std::ranges::sort(sorted, std::greater());
  double total = 0;
  for (double& logit : x) {
    logit = logit < sorted[23] ? 0 : std::exp((logit - sorted[0]) / 0.05);
    if (logit < 0.02) logit = 0;
    total += logit;
  }
  std::vector<double> counts(x.size());
  Generator generator(plain());
  for (const Generated& text :
       generator.generate(std::vector<Ids>(kRows, prompt), {.max_tokens = 1, .sampling = sampling}))
    counts[static_cast<std::size_t>(text.ids.at(0))] += 1;
  double statistic = 0, cells = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = x[i] / total * kRows;
    if (expected == 0) {
      EXPECT_EQ(counts[i], 0) << i;
      continue;
    }
    statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    ++cells;
  }
  EXPECT_GT(cells, 8);
  EXPECT_LT((statistic - (cells - 1)) / std::sqrt(2 * (cells - 1)), 4)
      << statistic << " in " << cells << " cells";
}

TEST(GemmaGenerate, RandomWeightsAreOfTheSizeOfRealOnesAndDiffer) {
  const Config config = small(2, 2);
  const nn::Store weights = random_weights(config, test::cpu());
  std::vector<std::vector<double>> matrices;
  for (const std::string& path : nn::model_paths(weights)) {
    const Array x = weights.at(path).value.array();
    const std::vector<double> numbers = x.to_doubles();
    double sum = 0, squares = 0;
    for (const double n : numbers) sum += n, squares += n * n;
    const auto count = static_cast<double>(numbers.size());
    if (x.shape().rank() < 2) {
      EXPECT_EQ(squares, 0) << path;  // the distance of norms from 1
      continue;
    }
    const double deviation = 0.035 / std::sqrt(3);  // of even numbers
    EXPECT_NEAR(std::sqrt(squares / count), deviation, 4 * deviation / std::sqrt(count)) << path;
    EXPECT_NEAR(sum / count, 0, 4 * deviation / std::sqrt(count)) << path;
    for (const auto& other : matrices) EXPECT_NE(numbers, other) << path;
    matrices.push_back(numbers);
  }
  EXPECT_GT(matrices.size(), 10U);
}

TEST(GemmaGenerate, RefusesPromptsThatDoNotFit) {
  Generator generator(plain());
  const auto refusal = [&](const std::vector<Ids>& prompts) {
    return test::refusal([&] { (void)generator.generate(prompts, {.max_tokens = 3}); });
  };
  EXPECT_EQ(refusal({}), "no prompt; expected one or more");
  EXPECT_EQ(refusal({{}}), "an empty prompt; expected at least one token");
  EXPECT_EQ(refusal({{2, 96}}), "token id 96 is outside of the vocabulary; expected 0 .. 95");
  EXPECT_EQ(test::refusal([&] { (void)generator.generate({{1}}, {.sampling = {.top_p = 0}}); }),
            "top-p is 0; expected above 0, up to 1");
  Memory memory = plain().remember_nothing({0, 0});
  const std::string room = test::refusal([&] { plain().reserve(memory, Dim{1} << 40); });
  EXPECT_THAT(
      room, testing::StartsWith(
                "out of memory: a cache for 1099511627776 tokens of 2 texts needs 562949.95 GB; "));
  EXPECT_THAT(room,
              testing::HasSubstr(" tokens\n  hint:  fewer or shorter texts, or --dtype bf16"));
  Config large = published().back().config;
  large.hidden = Dim{1} << 30;
  EXPECT_THAT(test::refusal([&] { expect_room_for_weights(test::cpu(), large); }),
              testing::AllOf(testing::StartsWith("out of memory: the weights need "),
                             testing::HasSubstr("--dtype bf16 takes half")));
  EXPECT_EQ(refusal({some_ids(96, 1)}),
            "a prompt of 96 tokens leaves no room in the model's context of 96");
}

}  // namespace
}  // namespace hilo::models::gemma
