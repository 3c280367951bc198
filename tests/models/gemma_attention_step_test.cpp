// Attention of new tokens over a cache: the CPU's kernel against the graph that stands for it on
// other platforms.
#include "hilo/models/gemma/attention_step.h"

#include <gtest/gtest.h>

#include <random>

#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/slice.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {
namespace {

struct Case {
  const char* name;
  Dim tokens = 1, heads = 4, key_heads = 1, slots = 16;
  std::int32_t start = 0, count = 1;
  std::vector<std::int32_t> padding = {0};
  Dim window = 0;  // or 0: a global layer
  Dim slack = 32;
  double cap = 0;
  bool is_first = false;
  int generation = 3;
  Dim width = 32;
};

Config config_of(const Case& c) {
  Config config{.generation = c.generation,
                .layers = 1,
                .width = 64,
                .heads = c.heads,
                .key_value_heads = c.key_heads,
                .head_width = c.width,
                .hidden = 64,
                .vocabulary = 10};
  config.query_scale = 0.2;
  config.attention_cap = c.cap;
  config.window = c.window;
  config.window_slack = c.slack;
  config.is_local = {c.window > 0};
  config.local_rope_scale = 2;
  return config;
}

Array numbers(Dims dims, std::mt19937& random) {
  Array result(Shape{kF32, std::move(dims)});
  std::normal_distribution<float> normal;
  for (float& x : result.mutable_data<float>()) x = normal(random);
  return result;
}

class AttentionStep : public testing::TestWithParam<Case> {};

TEST_P(AttentionStep, KernelAndGraphAreEqual) {
  const Case& c = GetParam();
  const Config config = config_of(c);
  const auto batch = static_cast<Dim>(c.padding.size());
  std::mt19937 random(7);
  const Shape cache = cache_shape(config, 0, batch, c.slots);
  const bool has_norms = config.has_query_key_norms();
  std::vector<Array> in = {numbers({batch, c.tokens, c.heads, c.width}, random),
                           numbers({batch, c.tokens, c.key_heads, c.width}, random),
                           numbers({batch, c.tokens, c.key_heads, c.width}, random),
                           numbers(cache.dims, random),
                           numbers(cache.dims, random),
                           Array::scalar(c.start),
                           Array::scalar(c.count),
                           Array::of<std::int32_t>({batch}, c.padding),
                           numbers({c.width}, random),
                           numbers({c.width}, random)};
  const auto step = [&](std::span<const Value> p) {
    LayerCache layer{p[3], p[4]};
    const HeadInputs x{p[0], p[1], p[2], has_norms ? p[8] : Value(), has_norms ? p[9] : Value()};
    const Value start = c.is_first ? constant(Array::scalar(c.start)) : p[5];
    const Value y = attend(config, 0, x, layer, {start, p[6], p[7], c.is_first});
    return std::vector{y, layer.keys, layer.values};
  };
  const std::vector<Array> got = test::run(step, in),
                           expected = test::run_without_kernels(step, in);
  for (std::size_t i = 0; i < got.size(); ++i) {
    SCOPED_TRACE(i);
    test::expect_near(got[i], expected[i].to_doubles(), 5e-6);
  }
}

// In bf16, with queries, keys and values in one: a kernel of CUDA's where the device has it.
class JointAttentionStep : public testing::TestWithParam<Case> {};

TEST_P(JointAttentionStep, IsTheSame) {
  const Case& c = GetParam();
  Config config = config_of(c);
  config.precision = Precision::of(kBF16);
  const auto batch = static_cast<Dim>(c.padding.size());
  std::mt19937 random(7);
  const Shape cache = cache_shape(config, 0, batch, c.slots);
  const bool has_norms = config.has_query_key_norms();
  const Dim all = c.heads * c.width, own = c.key_heads * c.width;
  const std::vector<Array> in = {numbers({batch, c.tokens, all + 2 * own}, random), numbers(cache.dims, random), numbers(cache.dims, random),
                                 Array::scalar(c.start), Array::scalar(c.count), Array::of<std::int32_t>({batch}, c.padding),
                                 numbers({c.width}, random), numbers({c.width}, random)};
  const auto step = [&](std::span<const Value> p, bool is_joint) {
    const auto heads = [&](Dim from, Dim to) {
      return reshape(convert(slice_axis(convert(p[0], kBF16), -1, from, to), kF32), {batch, c.tokens, (to - from) / c.width, c.width});
    };
    HeadInputs x;
    if (is_joint) {
      x.joint = convert(p[0], kBF16);
    } else {
      x = {.q = heads(0, all), .k = heads(all, all + own), .v = heads(all + own, all + 2 * own)};
    }
    if (has_norms) x.q_scale = p[6], x.k_scale = p[7];
    LayerCache layer{convert(p[1], kBF16), convert(p[2], kBF16)};
    const Value start = c.is_first ? constant(Array::scalar(c.start)) : p[3];
    const Value y = attend(config, 0, x, layer, {start, p[4], p[5], c.is_first});
    return std::vector{convert(y, kF32), convert(layer.keys, kF32), convert(layer.values, kF32)};
  };
  const std::vector<Array> got = test::run([&](std::span<const Value> p) { return step(p, true); }, in),
                           expected = test::run_without_kernels([&](std::span<const Value> p) { return step(p, false); }, in);
  for (std::size_t i = 0; i < got.size(); ++i) {
    SCOPED_TRACE(i);
    test::expect_near(got[i], expected[i].to_doubles(), 0.04);  // 2^-7 of numbers up to 5
  }
}

// Runs begin at multiples of 128, and from eight tokens on a block of them looks together.
INSTANTIATE_TEST_SUITE_P(
    Cases, AttentionStep,
    testing::Values(
        Case{.name = "OneToken", .start = 5}, Case{.name = "TheFirstToken", .start = 0},
        Case{.name = "TwoRowsOneWithPadding", .start = 5, .padding = {0, 3}},
        Case{.name = "ARowThatIsAllPadding", .start = 5, .padding = {0, 9}},
        Case{.name = "LongCache", .slots = 400, .start = 300, .padding = {0, 150}},
        Case{.name = "AWindow", .slots = 400, .start = 300, .padding = {0, 290}, .window = 140},
        Case{.name = "ARingThatTurned",
             .slots = 400,
             .start = 350,
             .padding = {0, 345},
             .window = 140},
        Case{.name = "ARingNotYetFull", .slots = 400, .start = 100, .window = 140},
        Case{.name = "FewTokens",
             .tokens = 5,
             .slots = 400,
             .start = 125,
             .count = 3,
             .padding = {0, 2}},
        Case{.name = "FewTokensInARing",
             .tokens = 5,
             .slots = 400,
             .start = 350,
             .count = 3,
             .window = 140},
        Case{.name = "ManyTokens",
             .tokens = 37,
             .slots = 400,
             .start = 250,
             .count = 30,
             .padding = {1, 260}},
        Case{.name = "ManyTokensInAWindow",
             .tokens = 37,
             .slots = 400,
             .start = 250,
             .count = 37,
             .window = 500},
        Case{.name = "ManyTokensInARing",
             .tokens = 50,
             .slots = 400,
             .start = 330,
             .count = 45,
             .padding = {0, 7},
             .window = 20},
        Case{.name = "AFirstPieceLongerThanTheRing",
             .tokens = 90,
             .slots = 400,
             .count = 80,
             .padding = {0, 31},
             .window = 20,
             .slack = 8,
             .is_first = true},
        Case{.name = "AFirstPiece",
             .tokens = 40,
             .slots = 64,
             .count = 33,
             .padding = {0, 5},
             .is_first = true},
        Case{.name = "SoftCap",
             .tokens = 12,
             .heads = 4,
             .key_heads = 2,
             .slots = 64,
             .start = 20,
             .count = 12,
             .cap = 2,
             .generation = 2,
             .width = 16},
        Case{.name = "OddGroups",
             .tokens = 9,
             .heads = 6,
             .key_heads = 2,
             .slots = 64,
             .start = 20,
             .count = 9,
             .generation = 1,
             .width = 80}),
    [](const auto& one) { return std::string(one.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Cases, JointAttentionStep,
    testing::Values(Case{.name = "TwoRowsOneWithPadding", .start = 5, .padding = {0, 3}},
                    Case{.name = "ARowThatIsAllPadding", .start = 5, .padding = {0, 9}},
                    Case{.name = "ARingThatTurned", .slots = 400, .start = 350, .padding = {0, 345}, .window = 140},
                    Case{.name = "GroupsOfTwo",
                         .heads = 8,
                         .key_heads = 4,
                         .slots = 300,
                         .start = 280,
                         .padding = {0, 30, 279},
                         .cap = 5,
                         .generation = 2,
                         .width = 256},
                    Case{.name = "GroupsOfEight", .heads = 8, .slots = 600, .start = 590, .window = 500, .generation = 1, .width = 128},
                    Case{.name = "SeveralTokens", .tokens = 5, .slots = 40, .start = 12, .count = 3, .padding = {0, 2}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(AttentionStepNumbers, NaNIsNotLost) {
  const Config config = config_of({.name = ""});
  std::mt19937 random(7);
  for (const std::size_t at : {0U, 3U}) {  // of the first key, and of a later one
    Array keys = numbers({1, 1, 16, 32}, random);
    keys.mutable_data<float>()[at * 32] = std::numeric_limits<float>::quiet_NaN();
    const Array y = test::run(
        [&](std::span<const Value> p) {
          LayerCache layer{p[2], p[2]};
          return std::vector{
              attend(config, 0, {p[0], p[1], p[1], p[3], p[3]}, layer, {p[4], p[5], p[6]})};
        },
        {numbers({1, 1, 4, 32}, random), numbers({1, 1, 1, 32}, random), keys,
         numbers({32}, random), Array::scalar<std::int32_t>(5), Array::scalar<std::int32_t>(1),
         Array::of<std::int32_t>({1}, {0})})[0];
    for (const double x : y.to_doubles()) EXPECT_TRUE(std::isnan(x));
  }
}

TEST(AttentionStepRefusals, ACacheThatIsTooShort) {
  const Config config = config_of({.name = "", .slots = 16});
  std::mt19937 random(7);
  const auto run = [&](std::int32_t start, std::int32_t padding) {
    return test::refusal([&] {
      (void)test::run(
          [&](std::span<const Value> p) {
            LayerCache layer{p[2], p[2]};
            return std::vector{
                attend(config, 0, {p[0], p[1], p[1], p[3], p[3]}, layer, {p[4], p[5], p[6]})};
          },
          {numbers({1, 1, 4, 32}, random), numbers({1, 1, 1, 32}, random),
           numbers({1, 1, 16, 32}, random), numbers({32}, random), Array::scalar(start),
           Array::scalar<std::int32_t>(1), Array::of<std::int32_t>({1}, {padding})});
    });
  };
  EXPECT_EQ(run(15, 0), "");
  for (const auto& [start, padding] : {std::pair{16, 0}, {-1, 0}, {3, -1}})
    EXPECT_NE(run(start, padding).find("the tokens do not fit the cache"), std::string::npos)
        << start << ' ' << padding;
}

}  // namespace
}  // namespace hilo::models::gemma
