#include "hilo/ops/gather.h"

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/scatter.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;

// 1, 2, 3, ..
Array counting(const Shape& shape) {
  std::vector<double> numbers(static_cast<std::size_t>(shape.size()));
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i) + 1;
  return from_doubles(shape, numbers);
}
Array i32(Dims dims, const std::vector<std::int32_t>& values) {
  return Array::of(std::move(dims), values);
}
Array f64(Dims dims, const std::vector<double>& values) {
  return Array::of(std::move(dims), values);
}

// The example of the StableHLO spec: windows of 2 x 2, a batching axis, a start outside of x.
const GatherDimensionNumbers kSpecGather{.offset_dims = {3, 4},
                                         .collapsed_slice_dims = {1},
                                         .operand_batching_dims = {0},
                                         .start_indices_batching_dims = {1},
                                         .start_index_map = {2, 1},
                                         .index_vector_dim = 3};
Array spec_indices() {
  return i32({2, 2, 3, 2},
             {0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 0, 9, 0, 0, 2, 1, 2, 2, 1, 2, 0, 1, 1, 0});
}

TEST(Gather, ExampleOfTheSpec) {
  const auto got = run(
      [](In p) {
        return std::vector{gather(p[0], p[1], kSpecGather, {1, 1, 2, 2})};
      },
      {counting({kI32, {2, 3, 4, 2}}), spec_indices()});
  EXPECT_EQ(got[0],
            i32({2, 2, 3, 2, 2}, {1,  2,  3,  4,  3,  4,  5,  6,  13, 14, 15, 16, 33, 34, 35, 36,
                                  35, 36, 37, 38, 41, 42, 43, 44, 1,  2,  3,  4,  13, 14, 15, 16,
                                  21, 22, 23, 24, 43, 44, 45, 46, 33, 34, 35, 36, 27, 28, 29, 30}));
}

// A window that sticks out is moved inside in both directions.
TEST(Gather, GradientOfWindowsOutside) {
  const auto got = run(
      [](In p) {
        const Value y = gather(
            p[0], p[1], {.offset_dims = {1}, .start_index_map = {0}, .index_vector_dim = 1}, {2});
        return std::vector{y, grad(sum(y), p[0])};
      },
      {f64({4}, {1, 2, 3, 4}), i32({3}, {-5, 3, 1})});
  expect_close(got[0], f64({3, 2}, {1, 2, 3, 4, 2, 3}), 0);
  expect_close(got[1], f64({4}, {1, 2, 2, 1}), 0);
}

TEST(Indexing, ByHand) {
  const auto got = run(
      [](In p) {
        const Value x = p[0];  // 1 2 3 / 4 5 6
        return std::vector{take(x, p[1], 1),
                           take(x, 1),
                           take(x, -1, -1),
                           take_along_axis(x, p[2], 1),
                           put_along_axis(x, p[2], 0.0, Update::kSet, 1),
                           put_along_axis(x, constant(i32({1, 1}, {-1})), 1, Update::kAdd, 0),
                           one_hot(p[3], 3, kF64),
                           one_hot(p[3], 3, kF64, 0),
                           scatter_add(x, 0, 10, 1)};
      },
      {f64({2, 3}, {1, 2, 3, 4, 5, 6}), i32({2, 2}, {0, -1, 9, -9}), i32({2, 1}, {2, 0}),
       i32({3}, {2, -1, 3})});
  expect_close(got[0], f64({2, 2, 2}, {1, 3, 3, 1, 4, 6, 6, 4}), 0);
  expect_close(got[1], f64({3}, {4, 5, 6}), 0);
  expect_close(got[2], f64({2}, {3, 6}), 0);
  expect_close(got[3], f64({2, 1}, {3, 4}), 0);
  expect_close(got[4], f64({2, 3}, {1, 2, 0, 0, 5, 6}), 0);
  expect_close(got[5], f64({2, 3}, {1, 2, 3, 5, 6, 7}), 0);
  expect_close(got[6], f64({3, 3}, {0, 0, 1, 0, 0, 0, 0, 0, 0}), 0);
  expect_close(got[7], f64({3, 3}, {0, 0, 0, 0, 0, 0, 1, 0, 0}), 0);
  expect_close(got[8], f64({2, 3}, {11, 2, 3, 14, 5, 6}), 0);
}

// Every constraint of the spec by its number.
TEST(Gather, Refusals) {
  const Shape x{kF32, {4, 6}}, at{kI32, {3, 1}}, pair{kI32, {3, 2}};
  const auto refused = [&](const char* name, Shape indices, GatherDimensionNumbers n, Dims sizes,
                           std::vector<std::string> message) {
    return Misuse{name,
                  {x, std::move(indices)},
                  [n, sizes](In p) { gather(p[0], p[1], n, sizes); },
                  std::move(message)};
  };
  const std::vector<Misuse> misuses = {
      refused("C1", at, {.offset_dims = {1}, .start_index_map = {0}, .index_vector_dim = 1}, {1, 6},
              {"gather: the rank of x is not divided up", "f32[4,6], i32[3,1]",
               "one entry per axis of x"}),
      refused("C2", at,
              {.offset_dims = {1},
               .collapsed_slice_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 3},
              {1, 6},
              {"gather: index_vector_dim = 3 is out of range", "0 <= index_vector_dim <= rank"}),
      refused("C3", pair,
              {.offset_dims = {1},
               .collapsed_slice_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {1, 6}, {"gather: start_index_map has not one entry per index", "2 entries"}),
      refused("C4", at, {.offset_dims = {2, 1}, .start_index_map = {0}, .index_vector_dim = 1},
              {1, 6}, {"gather: offset_dims = [2,1] is not ascending"}),
      refused("C5", at,
              {.offset_dims = {2},
               .collapsed_slice_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {1, 6}, {"gather: offset_dims = [2] is out of range", "axes of the result"}),
      refused(
          "C6", at, {.collapsed_slice_dims = {0, 0}, .start_index_map = {0}, .index_vector_dim = 1},
          {1, 1}, {"gather: collapsed_slice_dims and operand_batching_dims name an axis twice"}),
      refused("C7", at,
              {.collapsed_slice_dims = {1, 0}, .start_index_map = {0}, .index_vector_dim = 1},
              {1, 1}, {"gather: collapsed_slice_dims = [1,0] is not ascending"}),
      refused("C8", at,
              {.offset_dims = {1},
               .collapsed_slice_dims = {2},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {1, 6}, {"gather: collapsed_slice_dims = [2] is out of range", "axes of x"}),
      refused("C9", at,
              {.offset_dims = {1},
               .collapsed_slice_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {2, 6}, {"gather: the window is longer than 1 on axis 0"}),
      refused("C10", {kI32, {4, 6}},
              {.operand_batching_dims = {1, 0},
               .start_indices_batching_dims = {1, 0},
               .start_index_map = {0},
               .index_vector_dim = 2},
              {1, 1}, {"gather: operand_batching_dims = [1,0] is not ascending"}),
      refused("C11", at,
              {.offset_dims = {1},
               .operand_batching_dims = {2},
               .start_indices_batching_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {1, 6}, {"gather: operand_batching_dims = [2] is out of range"}),
      refused("C12", {kI32, {4, 1}},
              {.offset_dims = {1},
               .operand_batching_dims = {0},
               .start_indices_batching_dims = {0},
               .start_index_map = {1},
               .index_vector_dim = 1},
              {2, 6}, {"gather: the window is longer than 1 on axis 0"}),
      refused("C13", {kI32, {4, 4, 1}},
              {.operand_batching_dims = {0, 1},
               .start_indices_batching_dims = {0, 0},
               .start_index_map = {0},
               .index_vector_dim = 2},
              {1, 1}, {"gather: start_indices_batching_dims names an axis twice"}),
      refused("C14", at,
              {.offset_dims = {1},
               .operand_batching_dims = {0},
               .start_indices_batching_dims = {4},
               .start_index_map = {1},
               .index_vector_dim = 1},
              {1, 6},
              {"gather: start_indices_batching_dims = [4] is out of range", "axes of the indices"}),
      refused("C15", at,
              {.offset_dims = {1},
               .operand_batching_dims = {0},
               .start_indices_batching_dims = {1},
               .start_index_map = {1},
               .index_vector_dim = 1},
              {1, 6}, {"gather: start_indices_batching_dims names index_vector_dim"}),
      refused("C16", at,
              {.offset_dims = {1},
               .operand_batching_dims = {0},
               .start_index_map = {1},
               .index_vector_dim = 1},
              {1, 6},
              {"gather: operand_batching_dims and start_indices_batching_dims do not pair"}),
      refused("C17", at,
              {.offset_dims = {1},
               .operand_batching_dims = {0},
               .start_indices_batching_dims = {0},
               .start_index_map = {1},
               .index_vector_dim = 1},
              {1, 6}, {"gather: batching axes 0 and 0 differ in length"}),
      refused("C18", {kI32, {4, 1}},
              {.offset_dims = {1},
               .operand_batching_dims = {0},
               .start_indices_batching_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {1, 6}, {"gather: start_index_map and operand_batching_dims name an axis twice"}),
      refused("C19", at,
              {.offset_dims = {1},
               .collapsed_slice_dims = {0},
               .start_index_map = {2},
               .index_vector_dim = 1},
              {1, 6}, {"gather: start_index_map = [2] is out of range"}),
      refused("C20", at,
              {.offset_dims = {1},
               .collapsed_slice_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {1},
              {"gather: slice_sizes = [1] does not fit the rank", "a length for each axis of x"}),
      refused(
          "C21", at,
          {.offset_dims = {1},
           .collapsed_slice_dims = {0},
           .start_index_map = {0},
           .index_vector_dim = 1},
          {1, 7},
          {"gather: slice_sizes = [1,7] does not fit axis 1", "0 <= slice_sizes <= lengths of x"}),
      refused("indices", {kF32, {3, 1}},
              {.offset_dims = {1},
               .collapsed_slice_dims = {0},
               .start_index_map = {0},
               .index_vector_dim = 1},
              {1, 6}, {"gather: indices are no integers"}),
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

TEST(Indexing, Refusals) {
  const Shape x{kF32, {4, 6}}, at{kI32, {3}}, real{kF32, {3}};
  const std::vector<Misuse> misuses = {
      {"constant index",
       {x},
       [](In p) { take(p[0], 6, 1); },
       {"take: index 6 is out of range", "-6 <= index < 6"}},
      {"constant list",
       {x},
       [](In p) {
         take(p[0], constant(i32({2}, {0, -5})));
       },
       {"take: index -5 is out of range"}},
      {"axis",
       {x, at},
       [](In p) { take(p[0], p[1], 2); },
       {"take: axis 2 is out of range", "f32[4,6]"}},
      {"float indices",
       {x, real},
       [](In p) { take(p[0], p[1]); },
       {"take: indices are no integers", "indices.as(kI32)"}},
      {"ranks",
       {x, at},
       [](In p) { take_along_axis(p[0], p[1]); },
       {"take_along_axis: ranks differ", "f32[4,6], i32[3]"}},
      {"other axes",
       {x, {kI32, {3, 6}}},
       [](In p) { take_along_axis(p[0], p[1], 1); },
       {"take_along_axis: axis 0 does not fit", "axes other than 1 that broadcast"}},
      {"x stretched",
       {{kF32, {1, 6}}, {kI32, {3, 6}}},
       [](In p) { put_along_axis(p[0], p[1], 1.0); },
       {"put_along_axis: axis 0 does not fit"}},
      {"updates",
       {x, at, {kF32, {5}}},
       [](In p) { scatter_set(p[0], p[1], p[2], 1); },
       {"scatter_set: the updates do not fit", "updates that broadcast to [4,3]"}},
      {"updates' dtype",
       {x, at, {kF64, {}}},
       [](In p) { scatter_add(p[0], p[1], p[2]); },
       {"scatter_add: the updates' dtype is not held by x's", "convert to f32 without loss"}},
      {"one_hot", {real}, [](In p) { one_hot(p[0], 3); }, {"one_hot: indices are no integers"}},
      {"one_hot depth", {at}, [](In p) { one_hot(p[0], -3); }, {"one_hot: a negative depth"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
