#include "hilo/nn/recurrent.h"

#include <gmock/gmock.h>

#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/slice.h"
#include "tests/nn/golden_layer.h"

namespace hilo::nn {
namespace {

using test::joined;
using test::refused;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

using Layer = Recurrent (*)(Scope, Value, const RecurrentOptions&);

// What the goldens join: the sequence, the last hidden state, all states.
Value everything(const Recurrent& r) {
  std::vector<Value> all = {r.sequence, r.last};
  for (const RecurrentState& s : r.states) {
    all.push_back(s.hidden);
    if (s.cell) all.push_back(s.cell);
  }
  return joined(all);
}

struct Row {
  const char* name;
  Layer layer;
  RecurrentOptions options;
  bool has_lengths = false, has_start = false;
};

TEST(Recurrent, AgreesWithJaxWithGradients) {
  const test::Goldens goldens("recurrent_goldens.npz");
  const Row rows[] = {
      {"lstm", lstm, {.units = 4}},
      {"lstm_reversed", lstm, {.units = 3, .is_reversed = true}},
      {"lstm_lengths", lstm, {.units = 3}, true},
      {"lstm_all", lstm, {.units = 3, .layers = 2, .is_bidirectional = true}, true, true},
      {"lstm_three_layers", lstm, {.units = 2, .layers = 3, .dropout = 0.5}},
      {"lstm_one_step", lstm, {.units = 2}, false, true},
      {"lstm_no_steps", lstm, {.units = 2}, false, true},
      {"gru", gru, {.units = 4}},
      {"gru_all", gru, {.units = 3, .layers = 2, .is_bidirectional = true}, true, true},
      {"simple_rnn", simple_rnn, {.units = 4}},
      {"simple_rnn_all",
       simple_rnn,
       {.units = 3, .layers = 2, .is_bidirectional = true},
       true,
       true},
      {"simple_rnn_relu",
       simple_rnn,
       {.units = 3, .bias = false, .activation = [](Value x) { return relu(x); }}},
  };
  for (const Row& row : rows) {
    for (const int unroll : {1, 2}) {
      if (unroll == 2 && row.name != std::string("lstm_all")) continue;
      const Model model = [&](Scope scope, Value x) {
        RecurrentOptions options = row.options;
        options.unroll = unroll;
        const std::string at = std::string(row.name) + "/e/";
        if (row.has_lengths) options.lengths = goldens.extra(at + "lengths");
        if (row.has_start) {
          const Value all = goldens.extra(at + "start");  // [cells,states,B,U]
          for (Dim i = 0; i < all.dim(0); ++i) {
            const Value one = index_axis(all, 0, i);
            options.initial.push_back(
                {index_axis(one, 0, 0), all.dim(1) > 1 ? index_axis(one, 0, 1) : Value()});
          }
        }
        return everything(row.layer(scope / "layer", x, options));
      };
      goldens.expect(row.name, model);
    }
  }
}

TEST(Recurrent, SecondDerivativesAgreeWithJax) {
  const test::Goldens goldens("recurrent_goldens.npz");
  goldens.expect("lstm_second_order", [](Scope scope, Value x) {
    const Value lengths = constant(test::i32({2}, {3, 1}));
    const Value y = lstm(scope / "layer", x, {.units = 2, .lengths = lengths}).sequence;
    return grad(sum(y * y), x);
  });
}

TEST(Recurrent, ShapesVariablesAndInitializers) {
  Store store;
  const Shape x{kBF16, {3, 5, 2}};
  declare(
      store,
      [](Scope scope, Value v) {
        const Recurrent r = lstm(scope / "lstm", v, {.units = 4, .is_bidirectional = true});
        EXPECT_EQ(r.sequence.shape(), (Shape{kBF16, {3, 5, 8}}));
        EXPECT_EQ(r.last.shape(), (Shape{kBF16, {3, 8}}));
        EXPECT_EQ(r.states.size(), 2U);
        EXPECT_EQ(r.states[1].cell.shape(), (Shape{kBF16, {3, 4}}));
        return r.last;
      },
      x);
  EXPECT_THAT(
      model_paths(store),
      ElementsAre("lstm/backward/bias", "lstm/backward/kernel", "lstm/backward/recurrent_kernel",
                  "lstm/forward/bias", "lstm/forward/kernel", "lstm/forward/recurrent_kernel"));
  EXPECT_EQ(store.at("lstm/forward/recurrent_kernel").initializer.name, "orthogonal");
  store.materialize(test::cpu(), 1);
  test::expect_near(store.at("lstm/forward/bias").value.array(),
                    {0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 0);
  Store bare;
  declare(
      bare,
      [](Scope scope, Value v) { return gru(scope / "gru", v, {.units = 4, .bias = false}).last; },
      x);
  EXPECT_THAT(model_paths(bare), ElementsAre("gru/kernel", "gru/recurrent_kernel"));
}

// Padding changes nothing: an example cut to its length gives the same last state.
TEST(Recurrent, PaddingDoesNotMatter) {
  std::vector<float> numbers;
  for (int i = 0; i < 2 * 6 * 3; ++i) numbers.push_back(std::sin(static_cast<float>(i)));
  for (const bool is_bidirectional : {false, true}) {
    const Model model = [&](Scope scope, Value x) {
      const RecurrentOptions options{.units = 4, .layers = 2, .is_bidirectional = is_bidirectional};
      RecurrentOptions cut = options;
      cut.lengths = constant(test::i32({2}, {4, 4}));
      const Value padded = lstm(scope.shared("lstm"), x, cut).last;
      return padded;
    };
    const Model short_model = [&](Scope scope, Value x) {
      return lstm(scope / "lstm", slice_axis(x, 1, 0, 4),
                  {.units = 4, .layers = 2, .is_bidirectional = is_bidirectional})
          .last;
    };
    const Array x = test::f32({2, 6, 3}, numbers);
    test::expect_near(test::try_model(model, x).results[0],
                      test::try_model(short_model, x).results[0].to_doubles(), 1e-6);
  }
}

TEST(Recurrent, DropoutStandsBetweenLayersInTraining) {
  const Model model = [](Scope scope, Value x) {
    return simple_rnn(scope / "rnn", x, {.units = 64, .layers = 2, .dropout = 0.5}).sequence;
  };
  const Array x = test::f32({1, 4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_NE(test::try_model(model, x, {}, Mode::kTraining, 1).results[0],
            test::try_model(model, x, {}, Mode::kTraining, 2).results[0]);
  EXPECT_EQ(test::try_model(model, x, {}, Mode::kInference, 1).results[0],
            test::try_model(model, x, {}, Mode::kInference, 2).results[0]);
}

TEST(Recurrent, Summary) {
  Store store;
  const Function built = declare(
      store,
      [](Scope scope, Value x) {
        const Value y = lstm(scope / "lstm", x, {.units = 8}).sequence;
        return gru(scope / "gru", y, {.units = 4, .layers = 2, .is_bidirectional = true}).sequence;
      },
      {kF32, {2, 5, 3}});
  EXPECT_THAT(summary(store, built),
              AllOf(HasSubstr("lstm                  f32[2,5,8]         384\n"),
                    HasSubstr("gru/layer_1/backward  f32[2,5,4]         160\n"),
                    HasSubstr("gru/layer_1           f32[2,5,8]\n")));
}

TEST(Recurrent, Refusals) {
  const Shape x{kF32, {2, 5, 3}};
  const auto model = [](RecurrentOptions o) {
    return [o](Scope scope, Value v) { return lstm(scope / "rnn", v, o).last; };
  };
  EXPECT_THAT(refused(model({}), x),
              AllOf(HasSubstr("lstm: units is not set"), HasSubstr("{.units = 64}"),
                    HasSubstr("(scope /rnn)"), HasSubstr("recurrent_test.cpp")));
  EXPECT_THAT(refused(model({.units = 4}), {kI32, {2, 5, 3}}), HasSubstr("x is no float"));
  EXPECT_THAT(refused(model({.units = 4}), {kF32, {2, 5}}), HasSubstr("too few axes"));
  EXPECT_THAT(refused(model({.units = 4}), {kF32, {2, 5, 3, 1}}), HasSubstr("too many axes"));
  EXPECT_THAT(refused(model({.units = -4}), x), HasSubstr("units is -4"));
  EXPECT_THAT(refused(model({.units = 4, .layers = 0}), x), HasSubstr("layers is 0"));
  EXPECT_THAT(refused(model({.units = 4, .unroll = 0}), x), HasSubstr("unroll is 0"));
  EXPECT_THAT(refused(model({.units = 4, .layers = 2, .dropout = 1}), x),
              HasSubstr("dropout: rate is"));
  EXPECT_THAT(refused(model({.units = 4, .is_bidirectional = true, .is_reversed = true}), x),
              HasSubstr("are both set"));
  const auto with = [](Layer layer, auto set) {
    return [=](Scope scope, Value v) {
      RecurrentOptions options{.units = 3};
      set(options, v);
      return layer(scope / "rnn", v, options).last;
    };
  };
  EXPECT_THAT(refused(with(lstm, [](RecurrentOptions& o, Value v) { o.lengths = v; }), x),
              HasSubstr("lengths are f32[2,5,3]"));
  const auto first = [](Value v) { return index_axis(v, 1, 0); };  // [2,3]
  EXPECT_THAT(
      refused(with(lstm, [&](RecurrentOptions& o, Value v) { o.initial = {{first(v)}}; }), x),
      AllOf(HasSubstr("an initial state does not fit"), HasSubstr("hidden and cell, f32[2,3]")));
  EXPECT_THAT(refused(with(gru,
                           [&](RecurrentOptions& o, Value v) {
                             o.initial = {{first(v), first(v)}};
                           }),
                      x),
              HasSubstr("hidden alone"));
  EXPECT_THAT(
      refused(with(gru, [&](RecurrentOptions& o, Value v) { o.initial = {{sum(first(v))}}; }), x),
      HasSubstr("does not fit"));
  EXPECT_THAT(refused(with(gru,
                           [&](RecurrentOptions& o, Value v) {
                             o.initial = {{first(v)}, {first(v)}};
                           }),
                      x),
              HasSubstr("2 initial states"));
}

}  // namespace
}  // namespace hilo::nn
