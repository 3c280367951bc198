#include "hilo/train/optimizer.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "hilo/autodiff/autodiff.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::train {
namespace {

using test::refusal;
using testing::HasSubstr;

struct Row {
  const char* name;  // in the file of goldens
  Optimizer optimizer;
};

std::vector<Row> rows() {
  return {
      {"sgd", Sgd{.learning_rate = 0.05}},
      {"sgd_momentum", Sgd{.learning_rate = 0.02, .momentum = 0.9}},
      {"sgd_nesterov", Sgd{.learning_rate = 0.02, .momentum = 0.9, .is_nesterov = true}},
      {"adam", Adam{.learning_rate = 0.1}},
      {"adam_eps", Adam{.learning_rate = 0.1, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-3}},
      {"adam_cosine_schedule", Adam{.learning_rate = cosine_decay(0.2, 20, 0.1)}},
      {"adamw", AdamW{.learning_rate = 0.1, .weight_decay = 0.05}},
      {"nadam", Nadam{.learning_rate = 0.1}},
      {"adamax", Adamax{.learning_rate = 0.1}},
      {"adagrad", Adagrad{.learning_rate = 0.3}},
      {"rmsprop", RmsProp{.learning_rate = 0.05}},
      {"rmsprop_centered_momentum", RmsProp{.learning_rate = 0.02,
                                            .decay = 0.9,
                                            .epsilon = 1e-6,
                                            .momentum = 0.5,
                                            .is_centered = true}},
      {"lion", Lion{.learning_rate = 0.02, .weight_decay = 0.01}},
  };
}

// 0.5 trace((w - target)' Q (w - target)) + sum([1,4] (b - 1)^2).
Value loss_of(Value w, Value b, Value q, Value target) {
  const Value d = w - target;  // [3,2]
  const Value factors = constant(from_doubles({b.dtype(), {2}}, std::vector<double>{1, 4}));
  return 0.5 * sum(d * matmul(q, d)) + sum(factors * (b - 1) * (b - 1));
}

// (w, b, slots of w.., slots of b.., step) -> the same after a step, and the loss before it.
Function step_of(const Optimizer& optimizer, const Array& q, const Array& target,
                 const std::vector<Shape>& shapes) {
  return trace(
      [&](std::span<const Value> p) {
        const std::size_t slots = optimizer.slots().size();
        const Value step = p.back();
        const std::vector<Value> weights = {p[0], p[1]};
        const Value loss = loss_of(p[0], p[1], constant(q), constant(target));
        const std::vector<Value> gradients = grad(loss, weights);
        std::vector<Value> results(2), fresh_slots;
        for (std::size_t i = 0; i < 2; ++i) {
          WeightUpdate u{weights[i], gradients[i], {}, step, optimizer.learning_rate()(step)};
          for (std::size_t k = 0; k < slots; ++k) u.slots.push_back(p[2 + i * slots + k]);
          const NewWeight fresh = optimizer.update(u);
          results[i] = fresh.weight;
          fresh_slots.insert(fresh_slots.end(), fresh.slots.begin(), fresh.slots.end());
        }
        results.insert(results.end(), fresh_slots.begin(), fresh_slots.end());
        results.push_back(step + 1);
        results.push_back(loss);
        return results;
      },
      shapes);
}

void expect_row(const Row& row, const formats::NpzFile& goldens, DType dtype,
                const std::string& suffix, double tolerance) {
  SCOPED_TRACE(std::string(row.name) + " " + std::string(name(dtype)));
  const auto golden = [&](const char* key) { return goldens.at(key).as(dtype); };
  std::vector<Array> state = {golden("w0"), golden("b0")};
  for (int i = 0; i < 2; ++i) {
    const Shape shape = state[static_cast<std::size_t>(i)].shape();
    for (const Slot& slot : row.optimizer.slots()) {
      state.push_back(from_doubles(
          shape, std::vector<double>(static_cast<std::size_t>(shape.size()), slot.initial)));
    }
  }
  state.push_back(from_doubles({dtype, {}}, std::vector<double>{0}));
  std::vector<Shape> shapes;
  for (const Array& a : state) shapes.push_back(a.shape());
  const Program program =
      Program::compile(test::cpu(), step_of(row.optimizer, golden("Q"), golden("target"), shapes),
                       {}, {.name = "step", .cache = nullptr});
  std::vector<double> w, b, losses;
  for (int step = 0; step < 20; ++step) {
    state = program.run(std::span<const Array>(state));
    losses.push_back(state.back().to_doubles()[0]);
    state.pop_back();
    const std::vector<double> now_w = state[0].to_doubles(), now_b = state[1].to_doubles();
    w.insert(w.end(), now_w.begin(), now_w.end());
    b.insert(b.end(), now_b.begin(), now_b.end());
  }
  const std::string key = row.name;
  test::expect_near(from_doubles({kF64, {20, 3, 2}}, w),
                    goldens.at(key + "/w" + suffix).to_doubles(), tolerance);
  test::expect_near(from_doubles({kF64, {20, 2}}, b), goldens.at(key + "/b" + suffix).to_doubles(),
                    tolerance);
  if (suffix.empty())
    test::expect_near(from_doubles({kF64, {20}}, losses), goldens.at(key + "/loss").to_doubles(),
                      20 * tolerance);
}

TEST(Optimizer, TwentyStepsAgreeWithOptax) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto goldens = formats::NpzFile::open(*folder / "ops" / "optimizers.npz");
  const auto manifest = nlohmann::json::parse(std::ifstream(*folder / "ops" / "manifest.json"));
  std::map<std::string, nlohmann::json> tolerances;
  for (const auto& entry : manifest.at("optimizers")) {
    tolerances[entry.at("name")] = entry.at("tolerance");
  }
  for (const Row& row : rows()) {
    expect_row(row, goldens, kF32, "", tolerances.at(row.name).at("f32"));
    if (goldens.contains(std::string(row.name) + "/w_f64"))
      expect_row(row, goldens, kF64, "_f64", tolerances.at(row.name).at("f64"));
  }
}

// One step by hand, so that the rules are held without goldens too.
TEST(Optimizer, FirstStepOfAdamIsTheRate) {
  const Optimizer adam = Adam{.learning_rate = 0.1};
  const auto results = test::run(
      [&](std::span<const Value> p) {
        const NewWeight fresh =
            adam.update({p[0], p[1], {p[2], p[2]}, p[3], adam.learning_rate()(p[3])});
        return std::vector{fresh.weight, fresh.slots[0], fresh.slots[1]};
      },
      {test::f32({2}, {1, 2}), test::f32({2}, {3, -4}), test::f32({2}, {0, 0}),
       Array::scalar(0.0F)});
  test::expect_near(results[0], {0.9, 2.1}, 1e-6);
  test::expect_near(results[1], {0.3, -0.4}, 1e-6);
  test::expect_near(results[2], {0.009, 0.016}, 1e-8);
}

TEST(Optimizer, WeightDecayOfSgdIsPartOfTheGradient) {
  const Optimizer sgd = Sgd{.learning_rate = 0.5, .weight_decay = 0.1};
  EXPECT_TRUE(sgd.slots().empty());
  const Array w = test::run_one(
      [&](std::span<const Value> p) {
        return sgd.update({p[0], p[1], {}, p[2], sgd.learning_rate()(p[2])}).weight;
      },
      {test::f32({1}, {2}), test::f32({1}, {1}), Array::scalar(0.0F)});
  test::expect_near(w, {2 - 0.5 * (1 + 0.2)}, 1e-6);
}

TEST(Optimizer, KeepsTheDtypesOfNarrowWeights) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const std::vector<Slot> slots = row.optimizer.slots();
    std::vector<Shape> shapes = {{kBF16, {4}}, {kBF16, {4}}, {kF32, {}}};
    for (std::size_t k = 0; k < slots.size(); ++k) shapes.push_back({k == 0 ? kF32 : kBF16, {4}});
    const Function f = trace(
        [&](std::span<const Value> p) {
          const NewWeight fresh = row.optimizer.update(
              {p[0], p[1], {p.begin() + 3, p.end()}, p[2], row.optimizer.learning_rate()(p[2])});
          std::vector<Value> results = {fresh.weight};
          results.insert(results.end(), fresh.slots.begin(), fresh.slots.end());
          return results;
        },
        shapes);
    EXPECT_EQ(f.results()[0].dtype(), kBF16);
    ASSERT_EQ(f.results().size(), 1 + slots.size());
    for (std::size_t k = 0; k < slots.size(); ++k)
      EXPECT_EQ(f.results()[k + 1].dtype(), k == 0 ? kF32 : kBF16);
  }
}

TEST(Optimizer, RefusesSettingsThatMakeNoSense) {
  const auto message = [](const Optimizer& optimizer) {
    return refusal([&] { (void)optimizer.slots(); });
  };
  EXPECT_THAT(message(Sgd{.momentum = 1}), HasSubstr("sgd: momentum is 1"));
  EXPECT_THAT(message(Sgd{.is_nesterov = true}), HasSubstr("is_nesterov without momentum"));
  EXPECT_THAT(message(Sgd{.weight_decay = -1}), HasSubstr("weight_decay is -1"));
  EXPECT_THAT(message(Adam{.beta1 = -0.1}), HasSubstr("adam: beta1 is -0.1"));
  EXPECT_THAT(message(Adam{.beta2 = 1}), HasSubstr("expected 0 <= beta2 < 1"));
  EXPECT_THAT(message(AdamW{.epsilon = -1}), HasSubstr("adamw: epsilon is -1"));
  EXPECT_THAT(message(Nadam{.beta1 = 2}), HasSubstr("nadam: beta1"));
  EXPECT_THAT(message(Adamax{.beta2 = 2}), HasSubstr("adamax: beta2"));
  EXPECT_THAT(message(Adagrad{.initial_accumulator = -1}),
              HasSubstr("adagrad: initial_accumulator"));
  EXPECT_THAT(message(RmsProp{.decay = 1}), HasSubstr("rmsprop: decay"));
  EXPECT_THAT(message(Lion{.beta2 = 1}), HasSubstr("lion: beta2"));
}

}  // namespace
}  // namespace hilo::train
