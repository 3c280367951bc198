#include "hilo/train/schedule.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/nn/run_on_cpu.h"

namespace hilo::train {
namespace {

using test::refusal;
using testing::HasSubstr;

// The schedule at steps 0..120, in the dtype given.
std::vector<double> table(const Schedule& schedule, DType dtype) {
  std::vector<double> steps(121);
  std::iota(steps.begin(), steps.end(), 0);
  // A schedule is elementwise, so that one run makes the table.
  return test::run_one([&](std::span<const Value> p) { return schedule(p[0]); },
                       {from_doubles({dtype, {121}}, steps)})
      .to_doubles();
}

struct Row {
  const char* name;  // in the file of goldens
  Schedule schedule;
};

std::vector<Row> rows() {
  return {
      {"constant", 0.3},
      {"cosine_decay", cosine_decay(0.1, 100, 0.05)},
      {"cosine_exponent", cosine_decay(0.1, 100, 0, 1.5)},
      {"linear_warmup", linear(0, 0.2, 30, 5)},
      {"warmup_cosine", warmup(20, cosine_decay(0.5, 80, 0.01 / 0.5))},
      {"exponential", exponential_decay(0.1, {.transition_steps = 10, .rate = 0.7})},
      {"exponential_staircase",
       exponential_decay(
           0.1,
           {.transition_steps = 10, .rate = 0.7, .begin = 7, .is_staircase = true, .end = 0.02})},
      {"polynomial", polynomial(0.2, 0.01, 2.5, 60, 10)},
      {"piecewise_constant", step_decay(1.0, {{20, 0.5}, {50, 0.1}, {80, 2}})},
      {"piecewise_linear", piecewise_linear(1.0, {{20, 0.5}, {60, 0.2}})},
      {"one_cycle_cosine", piecewise_cosine(0.4 / 25, {{30, 25}, {100, 1 / (25 * 1e4)}})},
      {"one_cycle_linear", piecewise_linear(0.4 / 25, {{30, 25}, {85, 1.0 / 25}, {100, 1e-4}})},
      {"warmup_exponential",
       warmup(10, exponential_decay(0.3, {.transition_steps = 20, .rate = 0.5}))},
  };
}

TEST(Schedule, AgreesWithOptax) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto goldens = nlohmann::json::parse(std::ifstream(*folder / "ops" / "schedules.json"));
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.name);
    const auto expected = goldens.at(row.name).at("values").get<std::vector<double>>();
    ASSERT_EQ(expected.size(), 121U);
    for (const auto& [dtype, tolerance] : {std::pair{kF64, 1e-12}, std::pair{kF32, 2e-6}}) {
      const std::vector<double> got = table(row.schedule, dtype);
      for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_NEAR(got[i], expected[i], tolerance) << name(dtype) << " step " << i;
    }
  }
}

TEST(Schedule, WarmRestartsAreJoinedCycles) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto goldens = nlohmann::json::parse(std::ifstream(*folder / "ops" / "schedules.json"));
  const auto expected = goldens.at("sgdr").at("values").get<std::vector<double>>();
  const std::vector<double> got = table(
      joined({warmup(5, cosine_decay(0.3, 25)), warmup(5, cosine_decay(0.2, 45, 0.05))}, {30}),
      kF64);
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], expected[i], 1e-12) << "step " << i;
}

TEST(Schedule, RefusesSettingsThatMakeNoSense) {
  EXPECT_THAT(refusal([] { cosine_decay(0.1, 0); }),
              HasSubstr("cosine_decay: steps is 0; expected at least 1"));
  EXPECT_THAT(refusal([] { cosine_decay(0.1, 10, 0, -1); }), HasSubstr("exponent is -1"));
  EXPECT_THAT(refusal([] { linear(0, 1, 10, -3); }), HasSubstr("begin is -3; expected at least 0"));
  EXPECT_THAT(refusal([] { polynomial(0, 1, 0, 10); }), HasSubstr("power is 0"));
  EXPECT_THAT(refusal([] { exponential_decay(0.1, {.rate = 0}); }), HasSubstr("rate is 0"));
  EXPECT_THAT(refusal([] { warmup(0, 0.1); }), HasSubstr("warmup: steps is 0"));
  EXPECT_THAT(refusal([] {
                step_decay(0.1, {{-1, 0.5}});
              }),
              HasSubstr("a factor stands at step -1"));
  EXPECT_THAT(refusal([] {
                piecewise_linear(0.1, {{0, 0.5}});
              }),
              HasSubstr("a factor stands at step 0; expected at least 1"));
  EXPECT_THAT(refusal([] { joined({0.1, 0.2}, {}); }), HasSubstr("2 parts and 0 boundaries"));
  EXPECT_THAT(refusal([] {
                joined({0.1, 0.2, 0.3}, {5, 5});
              }),
              HasSubstr("boundary 5 does not rise"));
}

}  // namespace
}  // namespace hilo::train
