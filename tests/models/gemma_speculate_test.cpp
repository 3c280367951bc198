// Speculation makes the text that there would be without, in fewer launches.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/models/gemma_small.h"

namespace hilo::models::gemma {
namespace {

Engine& target() {
  static Engine engine = engine_of(small(3, 8), 7, 128);
  return engine;
}

// Of other weights, so that it guesses wrong most of the time.
Engine& stranger() {
  static Engine engine = engine_of(small(2, 8), 11, 128);
  return engine;
}

const std::vector<std::pair<const char*, SamplingOptions>>& samplers() {
  static const std::vector<std::pair<const char*, SamplingOptions>> all = {
      {"greedy", {}},
      {"drawn", {.temperature = 0.7, .top_k = 40, .top_p = 0.95, .seed = 5}},
      {"drawn, penalized and biased",
       {.temperature = 1,
        .min_p = 0.1,
        .typical_p = 0.9,
        .repetition_penalty = 1.3,
        .presence_penalty = 0.02,
        .frequency_penalty = 0.1,
        .logit_bias = {{42, 0.2}},
        .seed = 9}}};
  return all;
}

// What came before, and a token that is never right.
Ids mixed(const Ids& right, const GuessRequest& request) {
  Ids guesses;
  for (Dim i = request.made; i < request.made + request.count; ++i) {
    const std::int32_t id = right[static_cast<std::size_t>(i)];
    guesses.push_back(i % 5 == 3 ? (id + 1) % 96 : id);
  }
  return guesses;
}

TEST(GemmaSpeculate, TheTextIsTheSame) {
  Generator plain(target()), guessed(target());
  const Ids prompt = some_ids(9, 3);
  for (const auto& [name, sampling] : samplers()) {
    GenerateOptions options{.max_tokens = 40, .sampling = sampling};  // a ring of 14 turns often
    plain.forget();
    const Generated expected = plain.generate({prompt}, options)[0];
    options.guesses = 5;
    const std::vector<std::pair<const char*, Guesser>> guessers = {
        {"nothing", [](const GuessRequest&) { return Ids(); }},
        {"n-gram", Ngram{.longest = 3, .shortest = 1}},
        {"itself", Draft(target())},
        {"stranger", Draft(stranger())},
        {"mixed", [&](const GuessRequest& request) { return mixed(expected.ids, request); }}};
    for (const auto& [guesser, guess] : guessers) {
      SCOPED_TRACE(std::string(name) + " by " + guesser);
      options.speculate = guess;
      guessed.forget();
      const Generated got = guessed.generate({prompt}, options)[0];
      EXPECT_EQ(got.ids, expected.ids);
      EXPECT_EQ(got.finish, expected.finish);
      ASSERT_EQ(got.log_probabilities.size(), expected.log_probabilities.size());
      for (std::size_t i = 0; i < got.ids.size(); ++i)
        EXPECT_NEAR(got.log_probabilities[i], expected.log_probabilities[i], 1e-4) << i;
    }
  }
}

TEST(GemmaSpeculate, RightGuessesSaveLaunches) {
  Generator generator(target());
  const Ids prompt = some_ids(9, 3);
  for (const auto& [name, sampling] : samplers()) {
    SCOPED_TRACE(name);
    GenerateOptions options{
        .max_tokens = 40, .sampling = sampling, .speculate = Draft(target()), .guesses = 5};
    generator.forget();
    (void)generator.generate({prompt}, options);
    EXPECT_EQ(generator.report().guessed_tokens,
              32);  // the other 8: one first, and one behind the guesses of 7 launches
    EXPECT_EQ(generator.report().accepted_tokens, 32);
    options.speculate = [](const GuessRequest& request) {
      return Ids(static_cast<std::size_t>(request.count), 1);
    };
    generator.forget();
    (void)generator.generate({prompt}, options);
    EXPECT_GE(generator.report().launches, 40 - generator.report().accepted_tokens);
  }
}

TEST(GemmaSpeculate, NgramsFindWhatFollowedLast) {
  const Ids text = {1, 2, 3, 4, 9, 2, 3, 5, 7, 2, 3};
  const auto guess = [&](const Ids& of, Dim count, Ngram ngram = {}) {
    return ngram({of, 0, count, {}});
  };
  EXPECT_EQ(guess(text, 3), (Ids{5, 7, 2}));
  EXPECT_EQ(guess(text, 6), (Ids{5, 7, 2, 3, 5, 7}));             // goes round
  EXPECT_EQ(guess({1, 2, 3, 8, 2, 3, 9, 1, 2, 3}, 1), (Ids{8}));  // three tokens before two
  EXPECT_EQ(guess({4, 4, 4}, 3), (Ids{4, 4, 4}));
  EXPECT_EQ(guess({5, 6, 7}, 3), Ids());
  EXPECT_EQ(guess({5, 6, 5}, 3), Ids());
  EXPECT_EQ(guess({5, 6, 5}, 3, {.shortest = 1}), (Ids{6, 5, 6}));
  EXPECT_EQ(guess({5}, 3, {.shortest = 1}), Ids());
}

TEST(GemmaSpeculate, TextsEndWhereTheyShould) {
  Generator generator(target());
  const Ids prompt = some_ids(6, 9);
  GenerateOptions options{.max_tokens = 30, .sampling = samplers()[1].second};
  const Generated free = generator.generate({prompt}, options)[0];
  const auto both = [&](GenerateOptions o, const Ids& from) {
    generator.forget();
    const Generated plain = generator.generate({from}, o)[0];
    o.speculate = Draft(target()), o.guesses = 5;
    generator.forget();
    const Generated guessed = generator.generate({from}, o)[0];
    EXPECT_EQ(guessed.ids, plain.ids);
    EXPECT_EQ(guessed.finish, plain.finish);
  };
  options.stop_ids = {free.ids[11]};
  both(options, prompt);
  options.min_tokens = 14;
  both(options, prompt);
  both({.max_tokens = 30}, some_ids(90, 1));  // the context is full
  both({.max_tokens = 1}, prompt);
  both({.max_tokens = 9}, {5});  // nothing is read before the first guess
  Dim heard = 0;
  both({.max_tokens = 30,
        .on_token = [&](std::size_t, std::int32_t, float) { return ++heard % 4 != 0; }},
       prompt);
}

TEST(GemmaSpeculate, ATextThatGoesOnIsReadFromWhereItDiffers) {
  Generator generator(target()), fresh(target());
  Ids prompt = some_ids(20, 10);
  const GenerateOptions options{.max_tokens = 9, .speculate = Ngram{.shortest = 1}, .guesses = 5};
  for (int turn = 0; turn < 3; ++turn) {
    const Generated text = generator.generate({prompt}, options)[0];
    fresh.forget();
    EXPECT_EQ(text.ids, fresh.generate({prompt}, {.max_tokens = 9})[0].ids) << turn;
    prompt.insert(prompt.end(), text.ids.begin(), text.ids.end());
    for (std::int32_t id : {5, 6, 7}) prompt.push_back(id);
  }
  EXPECT_GT(generator.report().reused_tokens, 0);
}

// Randomness and `min_tokens` count the answer's tokens that a prompt ends with.
TEST(GemmaSpeculate, AnAnswerGoesOnAsIfItHadNotEnded) {
  Generator generator(target());
  GenerateOptions options{.max_tokens = 20, .sampling = samplers()[1].second};
  const Ids prompt = some_ids(7, 2);
  const Ids whole = generator.generate({prompt}, options)[0].ids;
  Ids longer = prompt;
  longer.insert(longer.end(), whole.begin(), whole.begin() + 12);
  options.max_tokens = 8, options.already_made = 12;
  EXPECT_EQ(generator.generate({longer}, options)[0].ids, Ids(whole.begin() + 12, whole.end()));
}

TEST(GemmaSpeculate, RefusesWhatItCannotDo) {
  Generator generator(target());
  const auto refusal = [&](const std::vector<Ids>& prompts, GenerateOptions options) {
    options.speculate = Ngram{};
    return test::refusal([&] { (void)generator.generate(prompts, options); });
  };
  EXPECT_EQ(refusal({{1}, {2}}, {}), "speculation for 2 prompts; expected one");
  EXPECT_EQ(refusal({{1}}, {.guesses = 10}), "10 guesses at once; expected 1 .. 9");
  EXPECT_EQ(refusal({{1}}, {.guesses = 0}), "0 guesses at once; expected 1 .. 9");
  EXPECT_EQ(
      refusal({{1}}, {.allowed = [](std::size_t) { return std::span<const std::uint32_t>(); }}),
      "speculation for a text that is held to a pattern; expected one of the two");
  GenerateOptions bad{.max_tokens = 5, .guesses = 5};
  bad.speculate = [](const GuessRequest&) { return Ids{96}; };
  EXPECT_EQ(test::refusal([&] { (void)generator.generate({{1}}, bad); }),
            "token id 96 is outside of the vocabulary; expected 0 .. 95");
}

}  // namespace
}  // namespace hilo::models::gemma
