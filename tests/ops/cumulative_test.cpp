#include "hilo/ops/cumulative.h"

#include <limits>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/unary.h"
#include "tests/ops/window_goldens.h"

namespace hilo::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

using Cumulative = Value (*)(Operand, int, CumulativeOptions);
struct Row {
  const char* name;
  Cumulative f;
  double neutral;
  std::function<double(double, double)> fold;
};

std::vector<Row> rows() {
  const auto log_add = [](double a, double b) {
    const double m = std::max(a, b);
    return std::isinf(m) ? m : m + std::log(std::exp(a - m) + std::exp(b - m));
  };
  return {{"sum", cumulative_sum, 0, std::plus<>()},
          {"prod", cumulative_prod, 1, std::multiplies<>()},
          {"max", cumulative_max, -kInf, [](double a, double b) { return std::max(a, b); }},
          {"min", cumulative_min, kInf, [](double a, double b) { return std::min(a, b); }},
          {"logsumexp", cumulative_logsumexp, -kInf, log_add}};
}

// Along the middle axis of [2,7,3], by a loop.
std::vector<double> folded(const Row& row, const std::vector<double>& x,
                           CumulativeOptions options) {
  std::vector<double> y(x.size());
  for (std::size_t outer = 0; outer < 2; ++outer) {
    for (std::size_t inner = 0; inner < 3; ++inner) {
      double total = row.neutral;
      for (std::size_t k = 0; k < 7; ++k) {
        const std::size_t i = (outer * 7 + (options.is_reversed ? 6 - k : k)) * 3 + inner;
        if (options.is_exclusive) y[i] = total;
        total = row.fold(total, x[i]);
        if (!options.is_exclusive) y[i] = total;
      }
    }
  }
  return y;
}

TEST(Cumulative, AsALoop) {
  std::vector<double> x;
  for (int i = 0; i < 42; ++i) x.push_back(std::sin(i * 1.7) * 2);
  std::vector<double> with_holes = x;
  for (std::size_t i : {0U, 3U, 6U, 10U, 20U, 41U}) with_holes[i] = -kInf;
  const auto array = [](const std::vector<double>& values) { return Array::of({2, 7, 3}, values); };
  for (const bool is_reversed : {false, true}) {
    for (const bool is_exclusive : {false, true}) {
      const CumulativeOptions options{is_reversed, is_exclusive};
      Programs programs;
      for (const Row& row : rows()) {
        programs.add(
            [&](std::span<const Value> p) {
              return std::vector{row.f(p[0], -2, options), row.f(p[1], 1, options)};
            },
            {array(x), array(with_holes)});
      }
      const auto got = programs.run();
      for (std::size_t i = 0; const Row& row : rows()) {
        SCOPED_TRACE(std::string(row.name) + (is_reversed ? " reversed" : "") +
                     (is_exclusive ? " exclusive" : ""));
        expect_close(got[i][0], array(folded(row, x, options)), 1e-12);
        if (std::string_view(row.name) != "prod" && std::string_view(row.name) != "sum") {
          expect_close(got[i][1], array(folded(row, with_holes, options)), 1e-12);
        }
        ++i;
      }
    }
  }
}

TEST(Cumulative, IntegersAndOddLengths) {
  const BuildFn f = [](std::span<const Value> p) {
    return std::vector{cumulative_sum(p[0], 0), cumulative_max(p[0], 0, {.is_exclusive = true}),
                       cumulative_prod(p[1], 0), cumulative_min(p[2], 0)};
  };
  const std::vector<Array> got =
      run(f, {Array::of({5}, std::vector<std::int32_t>{3, -1, 4, 1, -5}), Array(Shape{kI32, {0}}),
              Array::of({1}, std::vector<std::int32_t>{7})});
  EXPECT_EQ(got[0], Array::of({5}, std::vector<std::int32_t>{3, 2, 6, 7, 2}));
  EXPECT_EQ(got[1], Array::of({5}, std::vector<std::int32_t>{
                                       std::numeric_limits<std::int32_t>::min(), 3, 3, 4, 4}));
  EXPECT_EQ(got[2].shape(), (Shape{kI32, {0}}));
  EXPECT_EQ(got[3], Array::of({1}, std::vector<std::int32_t>{7}));
}

// Zeros in a product, and what -inf adds to a logarithm of a sum: nothing, with finite gradients.
TEST(Cumulative, GradientsAtTheEdges) {
  const auto f64 = [](const std::vector<double>& values) {
    return Array::of({static_cast<Dim>(values.size())}, values);
  };
  const BuildFn f = [](std::span<const Value> p) {
    const Value weights = p[2];
    const Value by_sum = sum(cumulative_logsumexp(p[1], 0) * weights);
    return std::vector{grad(sum(cumulative_prod(p[0], 0) * weights), p[0]), grad(by_sum, p[1]),
                       grad(sum(cumulative_sum(p[0], 0, {.is_reversed = true}) * weights), p[0])};
  };
  const std::vector<Array> got =
      run(f, {f64({2, 0, 3, 5}), f64({1, -kInf, 2, 0}), f64({1, 10, 100, 1000})});
  // products 2, 2a, 2a3, 2a3*5 with a = 0
  expect_close(got[0], f64({1, 20 + 600 + 30000, 0, 0}), 1e-12);
  // Softmax weights of each prefix.
  const double e1 = std::exp(1.0), e2 = std::exp(2.0), s2 = e1 + e2, s3 = s2 + 1;
  expect_close(
      got[1],
      f64({11 + 100 * e1 / s2 + 1000 * e1 / s3, 0, 100 * e2 / s2 + 1000 * e2 / s3, 1000 / s3}),
      1e-12);
  expect_close(got[2], f64({1, 11, 111, 1111}), 1e-12);
}

TEST(Cumulative, Refusals) {
  for (const Row& row : rows()) {
    expect_refused({row.name,
                    {{kF32, {2, 3}}},
                    [&](std::span<const Value> p) { row.f(p[0], 2, {}); },
                    {"axis 2 is out of range", "f32[2,3]", row.name}});
  }
}

}  // namespace
}  // namespace hilo::test
