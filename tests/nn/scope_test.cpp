#include "hilo/nn/scope.h"

#include <gmock/gmock.h>

#include "hilo/autodiff/callables.h"
#include "hilo/nn/dense.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/remat.h"
#include "tests/nn/try_model.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::refused;
using test::try_model;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const Shape kInput{kF32, {2, 3}};

std::vector<std::string> paths_of(const Model& model) {
  Store store;
  declare(store, model, kInput);
  return model_paths(store);
}

TEST(Scope, PathsArePrefixes) {
  EXPECT_THAT(paths_of([](Scope scope, Value x) {
                const Scope block = scope / "block";
                EXPECT_EQ(block.label(), "/block");
                return dense(scope / "head", dense(block / "up", x, 4, {.bias = false}), 2);
              }),
              ElementsAre("block/up/kernel", "head/bias", "head/kernel"));
}

TEST(Scope, NextNumbersRepeatedBlocks) {
  EXPECT_THAT(paths_of([](Scope scope, Value x) {
                for (int i = 0; i < 2; ++i) x = dense(scope.next("layer"), x, 4, {.bias = false});
                return dense((scope / "other").next("layer"), x, 4, {.bias = false});
              }),
              ElementsAre("layer_0/kernel", "layer_1/kernel", "other/layer_0/kernel"));
}

TEST(Scope, SharedUsesTheSameWeights) {
  EXPECT_THAT(paths_of([](Scope scope, Value x) {
                const Value once = dense(scope.shared("twice"), x, 3, {.bias = false});
                return dense(scope.shared("twice"), once, 3, {.bias = false});
              }),
              ElementsAre("twice/kernel"));
}

struct Row {
  const char* name;
  Model model;
  std::vector<std::string> says;
};

std::vector<Row> refusals() {
  return {
      {"a path twice",
       [](Scope scope, Value x) { return dense(scope / "d", dense(scope / "d", x, 3), 3); },
       {"scope: /d is opened a second time",
        "each path once, or its layers would share their weights",
        "scope.next(\"d\") for another one, scope.shared(\"d\") to share", "scope_test.cpp",
        "(scope /d)"}},
      {"an empty name",
       [](Scope scope, Value x) { return dense(scope / "", x, 3); },
       {"\"\" is no name"}},
      {"a slash",
       [](Scope scope, Value x) { return dense(scope / "a/b", x, 3); },
       {"\"a/b\" is no name", "a name that is not empty and has no slash"}},
      {"another shape",
       [](Scope scope, Value x) {
         dense(scope.shared("d"), x, 3);
         return dense(scope.shared("d"), x, 4);
       },
       {"variable d/kernel has another shape", "got:      f32[3,4]", "expected: f32[3,3]"}},
      {"a state that is none",
       [](Scope scope, Value x) {
         scope.update("mean", x);
         return x;
       },
       {"no state mean"}},
      {"a weight as a state",
       [](Scope scope, Value x) {
         scope.update("w", scope.variable("w", {kF32, {}}, zeros()));
         return x;
       },
       {"no state w"}},
      {"a state of another shape",
       [](Scope scope, Value x) {
         scope.state("s", {kF32, {}}, zeros());
         scope.update("s", x);
         return x;
       },
       {"state s has another shape", "got:      f32[2,3]", "expected: f32[]"}},
      {"a state written inside vmap",
       [](Scope scope, Value x) {
         const Value s = scope.state("s", {kF32, {3}}, zeros());
         return vmap(
             [&](std::span<const Value> p) {
               scope.update("s", p[0]);
               return std::vector{p[0] * s};
             },
             std::vector{x})[0];
       },
       {"state s is written inside the body of a transform"}},
  };
}

TEST(Scope, Refusals) {
  for (const Row& row : refusals()) {
    SCOPED_TRACE(row.name);
    const std::string message = refused(row.model, kInput);
    for (const std::string& part : row.says) EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST(Scope, NoRandomKeyInInference) {
  const Model model = [](Scope scope, Value x) {
    (void)scope.key();
    return x;
  };
  EXPECT_THAT(refused(model, kInput, Mode::kInference),
              AllOf(HasSubstr("no random key"), HasSubstr("if (scope.is_training())")));
  EXPECT_EQ(refused(model, kInput, Mode::kTraining), "");
}

TEST(Scope, InferenceOfAnotherModelIsRefused) {
  Store store;
  declare(
      store, [](Scope scope, Value x) { return dense(scope / "a", x, 3); }, kInput);
  EXPECT_THAT(test::refusal([&] {
                inference_function(
                    store, [](Scope scope, Value x) { return dense(scope / "b", x, 3); }, kInput);
              }),
              HasSubstr("variable b/kernel is not in the store"));
}

TEST(Scope, VariablesAreReadInsideVmap) {
  const auto tried = try_model(
      [](Scope scope, Value x) {
        const Value w = scope.variable("w", {kF32, {3}}, zeros());
        return vmap([&](std::span<const Value> p) { return std::vector{p[0] * w}; },
                    std::vector{x})[0];
      },
      f32({2, 3}, {1, 2, 3, 4, 5, 6}), {{"w", f32({3}, {1, 10, 100})}});
  test::expect_near(tried.results[0], {1, 20, 300, 4, 50, 600}, 1e-4);
}

TEST(Scope, VariablesAreMadeInsideTransforms) {
  const auto tried = try_model(
      [](Scope scope, Value x) {
        const auto layer = remat([&](Value row) { return dense(scope / "inner", row, 2); });
        return vmap([&](Value row) { return layer(row) * scope.variable("w", {kF32, {2}}, zeros()); })(x);
      },
      f32({2, 3}, {1, 2, 3, 4, 5, 6}),
      {{"w", f32({2}, {1, 10})}, {"inner/kernel", f32({3, 2}, {1, 0, 0, 1, 0, 0})}, {"inner/bias", f32({2}, {0.5F, 0.5F})}});
  test::expect_near(tried.results[0], {1.5, 25, 4.5, 55}, 1e-4);
}

TEST(Scope, StatesAreUpdatedInTraining) {
  const Model model = [](Scope scope, Value x) {
    const Value count = scope.state("count", {kF32, {}}, zeros());
    scope.update("count", count + 1);
    return x + count;
  };
  const auto tried = try_model(model, f32({1}, {5}), {{"count", f32({}, {2})}}, Mode::kTraining);
  ASSERT_EQ(tried.results.size(), 2U);
  test::expect_near(tried.results[0], {7}, 0);
  test::expect_near(tried.results[1], {3}, 0);
}

TEST(Scope, EveryCallGetsAnotherKey) {
  const Model model = [](Scope scope, Value x) {
    const Value a = uniform((scope / "a").key(), {kF32, {4}}),
                b = uniform((scope / "b").key(), {kF32, {4}});
    const Value c = uniform(scope.shared("a").key(), {kF32, {4}});
    return concatenate({a, b, c, x}, 0);
  };
  const auto first =
      try_model(model, f32({1}, {0}), {}, Mode::kTraining, 1).results[0].to_doubles();
  const auto again =
      try_model(model, f32({1}, {0}), {}, Mode::kTraining, 1).results[0].to_doubles();
  const auto other =
      try_model(model, f32({1}, {0}), {}, Mode::kTraining, 2).results[0].to_doubles();
  EXPECT_EQ(first, again);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_NE(first[i], other[i]);
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(first[i], first[j]);
  }
}

TEST(Scope, InferenceFunctionTakesTheVariablesInOrderOfPath) {
  Store store;
  const Model model = [](Scope scope, Value x) { return dense(scope / "d", x, 2); };
  declare(store, model, kInput);
  const Function f = inference_function(store, model, kInput);
  const std::vector<Array> arguments = {f32({2}, {10, 20}), f32({3, 2}, {1, 0, 0, 1, 1, 1}),
                                        f32({2, 3}, {1, 2, 3, 4, 5, 6})};
  test::expect_near(evaluate(test::cpu(), f, arguments)[0], {14, 25, 20, 31}, 1e-5);
  EXPECT_EQ(f.graph().parameter_name(f.parameters()[1].id()), "d/kernel");
  EXPECT_EQ(f.graph().parameter_name(f.parameters()[2].id()), "input");
}

}  // namespace
}  // namespace hilo::nn
