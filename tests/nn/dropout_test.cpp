#include "hilo/nn/dropout.h"

#include <gmock/gmock.h>

#include "tests/nn/try_model.h"

namespace hilo::nn {
namespace {

using test::refused;
using test::try_model;
using testing::AllOf;
using testing::HasSubstr;

constexpr Dim kCount = 100'000;

Array ones_of(Dim n) { return test::f32({n}, std::vector<float>(static_cast<std::size_t>(n), 1)); }

Model dropping(double rate) {
  return [rate](Scope scope, Value x) { return dropout(scope / "drop", x, rate); };
}

TEST(Dropout, RateAndMean) {
  for (const double rate : {0.1, 0.3, 0.5, 0.9}) {
    SCOPED_TRACE(rate);
    const std::vector<double> y =
        try_model(dropping(rate), ones_of(kCount), {}, Mode::kTraining).results[0].to_doubles();
    double zeros = 0, sum = 0;
    for (double v : y) {
      EXPECT_TRUE(v == 0 || std::abs(v - 1 / (1 - rate)) < 1e-5) << v;
      zeros += v == 0 ? 1 : 0;
      sum += v;
    }
    const double deviation = std::sqrt(rate * (1 - rate) / kCount);  // of the share of zeros
    EXPECT_NEAR(zeros / kCount, rate, 5 * deviation);
    EXPECT_NEAR(sum / kCount, 1, 5 * deviation / (1 - rate));
  }
}

TEST(Dropout, IsTheInputInInferenceAndForRateZero) {
  for (const auto& [rate, mode] :
       {std::pair{0.5, Mode::kInference}, std::pair{0.0, Mode::kTraining}}) {
    Store store;
    const Function f = declare(store, dropping(rate), {kF32, {4}}, mode);
    EXPECT_TRUE(f.results()[0].is(f.parameters()[0]));
    EXPECT_TRUE(store.variables().empty());
  }
}

TEST(Dropout, LayersAndStepsDropOtherElements) {
  const Array x = ones_of(1000);
  const Array a = try_model(dropping(0.5), x, {}, Mode::kTraining, 1).results[0];
  EXPECT_EQ(a, try_model(dropping(0.5), x, {}, Mode::kTraining, 1).results[0]);
  EXPECT_NE(a, try_model(dropping(0.5), x, {}, Mode::kTraining, 2).results[0]);
  const Model other = [](Scope scope, Value v) { return dropout(scope / "other", v, 0.5); };
  EXPECT_NE(a, try_model(other, x, {}, Mode::kTraining, 1).results[0]);
}

TEST(Dropout, KeepsTheDtype) {
  Store store;
  EXPECT_EQ(declare(store, dropping(0.5), {kBF16, {4, 5}}).results()[0].shape(),
            (Shape{kBF16, {4, 5}}));
}

TEST(Dropout, Refusals) {
  for (const double rate : {1.0, -0.1, 1.5, std::nan("")}) {
    EXPECT_THAT(refused(dropping(rate), {kF32, {4}}),
                AllOf(HasSubstr("dropout: rate is"), HasSubstr("0 <= rate < 1"),
                      HasSubstr("(scope /drop)")));
    EXPECT_THAT(refused(dropping(rate), {kF32, {4}}, Mode::kInference),
                HasSubstr("dropout: rate is"));
  }
  EXPECT_THAT(refused(dropping(0.5), {kI32, {4}}), HasSubstr("dropout: x is no float"));
}

}  // namespace
}  // namespace hilo::nn
