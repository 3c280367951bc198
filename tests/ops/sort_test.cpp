#include "hilo/ops/sort.h"

#include <limits>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Array i32(Dims dims, const std::vector<std::int32_t>& values) {
  return Array::of(std::move(dims), values);
}
Array f64(Dims dims, const std::vector<double>& values) {
  return Array::of(std::move(dims), values);
}

TEST(Sort, NaNLastAndZerosEqual) {
  const auto got = run(
      [](In p) {
        return std::vector{sort(p[0]), argsort(p[0]), sort(p[0], 0, {.is_descending = true}),
                           argsort(p[0], 0, {.is_descending = true})};
      },
      {f64({7}, {3, 0, kNaN, -0.0, -kInfinity, kInfinity, -1})});
  expect_close(got[0], f64({7}, {-kInfinity, -1, 0, -0.0, 3, kInfinity, kNaN}), 0);
  EXPECT_EQ(got[1], i32({7}, {4, 6, 1, 3, 0, 5, 2}));
  expect_close(got[2], f64({7}, {kNaN, kInfinity, 3, 0, -0.0, -1, -kInfinity}), 0);
  EXPECT_EQ(got[3], i32({7}, {2, 5, 0, 1, 3, 6, 4}));
}

TEST(Sort, AlongAnAxis) {
  const auto got = run(
      [](In p) {
        return std::vector{sort(p[0], 0), sort(p[0], -1), argsort(p[0], 0)};
      },
      {i32({2, 3}, {3, 1, 2, 1, 5, -4})});
  EXPECT_EQ(got[0], i32({2, 3}, {1, 1, -4, 3, 5, 2}));
  EXPECT_EQ(got[1], i32({2, 3}, {1, 2, 3, -4, 1, 5}));
  EXPECT_EQ(got[2], i32({2, 3}, {1, 0, 1, 0, 1, 0}));
}

// The first operand decides, the others come along; with a comparator of one's own, any order.
TEST(Sort, SeveralOperands) {
  const auto got = run(
      [](In p) {
        std::vector<Value> all = sort_by_first({p[0], p[1]});
        const Function by_second_descending =
            trace([](In s) { return std::vector{greater(s[2], s[3])}; },
                  std::vector<Shape>{{kI32, {}}, {kI32, {}}, {kF64, {}}, {kF64, {}}});
        for (const Value& v : sort({p[0], p[1]}, 0, by_second_descending)) all.push_back(v);
        return all;
      },
      {i32({4}, {2, 1, 2, 0}), f64({4}, {10, 20, 30, 40})});
  EXPECT_EQ(got[0], i32({4}, {0, 1, 2, 2}));
  expect_close(got[1], f64({4}, {40, 20, 10, 30}), 0);
  EXPECT_EQ(got[2], i32({4}, {0, 2, 1, 2}));
  expect_close(got[3], f64({4}, {40, 30, 20, 10}), 0);
}

// Cotangents 1, 2, 3, .. go back to where each element came from; tangents come along.
TEST(Sort, Derivatives) {
  const auto got = run(
      [](In p) {
        const Value y = sort(p[0]), top = top_k(p[0], 2).values;
        const Value weights = iota({kF64, {4}}) + 1.0;
        const std::vector<Value> y_and_top = {y, top};
        std::vector<Value> d = jvp(y_and_top, p.first(1), std::vector{weights});
        d.push_back(grad(sum(y * weights), p[0]));
        d.push_back(grad(sum(top * (iota({kF64, {2}}) + 1.0)), p[0]));
        const std::vector<Value> both = sort_by_first({p[0], p[1]});
        d.push_back(grad(sum(both[1] * weights), p[1]));
        return d;
      },
      {f64({4}, {5, -2, 9, 5}), f64({4}, {1, 2, 3, 4})});
  expect_close(got[0], f64({4}, {2, 1, 4, 3}), 0);  // -2, 5, 5, 9
  expect_close(got[1], f64({2}, {3, 1}), 0);
  expect_close(got[2], f64({4}, {2, 1, 4, 3}), 0);
  expect_close(got[3], f64({4}, {2, 0, 1, 0}), 0);
  expect_close(got[4], f64({4}, {2, 1, 4, 3}), 0);
}

TEST(TopK, ValuesAndPositions) {
  const auto got = run(
      [](In p) {
        const TopK top = top_k(p[0], 3), none = top_k(p[0], 0);
        return std::vector{top.values, top.indices, none.values};
      },
      {f64({2, 4}, {1, 7, 7, 3, -1, -kInfinity, 0, -5})});
  expect_close(got[0], f64({2, 3}, {7, 7, 3, 0, -1, -5}), 0);
  EXPECT_EQ(got[1], i32({2, 3}, {1, 2, 3, 2, 0, 3}));
  EXPECT_EQ(got[2].shape(), (Shape{kF64, {2, 0}}));
}

TEST(Sort, Refusals) {
  const Shape x{kF32, {4, 6}}, scalar{kF32, {}};
  const Function of_two =
      trace([](In s) { return std::vector{less(s[0], s[1])}; }, std::vector<Shape>{scalar, scalar});
  const Function gives_f32 =
      trace([](In s) { return std::vector{s[0]}; }, std::vector<Shape>{scalar, scalar});
  const std::vector<Misuse> misuses = {
      {"C1", {}, [&](In) { sort(std::vector<Value>{}, 0, of_two); }, {"sort: no operands"}},
      {"C3",
       {x, {kF32, {4}}},
       [](In p) {
         sort_by_first({p[0], p[1]});
       },
       {"sort: operands differ", "f32[4,6], f32[4]"}},
      {"C4",
       {x},
       [](In p) { sort(p[0], 2); },
       {"sort: axis 2 is out of range", "0 <= axis < rank"}},
      {"C5",
       {x, x},
       [&](In p) {
         sort({p[0], p[1]}, 0, of_two);
       },
       {"sort: the comparator does not fit", "2n scalars to i1"}},
      {"C5 result",
       {x},
       [&](In p) { sort({p[0]}, 0, gives_f32); },
       {"sort: the comparator does not fit"}},
      {"argsort", {x}, [](In p) { argsort(p[0], -3); }, {"argsort: axis -3 is out of range"}},
      {"top_k",
       {x},
       [](In p) { top_k(p[0], 7); },
       {"chlo.top_k: cannot take 7 elements", "0 <= k <= length of the last axis"}},
      {"top_k of a scalar",
       {scalar},
       [](In p) { top_k(p[0], 1); },
       {"chlo.top_k: cannot take 1 elements"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
