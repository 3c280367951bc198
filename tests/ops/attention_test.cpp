// Attention and positions against JAX, with gradients: attention_goldens.py makes the archive.
#include "hilo/ops/attention.h"

#include "hilo/autodiff/autodiff.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rotary.h"
#include "hilo/ops/slice.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

const formats::NpzFile& goldens() {
  static const auto& file = *new formats::NpzFile(formats::NpzFile::open(
      std::filesystem::path(HILO_SOURCE_DIR) / "tests/ops/attention_goldens.npz"));
  return file;
}

// The cases below `folder`, by the members that end in "/y".
std::vector<std::string> cases(const std::string& folder) {
  std::vector<std::string> result;
  for (const std::string& name : goldens().names()) {
    if (name.starts_with(folder + "/") && name.ends_with("/y"))
      result.push_back(name.substr(0, name.size() - 2));
  }
  return result;
}

// The settings of an attention case; its operands by name, and those that have a gradient.
struct Case {
  explicit Case(const std::string& name) : at(name) {
    for (const char* member : {"q", "k", "v", "bias"}) {
      if (goldens().contains(at + "/" + member)) operands.emplace_back(member);
    }
  }
  [[nodiscard]] Array member(const std::string& key) const { return goldens().at(at + "/" + key); }
  [[nodiscard]] std::vector<Array> arguments() const {
    std::vector<Array> result;
    for (const std::string& key : operands) result.push_back(member(key));
    return result;
  }
  [[nodiscard]] Value given(const std::string& key) const {
    return goldens().contains(at + "/" + key) ? constant(member(key)) : Value();
  }
  [[nodiscard]] AttentionOptions options(std::span<const Value> p) const {
    const auto flags = member("flags").to_doubles(), numbers = member("numbers").to_doubles();
    AttentionOptions o{.is_causal = flags[0] != 0,
                       .soft_cap = numbers[1],
                       .bias = p.size() > 3 ? p[3] : Value(),
                       .mask = given("mask"),
                       .query_lengths = given("q_lengths"),
                       .key_lengths = given("k_lengths"),
                       .query_positions = given("q_positions"),
                       .key_positions = given("k_positions")};
    if (flags[1] >= 0) o.window = {static_cast<Dim>(flags[1]), static_cast<Dim>(flags[2])};
    if (numbers[0] != 0) o.scale = numbers[0];
    return o;
  }

  std::string at;
  std::vector<std::string> operands{};
};

// y, the probabilities, and the gradients of all operands.
BuildFn attend(const Case& c) {
  return [c](std::span<const Value> all) {
    const auto p = all.first(c.operands.size());
    const std::vector<Value> y = {scaled_dot_product_attention(p[0], p[1], p[2], c.options(p))};
    std::vector<Value> results = vjp(y, std::vector{constant(c.member("d_y").as(p[0].dtype()))}, p);
    results.insert(results.begin(), {y[0], attention_weights(p[0], p[1], c.options(p))});
    return results;
  };
}

TEST(Attention, AgreesWithJaxWithGradients) {
  Programs programs;
  const std::vector<std::string> names = cases("attention");
  ASSERT_GE(names.size(), 20U);
  for (const std::string& name : names) programs.add(attend(Case(name)), Case(name).arguments());
  const auto results = programs.run();
  for (std::size_t i = 0; i < names.size(); ++i) {
    SCOPED_TRACE(names[i]);
    const Case c(names[i]);
    expect_close(results[i][0], c.member("y"), 1e-12);
    expect_close(results[i][1], c.member("p"), 1e-12);
    for (std::size_t k = 0; k < c.operands.size(); ++k) {
      SCOPED_TRACE("d_" + c.operands[k]);
      expect_close(results[i][2 + k], c.member("d_" + c.operands[k]), 1e-11);
    }
  }
}

// Scores of bf16 are summed, capped and normalised in f32: only operands and result are rounded.
TEST(Attention, NarrowFloatsKeepAWideSoftmax) {
  for (const DType dtype : {kBF16, kF16}) {
    for (const char* name : {"attention/gemma_local", "attention/groups", "attention/bias"}) {
      SCOPED_TRACE(std::string(hilo::name(dtype)) + " " + name);
      const Case c(name);
      std::vector<Array> narrow;
      for (const Array& a : c.arguments()) narrow.push_back(a.as(dtype));
      const std::vector<Array> results = run(attend(c), narrow);
      EXPECT_EQ(results[0].shape().dtype, dtype);
      EXPECT_EQ(results[1].shape().dtype, kF32);
      const double epsilon = dtype == kBF16 ? 0x1p-8 : 0x1p-11;
      expect_close(results[0], c.member("y"), 4 * epsilon);
      expect_close(results[1], c.member("p"), 4 * epsilon);  // q and k are rounded
      expect_close(results[2], c.member("d_q"), 16 * epsilon);
      expect_close(results[4], c.member("d_v"), 8 * epsilon);
    }
  }
}

TEST(Attention, WhatSeesNothingIsZeroAndHasNoGradient) {
  const Array q = Array::of<float>({1, 2, 1, 2}, {1, 2, 3, 4});
  const auto results = run(
      [](std::span<const Value> p) {
        const Value none = zeros({kI1, {2, 2}});
        const Value y = scaled_dot_product_attention(p[0], p[0], p[0], {.mask = none});
        return std::vector{y, grad(sum(y), p[0])};
      },
      {q});
  for (const Array& a : results) expect_close(a, Array::of<float>({1, 2, 1, 2}, {0, 0, 0, 0}), 0);
  const auto empty = run(
      [](std::span<const Value> p) {
        return std::vector{scaled_dot_product_attention(p[0], p[1], p[1])};
      },
      {q, Array::of<float>({1, 0, 1, 2}, {})});
  expect_close(empty[0], Array::of<float>({1, 2, 1, 2}, {0, 0, 0, 0}), 0);
}

TEST(Attention, MaskedScoresDoNotLeak) {
  const auto results = run(
      [](std::span<const Value> p) {
        return std::vector{scaled_dot_product_attention(p[0], p[1], p[2], {.is_causal = true})};
      },
      {Array::of<float>({1, 2, 1, 1}, {1, 1}),
       Array::of<float>({1, 3, 1, 1}, {1, 1, std::nanf("")}),
       Array::of<float>({1, 3, 1, 1}, {2, 4, 1e30F})});
  expect_close(results[0], Array::of<float>({1, 2, 1, 1}, {2, 3}), 1e-6);
}

// Token by token, with the last keys in a ring as a decoder keeps them, attention gives what it
// gives at once.
TEST(Attention, ARingOfKeysDecodesAsTheWhole) {
  constexpr Dim kTokens = 9, kRing = 4;
  std::vector<double> numbers;
  for (int i = 0; i < kTokens * 2; ++i) numbers.push_back(std::sin(i * 1.3));
  const auto results = run(
      [](std::span<const Value> p) {
        const Value x = p[0];  // [1,T,1,2]
        const Value whole = scaled_dot_product_attention(
            x, x, x, {.is_causal = true, .window = AttentionWindow{.left = kRing - 1}});
        std::vector<Value> steps;
        for (Dim t = 0; t < kTokens; ++t) {
          std::vector<Value> ring;
          std::vector<double> places;
          for (Dim slot = 0; slot < kRing; ++slot) {
            const Dim at = t - (t - slot + kRing) % kRing;  // the newest token of that slot
            places.push_back(at < 0 ? 1000 : static_cast<double>(at));  // none yet: behind all
            ring.push_back(slice_axis(x, 1, std::max<Dim>(at, 0), std::max<Dim>(at, 0) + 1));
          }
          const Value keys = concatenate(ring, 1);
          steps.push_back(scaled_dot_product_attention(
              slice_axis(x, 1, t, t + 1), keys, keys,
              {.is_causal = true,
               .window = AttentionWindow{.left = kRing - 1},
               .query_positions = full({kI32, {1}}, t),
               .key_positions = constant(from_doubles({kI32, {kRing}}, places))}));
        }
        return std::vector{whole, concatenate(steps, 1)};
      },
      {Array::of({1, kTokens, 1, 2}, numbers)});
  expect_close(results[1], results[0], 1e-12);
}

// Long causal attention goes block by block; positions that are given keep it whole.
TEST(Attention, BlocksGiveWhatTheWholeGives) {
  constexpr Dim kTokens = 1100;
  const auto results = run(
      [](std::span<const Value> p) {
        std::vector<Value> pairs;
        const Value x = reshape(p[0], {1, kTokens, 4, 2}), k = slice_axis(x, 2, 0, 2);
        const Value places = iota({kI32, {kTokens}});
        for (const std::optional<AttentionWindow>& window :
             {std::optional<AttentionWindow>(), std::optional<AttentionWindow>({.left = 300})}) {
          AttentionOptions options{.is_causal = true, .window = window, .soft_cap = 2,
                                   .mask = reshape(places >= 3, {1, 1, 1, kTokens})};
          for (bool is_whole : {false, true}) {
            if (is_whole) options.query_positions = options.key_positions = places;
            const Value y = scaled_dot_product_attention(x, k, k, options);
            pairs.push_back(y);
            pairs.push_back(grad(sum(y * x), p[0]));
          }
        }
        return pairs;
      },
      {[] {
        std::vector<double> numbers;
        for (int i = 0; i < kTokens * 8; ++i) numbers.push_back(std::sin(i * 1.7));
        return Array::of({kTokens * 8}, numbers);
      }()});
  for (std::size_t i : {0U, 1U, 4U, 5U}) expect_close(results[i], results[i + 2], 1e-10);
}

// Before it is cut into blocks.
TEST(Attention, ALongMaskThatDoesNotFitIsRefusedWhole) {
  const Shape x{kF32, {1, 1100, 1, 2}};
  const auto build = [](std::span<const Value> p) {
    return std::vector{
        scaled_dot_product_attention(p[0], p[0], p[0], {.is_causal = true, .mask = p[1]})};
  };
  try {
    (void)trace(build, std::vector<Shape>{x, {DType::kI1, {1100, 5}}});
    FAIL() << "is accepted";
  } catch (const OpError& e) {
    EXPECT_EQ(e.refusal().problem, "a mask or bias does not fit the scores");
  }
}

TEST(Attention, DropoutKeepsTheMean) {
  constexpr Dim kKeys = 50'000;
  const auto weights = run(
      [](std::span<const Value> p) {
        return std::vector{attention_weights(p[0], p[1], {.dropout = 0.25, .dropout_key = p[2]}),
                           attention_weights(p[0], p[1], {.dropout = 0.25})};
      },
      {Array::of<float>({1, 1, 1, 1}, {0}), Array::of({1, kKeys, 1, 1}, std::vector<float>(kKeys)),
       random_key_array(3)});
  double dropped = 0, total = 0;
  const double each = 1.0 / kKeys;
  for (const double p : weights[0].to_doubles()) {
    EXPECT_TRUE(p == 0 || std::abs(p - each / 0.75) < each * 1e-3) << p;
    dropped += p == 0 ? 1 : 0;
    total += p;
  }
  const double deviation = std::sqrt(0.25 * 0.75 / kKeys);
  EXPECT_NEAR(dropped / kKeys, 0.25, 5 * deviation);
  EXPECT_NEAR(total, 1, 5 * deviation / 0.75);
  for (const double p : weights[1].to_doubles()) ASSERT_NEAR(p, each, each * 1e-3);  // no key: none
}

TEST(Rotary, AgreesWithComplexNumbersInJax) {
  const std::vector<std::string> names = cases("rotary");
  ASSERT_GE(names.size(), 7U);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const auto at = [&](const std::string& key) { return goldens().at(name + "/" + key); };
    const std::vector<double> n = at("numbers").to_doubles();
    const RotaryOptions options{
        .base = n[0], .scale = n[1], .is_interleaved = n[2] != 0, .width = static_cast<Dim>(n[3])};
    const auto results = run(
        [&](std::span<const Value> p) {
          const std::vector<Value> y = {rotary_embedding(p[0], p[1], options)};
          return std::vector{y[0], vjp(y, p.subspan(2, 1), p.first(1))[0]};
        },
        {at("x"), at("positions"), at("d_y")});
    expect_close(results[0], at("y"), 1e-10);
    expect_close(results[1], at("d_x"), 1e-10);
    if (name != "rotary/far") continue;
    // Angles are f32 also for bf16, which could not tell 511 from 512.
    const auto narrow = run(
        [&](std::span<const Value> p) {
          return std::vector{rotary_embedding(p[0], p[1], options)};
        },
        {at("x").as(kBF16), at("positions")});
    expect_close(narrow[0], at("y"), 0x1p-7);
  }
}

TEST(Sinusoids, AgreeWithNumpy) {
  for (const std::string& name : cases("sinusoidal")) {
    SCOPED_TRACE(name);
    const Array x = goldens().at(name + "/x"), y = goldens().at(name + "/y");
    const std::vector<double> n = goldens().at(name + "/numbers").to_doubles();
    for (const DType dtype : {kF64, kF32}) {
      const auto results = run(
          [&](std::span<const Value> p) {
            return std::vector{
                sinusoidal_embedding(p[0], y.shape().dims.back(),
                                     {.base = n[0], .is_interleaved = n[1] != 0, .dtype = dtype})};
          },
          {x});
      expect_close(results[0], y, dtype == kF64 ? 1e-12 : 1e-4);
    }
  }
}

}  // namespace
}  // namespace hilo::test
