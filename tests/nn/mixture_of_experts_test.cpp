#include "hilo/nn/mixture_of_experts.h"

#include <gmock/gmock.h>

#include "tests/nn/golden_layer.h"

namespace hilo::nn {
namespace {

using test::refused;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Model mixing(MixtureOptions options) {
  return [options](Scope scope, Value x) {
    const Mixture m = mixture_of_experts(scope / "layer", x, options);
    return test::joined({m.y, m.balance_loss, m.router_loss});
  };
}

TEST(MixtureOfExperts, AgreesWithJaxWithGradients) {
  const test::Goldens goldens("layer_goldens.npz");
  goldens.expect("mixture/two_of_four", mixing({.experts = 4, .hidden = 5}));
  goldens.expect("mixture/one_of_three",
                 mixing({.experts = 3, .hidden = 4, .choices = 1, .normalizes_choices = false}));
  goldens.expect("mixture/gated",
                 mixing({.experts = 4, .hidden = 4, .choices = 3, .is_gated = true}));
  goldens.expect("mixture/capacity", mixing({.experts = 4, .hidden = 4, .capacity_factor = 0.6}));
  goldens.expect("mixture/much_capacity", mixing({.experts = 3,
                                                  .hidden = 4,
                                                  .capacity_factor = 9,
                                                  .normalizes_choices = false,
                                                  .is_gated = true}));
  goldens.expect("mixture/little_capacity",
                 mixing({.experts = 3, .hidden = 4, .choices = 1, .capacity_factor = 0.1}));
}

TEST(MixtureOfExperts, AWideRouterForNarrowTokens) {
  Store store;
  const Function built =
      declare(store,
              [](Scope scope, Value x) {
                const Mixture m = mixture_of_experts(
                    scope / "moe", x, {.experts = 4, .hidden = 8, .capacity_factor = 1.25});
                EXPECT_EQ(m.y.shape(), (Shape{kBF16, {2, 5, 3}}));
                EXPECT_EQ(m.balance_loss.shape(), (Shape{kF32, {}}));
                EXPECT_EQ(m.router_loss.shape(), (Shape{kF32, {}}));
                return m.y;
              },
              {kBF16, {2, 5, 3}});
  EXPECT_THAT(model_paths(store),
              ElementsAre("moe/experts/down", "moe/experts/up", "moe/router/kernel"));
  EXPECT_THAT(summary(store, built),
              AllOf(HasSubstr("moe/router"), HasSubstr("moe/experts"), HasSubstr("192")));
}

// Each expert's matrix is drawn as one of its own: the fans are those of [D,F], and no two are
// alike.
TEST(MixtureOfExperts, ExpertsStartAsLayersOfTheirOwn) {
  Store store;
  store.declare("up", {kF32, {8, 300, 100}}, Role::kTrainable, stacked(lecun_normal()));
  store.materialize(test::cpu(), 3);
  const std::vector<double> x = store.at("up").value.array().to_doubles();
  for (std::size_t e = 0; e < 8; ++e) {
    double squares = 0;
    for (std::size_t i = 0; i < 30'000; ++i) squares += x[e * 30'000 + i] * x[e * 30'000 + i];
    EXPECT_NEAR(squares / 30'000, 1.0 / 300, 0.05 / 300);
    EXPECT_NE(x[e * 30'000], x[(e + 1) % 8 * 30'000]);
  }
  store.declare("none", {kF32, {0, 3}}, Role::kTrainable, stacked(ones()));
  store.declare("ones", {kF32, {2, 3}}, Role::kTrainable, stacked(ones()));
  store.materialize(test::cpu(), 3);
  test::expect_near(store.at("ones").value.array(), {1, 1, 1, 1, 1, 1}, 0);
  EXPECT_EQ(store.at("none").value.shape(), (Shape{kF32, {0, 3}}));
  store.declare("scalar", {kF32, {}}, Role::kTrainable, stacked(ones()));
  EXPECT_THAT(test::refusal([&] { store.materialize(test::cpu(), 3); }),
              HasSubstr("initializer ones: nothing is stacked"));
}

TEST(MixtureOfExperts, Refusals) {
  const Shape x{kF32, {5, 3}};
  const auto refusal = [&](MixtureOptions o) { return refused(mixing(std::move(o)), x); };
  EXPECT_THAT(refusal({}), AllOf(HasSubstr("mixture_of_experts: experts is not set"),
                                 HasSubstr("{.experts = 8, .hidden = 256}")));
  EXPECT_THAT(refusal({.experts = 4}), HasSubstr("hidden is not set"));
  EXPECT_THAT(refusal({.experts = -4, .hidden = 2}), HasSubstr("experts is -4"));
  EXPECT_THAT(refusal({.experts = 4, .hidden = -2}), HasSubstr("hidden is -2"));
  EXPECT_THAT(refusal({.experts = 4, .hidden = 2, .choices = 0}), HasSubstr("choices is 0"));
  EXPECT_THAT(refusal({.experts = 4, .hidden = 2, .choices = 5}),
              HasSubstr("5 choices of 4 experts"));
  EXPECT_THAT(refusal({.experts = 4, .hidden = 2, .capacity_factor = -1}),
              HasSubstr("capacity_factor is -1"));
  EXPECT_THAT(refused(mixing({.experts = 4, .hidden = 2}), {kI32, {5, 3}}),
              HasSubstr("x is no float"));
}

}  // namespace
}  // namespace hilo::nn
