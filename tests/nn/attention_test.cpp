#include "hilo/nn/attention.h"

#include <gmock/gmock.h>

#include "hilo/nn/mlp.h"
#include "hilo/nn/position_embedding.h"
#include "hilo/nn/residual.h"
#include "hilo/nn/transformer.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/slice.h"
#include "tests/nn/golden_layer.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::i32;
using test::refused;
using test::try_model;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const test::Goldens& goldens() {
  static const auto& all = *new test::Goldens("transformer_goldens.npz");
  return all;
}

Model attending(MultiHeadAttentionOptions options) {
  return
      [options](Scope scope, Value x) { return multi_head_attention(scope / "layer", x, options); };
}

TEST(MultiHeadAttention, AgreesWithJaxWithGradients) {
  goldens().expect("self", attending({.heads = 2}));
  goldens().expect("causal", attending({.heads = 3, .scores = {.is_causal = true}}));
  goldens().expect(
      "gemma",
      attending({.heads = 4,
                 .key_value_heads = 2,
                 .head_width = 2,
                 .scores = {.is_causal = true, .window = AttentionWindow{2, 0}, .soft_cap = 5},
                 .rotary = RotaryOptions{},
                 .query_key_norm = RmsNormOptions{.scale_offset = 1},
                 .bias = false,
                 .out_bias = false}));
  goldens().expect("cross", [](Scope scope, Value x) {
    const Value memory = slice(x, {0, 3, 0}, {2, 7, 4});
    return multi_head_attention(scope / "layer", slice_axis(x, 1, 0, 3),
                                {.heads = 2,
                                 .out_width = 5,
                                 .memory = memory,
                                 .scores = {.key_lengths = constant(i32({2}, {4, 2}))}});
  });
}

TEST(Mlp, AgreesWithJaxWithGradients) {
  goldens().expect("mlp",
                   [](Scope scope, Value x) { return mlp(scope / "layer", x, {.hidden = 8}); });
  goldens().expect("gated_mlp", [](Scope scope, Value x) {
    return gated_mlp(scope / "layer", x, {.hidden = 5});
  });
  goldens().expect("swiglu", [](Scope scope, Value x) {
    return gated_mlp(scope / "layer", x,
                     {.hidden = 5, .activation = [](Value v) { return silu(v); }});
  });
}

TEST(PositionEmbedding, AgreesWithJaxWithGradients) {
  goldens().expect("position_embedding",
                   [](Scope scope, Value x) { return position_embedding(scope / "layer", x, 5); });
  goldens().expect("position_embedding_given", [](Scope scope, Value x) {
    return position_embedding(
        scope / "layer", x, 5,
        {.positions = goldens().extra("position_embedding_given/e/positions")});
  });
}

TEST(Transformer, AgreesWithJaxWithGradients) {
  for (const NormPlace place : {NormPlace::kBefore, NormPlace::kBehind}) {
    const char* name = place == NormPlace::kBefore ? "encoder" : "encoder_norm_behind";
    goldens().expect(name, [&](Scope scope, Value x) {
      return transformer_encoder(
          scope / "layer", x,
          {.attention = {.heads = 2}, .dropout = 0.5, .norm = place, .stochastic_depth = 0.5});
    });
  }
  goldens().expect("decoder", [](Scope scope, Value x) {
    return transformer_decoder(scope / "layer", slice_axis(x, 1, 0, 3), slice_axis(x, 1, 3, 5),
                               {.attention = {.heads = 2}},
                               {.key_lengths = constant(i32({2}, {2, 1}))});
  });
  goldens().expect("decoder_llama", [](Scope scope, Value x) {
    return transformer_decoder(scope / "layer", x, {},
                               {.attention = {.heads = 2,
                                              .key_value_heads = 1,
                                              .rotary = RotaryOptions{},
                                              .bias = false,
                                              .out_bias = false},
                                .hidden = 6,
                                .activation = [](Value v) { return silu(v); },
                                .rms_norm = RmsNormOptions{},
                                .is_gated = true});
  });
}

TEST(Transformer, Summary) {
  Store store;
  const Function built =
      declare(store,
              [](Scope scope, Value x) {
                x = position_embedding(scope / "positions", x, 16);
                return transformer_encoder(scope.next("block"), x,
                                          {.attention = {.heads = 2}, .dropout = 0.1});
              },
              {kF32, {2, 5, 8}});
  EXPECT_EQ(summary(store, built),
            "layer                       output       parameters\n"
            "---------------------------------------------------\n"
            "positions                   f32[2,5,8]          128\n"
            "block_0/attention_norm      f32[2,5,8]           16\n"
            "block_0/attention/query     f32[2,5,8]           72\n"
            "block_0/attention/key       f32[2,5,8]           72\n"
            "block_0/attention/value     f32[2,5,8]           72\n"
            "block_0/attention/out       f32[2,5,8]           72\n"
            "block_0/attention           f32[2,5,8]\n"
            "block_0/residual_dropout_0  f32[2,5,8]\n"
            "block_0/mlp_norm            f32[2,5,8]           16\n"
            "block_0/mlp/up              f32[2,5,32]         288\n"
            "block_0/mlp/dropout         f32[2,5,32]\n"
            "block_0/mlp/down            f32[2,5,8]          264\n"
            "block_0/mlp                 f32[2,5,8]\n"
            "block_0/residual_dropout_1  f32[2,5,8]\n"
            "block_0                     f32[2,5,8]\n"
            "---------------------------------------------------\n"
            "trainable                   3.9 KiB           1,000\n"
            "state                       0 bytes               0\n");
}

TEST(Transformer, DropsInTrainingAlone) {
  const Model model = [](Scope scope, Value x) {
    return transformer_encoder(scope / "block", x,
                               {.attention = {.heads = 2, .scores = {.dropout = 0.2}},
                                .dropout = 0.1,
                                .stochastic_depth = 0.1});
  };
  const Array x = f32({1, 3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  EXPECT_EQ(try_model(model, x, {}, Mode::kInference, 1).results[0],
            try_model(model, x, {}, Mode::kInference, 2).results[0]);
  EXPECT_NE(try_model(model, x, {}, Mode::kTraining, 1).results[0],
            try_model(model, x, {}, Mode::kTraining, 2).results[0]);
}

TEST(MultiHeadAttention, DropsProbabilitiesInTraining) {
  const Model model = [](Scope scope, Value x) {
    return multi_head_attention(scope / "a", x, {.heads = 1, .scores = {.dropout = 0.5}});
  };
  const Array x = f32({1, 3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_NE(try_model(model, x, {}, Mode::kTraining, 1).results[0],
            try_model(model, x, {}, Mode::kTraining, 2).results[0]);
  EXPECT_EQ(try_model(model, x, {}, Mode::kInference, 1).results[0],
            try_model(model, x, {}, Mode::kInference, 2).results[0]);
}

TEST(StochasticDepth, LeavesWholeExamplesOut) {
  constexpr Dim kExamples = 20'000;
  const Model model = [](Scope scope, Value x) { return stochastic_depth(scope / "d", x, 0.25); };
  const Array x = f32({kExamples, 2}, std::vector<float>(2 * kExamples, 3));
  const std::vector<double> y = try_model(model, x, {}, Mode::kTraining).results[0].to_doubles();
  double dropped = 0;
  for (std::size_t i = 0; i < y.size(); i += 2) {
    EXPECT_EQ(y[i], y[i + 1]);
    EXPECT_TRUE(y[i] == 0 || std::abs(y[i] - 4) < 1e-5) << y[i];
    dropped += y[i] == 0 ? 1 : 0;
  }
  EXPECT_NEAR(dropped / kExamples, 0.25, 5 * std::sqrt(0.25 * 0.75 / kExamples));
  EXPECT_EQ(try_model(model, x).results[0], x);
}

TEST(Residual, AddsAndDrops) {
  const Model model = [](Scope scope, Value x) {
    return residual(scope, x, residual(scope, x, 2 * x), {.dropout = 0.5});
  };
  test::expect_near(try_model(model, f32({1, 2}, {1, 2})).results[0], {4, 8}, 1e-6);
  for (const double y :
       try_model(model, f32({1, 64}, std::vector<float>(64, 1)), {}, Mode::kTraining)
           .results[0]
           .to_doubles()) {
    EXPECT_TRUE(y == 1 || y == 7) << y;
  }
}

TEST(MultiHeadAttention, Refusals) {
  const Shape x{kF32, {2, 5, 6}};
  const auto refusal = [&](MultiHeadAttentionOptions o) {
    return refused(attending(std::move(o)), x);
  };
  EXPECT_THAT(refusal({}), AllOf(HasSubstr("multi_head_attention: heads is not set"),
                                 HasSubstr("{.heads = 8}"), HasSubstr("(scope /layer)")));
  EXPECT_THAT(refusal({.heads = -1}), HasSubstr("heads is -1"));
  EXPECT_THAT(refusal({.heads = 4}),
              AllOf(HasSubstr("4 heads do not divide the width"), HasSubstr("or head_width")));
  EXPECT_THAT(refusal({.heads = 6, .key_value_heads = 4}),
              HasSubstr("4 key_value_heads do not divide 6 heads"));
  EXPECT_THAT(refusal({.heads = 6, .head_width = -2}), HasSubstr("head_width is -2"));
  EXPECT_THAT(refusal({.heads = 6, .out_width = -2}), HasSubstr("out_width is -2"));
  EXPECT_THAT(refusal({.heads = 2, .scores = {.soft_cap = -1}}), HasSubstr("soft_cap is -1"));
  EXPECT_THAT(refused(attending({.heads = 2}), {kI32, {2, 5, 6}}), HasSubstr("x is no float"));
  EXPECT_THAT(refused(attending({.heads = 2}), {kF32, {5, 6}}), HasSubstr("too few axes"));
  EXPECT_THAT(refused(attending({.heads = 2}), {kF32, {1, 2, 5, 6}}), HasSubstr("too many axes"));
  EXPECT_THAT(refused(
                  [](Scope scope, Value v) {
                    return multi_head_attention(scope / "a", v,
                                                {.heads = 2, .memory = sum(v, {2})});
                  },
                  x),
              AllOf(HasSubstr("the memory is f32[2,5]"), HasSubstr("[B,S,M]")));
}

TEST(Transformer, Refusals) {
  const Shape x{kF32, {2, 5, 6}};
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return transformer_encoder(scope / "t", v, {}); }, x),
      HasSubstr("heads is not set"));
  EXPECT_THAT(refused([](Scope scope, Value v) { return transformer_encoder(scope / "t", v, {}); },
                      {kI32, {2}}),
              HasSubstr("transformer_encoder: x is no float"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return transformer_decoder(scope / "t", v, {}, {}); },
              {kF32, {2}}),
      HasSubstr("transformer_decoder: x has too few"));
  EXPECT_THAT(refused([](Scope scope, Value v) { return mlp(scope / "m", v, {}); }, x),
              AllOf(HasSubstr("mlp: hidden is not set"), HasSubstr("{.hidden = 256}")));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return mlp(scope / "m", v, {.hidden = 2, .out = -1}); },
              x),
      HasSubstr("out is -1"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return gated_mlp(scope / "m", v, {.hidden = -2}); }, x),
      HasSubstr("gated_mlp: hidden is -2"));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return position_embedding(scope / "p", v, 4); }, x),
      AllOf(HasSubstr("x has more than 4 positions"), HasSubstr("T at most 4")));
  EXPECT_THAT(
      refused([](Scope scope, Value v) { return position_embedding(scope / "p", v, 0); }, x),
      HasSubstr("most is 0"));
  EXPECT_THAT(
      refused([](Scope scope,
                 Value v) { return position_embedding(scope / "p", v, 9, {.positions = v}); },
              x),
      HasSubstr("positions are f32[2,5,6]"));
  EXPECT_THAT(refused([](Scope scope, Value v) { return residual(scope, v, sum(v)); }, x),
              AllOf(HasSubstr("residual: the branch is f32[]"), HasSubstr("equal shapes")));
  EXPECT_THAT(refused([](Scope scope, Value v) { return stochastic_depth(scope / "d", v, 1); }, x),
              HasSubstr("stochastic_depth: rate is 1"));
}

}  // namespace
}  // namespace hilo::nn
