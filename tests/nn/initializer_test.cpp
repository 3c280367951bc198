#include "hilo/nn/initializer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "hilo/nn/store.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::nn {
namespace {

using test::refusal;
using testing::HasSubstr;

Array made(const Initializer& initializer, const Shape& shape, std::uint64_t seed = 3) {
  Store store;
  store.declare("v", shape, Role::kTrainable, initializer);
  store.materialize(test::cpu(), seed);
  return store.at("v").value.array();
}

struct Row {
  Initializer initializer;
  Shape shape;
  double mean, deviation, least, most;  // what the numbers must look like
};

std::vector<Row> rows() {
  const double inf = std::numeric_limits<double>::infinity();
  const auto even = [](double limit) { return limit / std::sqrt(3.0); };
  const double cut = 0.87962566103423978;
  // A kernel of 3 x 3 places, 20 features in, 60 out: fans 180 and 540; a matrix of 100 x 300.
  const Shape kernel{kF32, {3, 3, 20, 60}}, matrix{kF32, {100, 300}};
  const double glorot = std::sqrt(2.0 / 720), he = std::sqrt(2.0 / 180),
               lecun = std::sqrt(1.0 / 100);
  const double third = std::sqrt(3.0), tail = 2 / cut;
  return {
      {zeros(), matrix, 0, 0, 0, 0},
      {ones(), matrix, 1, 0, 1, 1},
      {constant(-2.5), matrix, -2.5, 0, -2.5, -2.5},
      {uniform(1, 3), matrix, 2, even(1), 1, 3},
      {normal(2, 5), matrix, 5, 2, -inf, inf},
      {truncated_normal(2, 5), matrix, 5, 2 * cut, 1, 9},
      {glorot_uniform(), kernel, 0, glorot, -third * glorot, third * glorot},
      {glorot_normal(), kernel, 0, glorot, -tail * glorot, tail * glorot},
      {he_uniform(), kernel, 0, he, -third * he, third * he},
      {he_normal(), kernel, 0, he, -tail * he, tail * he},
      {lecun_uniform(), matrix, 0, lecun, -third * lecun, third * lecun},
      {lecun_normal(), matrix, 0, lecun, -tail * lecun, tail * lecun},
      {lecun_normal(), matrix.with(kBF16), 0, lecun, -1.01 * tail * lecun, 1.01 * tail * lecun},
      {lecun_uniform(), matrix.with(kF64), 0, lecun, -third * lecun, third * lecun},
      {lecun_uniform(), {kF32, {30'000}}, 0, std::sqrt(1 / 30e3), -0.01, 0.01},
  };
}

TEST(Initializer, Moments) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.initializer.name + " " + to_string(row.shape));
    const Array array = made(row.initializer, row.shape);
    ASSERT_EQ(array.shape(), row.shape);
    const std::vector<double> x = array.to_doubles();
    const auto n = static_cast<double>(x.size());
    const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
    double squares = 0;
    for (double v : x) squares += (v - mean) * (v - mean);
    // Five deviations of what chance does to a mean and a deviation of n numbers.
    EXPECT_NEAR(mean, row.mean, 5 * row.deviation / std::sqrt(n) + 1e-7);
    EXPECT_NEAR(std::sqrt(squares / n), row.deviation, 5 * row.deviation / std::sqrt(n) + 1e-7);
    EXPECT_GE(*std::ranges::min_element(x), row.least - 1e-7);
    EXPECT_LE(*std::ranges::max_element(x), row.most + 1e-7);
  }
}

TEST(Initializer, OrthogonalRowsOrColumns) {
  const Dims shapes[] = {{64, 64}, {5, 40}, {40, 5}, {3, 3, 4, 8}, {2, 2}, {7}, {}};
  for (const Dims& dims : shapes) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      SCOPED_TRACE(to_string(dims) + " seed " + std::to_string(seed));
      const std::vector<double> x = made(orthogonal(2), {kF32, dims}, seed).to_doubles();
      const std::size_t columns = dims.empty() ? 1 : static_cast<std::size_t>(dims.back()),
                        rows = x.size() / columns;
      const bool by_row = rows <= columns;
      const std::size_t vectors = by_row ? rows : columns, length = by_row ? columns : rows;
      for (std::size_t i = 0; i < vectors; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
          double dot = 0;
          for (std::size_t k = 0; k < length; ++k) {
            dot += by_row ? x[i * columns + k] * x[j * columns + k]
                          : x[k * columns + i] * x[k * columns + j];
          }
          EXPECT_NEAR(dot, i == j ? 4 : 0, 4e-5) << i << ", " << j;
        }
      }
    }
  }
}

TEST(Initializer, OrthogonalIsAnotherOneForEachSeed) {
  EXPECT_NE(made(orthogonal(), {kF32, {4, 4}}, 1), made(orthogonal(), {kF32, {4, 4}}, 2));
}

TEST(Initializer, ValuesAreTheNumbersThemselves) {
  EXPECT_EQ(made(values({1, 2, 3, 4}), {kF32, {2, 2}}), test::f32({2, 2}, {1, 2, 3, 4}));
  EXPECT_THAT(refusal([] {
                made(values({1, 2, 3}), {kF32, {2, 2}});
              }),
              HasSubstr("initializer values: 3 numbers"));
}

TEST(Initializer, Refusals) {
  EXPECT_THAT(refusal([] { (void)uniform(1, 1); }),
              HasSubstr("uniform: low is not less than high"));
  EXPECT_THAT(refusal([] { (void)normal(-1); }), HasSubstr("normal: the deviation is negative"));
  EXPECT_THAT(refusal([] { (void)truncated_normal(-1); }),
              HasSubstr("truncated_normal: the deviation is negative"));
  EXPECT_THAT(refusal([] {
                made(glorot_uniform(), {kI32, {2, 2}});
              }),
              HasSubstr("initializer glorot_uniform: the variable is no float"));
  const Initializer wrong{"wrong", [](Value key, const Shape&) { return key; }};
  EXPECT_THAT(refusal([&] {
                made(wrong, {kF32, {2}});
              }),
              HasSubstr("initializer wrong: wrong shape for v"));
}

}  // namespace
}  // namespace hilo::nn
