#include "hilo/ops/scatter.h"

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
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
const ScatterDimensionNumbers kSpecScatter{.update_window_dims = {3, 4},
                                           .inserted_window_dims = {1},
                                           .input_batching_dims = {0},
                                           .scatter_indices_batching_dims = {1},
                                           .scatter_dims_to_operand_dims = {2, 1},
                                           .index_vector_dim = 3};
Array spec_indices() {
  return i32({2, 2, 3, 2},
             {0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 0, 9, 0, 0, 2, 1, 2, 2, 1, 2, 0, 1, 1, 0});
}

TEST(Scatter, ExampleOfTheSpec) {
  const auto got = run(
      [](In p) {
        const Value ones_ = ones({kI32, {2, 2, 3, 2, 2}});
        return std::vector{scatter(p[0], p[1], ones_, kSpecScatter, Update::kAdd)};
      },
      {counting({kI32, {2, 3, 4, 2}}), spec_indices()});
  EXPECT_EQ(got[0],
            i32({2, 3, 4, 2}, {3,  4,  6,  7,  6,  7,  7,  8,  9,  10, 11, 12, 15, 16, 17, 18,
                               17, 18, 19, 20, 22, 23, 24, 25, 25, 26, 28, 29, 30, 31, 31, 32,
                               35, 36, 38, 39, 38, 39, 39, 40, 41, 42, 44, 45, 46, 47, 47, 48}));
}

struct Gradients {
  Value y, d_x, d_u;
};
Gradients gradients_of(Value y, Value x, Value u) {
  const Value weights = reshape(iota({kF64, {y.size()}}) + 1.0, y.dims());
  const std::vector<Value> wrt = {x, u}, d = grad(sum(y * weights), wrt);
  return {y, d[0], d[1]};
}

// x, where to, with what; the result, and the gradients for cotangents 1, 2, 3, .. Those outside
// are dropped.
TEST(Scatter, ValuesAndGradients) {
  struct Row {
    const char* name;
    Value (*f)(Operand, Operand, Operand, int, ScatterOptions);
    bool is_unique;
    std::vector<std::int32_t> at;
    std::vector<double> u, y, d_x, d_u;
  };
  const std::vector<Row> rows = {
      {"set", scatter_set, true, {2, 7}, {5, 6}, {1, 2, 5}, {1, 2, 0}, {3, 0}},
      {"set, the last one stays", scatter_set, false, {1, 1}, {5, 6}, {1, 6, 3}, {1, 0, 3}, {0, 2}},
      {"add", scatter_add, false, {0, 0}, {5, 6}, {12, 2, 3}, {1, 2, 3}, {1, 1}},
      {"add, from the back", scatter_add, false, {-1, -9}, {5, 6}, {1, 2, 8}, {1, 2, 3}, {3, 0}},
      {"multiply", scatter_multiply, false, {2, 2}, {5, 6}, {1, 2, 90}, {1, 2, 90}, {54, 45}},
      {"multiply by zero", scatter_multiply, false, {2, 2}, {0, 6}, {1, 2, 0}, {1, 2, 0}, {54, 0}},
      {"multiply by zeros", scatter_multiply, false, {2, 2}, {0, 0}, {1, 2, 0}, {1, 2, 0}, {0, 0}},
      {"multiply, unique", scatter_multiply, true, {2, 1}, {0, 6}, {1, 12, 0}, {1, 12, 0}, {9, 4}},
      {"max", scatter_max, false, {0, 1}, {5, -6}, {5, 2, 3}, {0, 2, 3}, {1, 0}},
      {"max, three ties", scatter_max, false, {2, 2}, {3, 3}, {1, 2, 3}, {1, 2, 1}, {1, 1}},
      {"min", scatter_min, false, {0, 1}, {5, -6}, {1, -6, 3}, {1, 0, 3}, {0, 2}},
  };
  Programs programs;
  for (const Row& r : rows) {
    programs.add(
        [&r](In p) {
          const Gradients g =
              gradients_of(r.f(p[0], p[1], p[2], 0, {.unique_indices = r.is_unique}), p[0], p[2]);
          return std::vector{g.y, g.d_x, g.d_u};
        },
        {f64({3}, {1, 2, 3}), i32({2}, r.at), f64({2}, r.u)});
  }
  const auto got = programs.run();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(rows[i].name);
    expect_close(got[i][0], f64({3}, rows[i].y), 0);
    expect_close(got[i][1], f64({3}, rows[i].d_x), 1e-15);
    expect_close(got[i][2], f64({2}, rows[i].d_u), 1e-15);
  }
}

// Several inputs with one body: the update with the larger key wins, and brings its value along.
TEST(Scatter, SeveralInputs) {
  const std::vector<Shape> scalars = {{kI32, {}}, {kF64, {}}, {kI32, {}}, {kF64, {}}};
  const auto got = run(
      [&](In p) {
        const Function body = trace(
            [](In s) {
              const Value wins = greater(s[2], s[0]);
              return std::vector{select(wins, s[2], s[0]), select(wins, s[3], s[1])};
            },
            scalars);
        return scatter(p.first(2), p[2], p.subspan(3),
                       {.inserted_window_dims = {0},
                        .scatter_dims_to_operand_dims = {0},
                        .index_vector_dim = 1},
                       body);
      },
      {i32({2}, {5, 5}), f64({2}, {0.5, 0.5}), i32({3}, {1, 1, 0}), i32({3}, {7, 6, 4}),
       f64({3}, {70, 60, 40})});
  EXPECT_EQ(got[0], i32({2}, {5, 7}));
  expect_close(got[1], f64({2}, {0.5, 70}), 0);
}

// Every constraint of the spec by its number.
TEST(Scatter, Refusals) {
  const Shape x{kF32, {4, 6}}, at{kI32, {3, 1}}, u{kF32, {3, 6}};
  const ScatterDimensionNumbers rows{.update_window_dims = {1},
                                     .inserted_window_dims = {0},
                                     .scatter_dims_to_operand_dims = {0},
                                     .index_vector_dim = 1};
  const auto with = [&](auto change) {
    ScatterDimensionNumbers n = rows;
    change(n);
    return [n](In p) { scatter(p[0], p[1], p[2], n, Update::kAdd); };
  };
  const auto as_is = with([](auto&) {});
  const auto general = [rows](In p) {
    const std::size_t n = p.size() / 2;
    scatter(p.first(n), p[n], p.subspan(n + 1), rows, scalar_reducer(add, kF32));
  };
  using N = ScatterDimensionNumbers;
  const std::vector<Misuse> misuses = {
      {"C1",
       {x, {kF32, {4, 5}}, at, u, u},
       general,
       {"scatter: inputs differ", "inputs of the same dims"}},
      {"C2",
       {x, at, u},
       with([](N& n) { n.inserted_window_dims = {}; }),
       {"scatter: the rank of x is not divided up",
        "update_window_dims, inserted_window_dims and input_batching_dims"}},
      {"C3", {x, x, at, u, {kF32, {3, 5}}}, general, {"scatter: updates differ"}},
      {"C4",
       {x, at, {kF32, {2, 6}}},
       as_is,
       {"scatter: the updates do not fit the indices and windows", "updates of dims [3,6]"}},
      {"C4 window",
       {x, at, {kF32, {3, 7}}},
       as_is,
       {"scatter: a window of [1,7] is longer than axis 1"}},
      {"C5",
       {x, at},
       [rows](In p) { scatter(p.first(1), p[1], {}, rows, scalar_reducer(add, kF32)); },
       {"scatter: inputs and updates do not pair"}},
      {"C6",
       {x, at, {kF64, {3, 6}}},
       as_is,
       {"scatter: an update's dtype differs", "its input's dtype"}},
      {"C7",
       {x, at, {kF32, {3, 4, 6}}},
       with([](N& n) {
         n.update_window_dims = {2, 1}, n.inserted_window_dims = {};
       }),
       {"scatter: update_window_dims = [2,1] is not ascending"}},
      {"C8",
       {x, at, u},
       with([](N& n) { n.update_window_dims = {2}; }),
       {"scatter: update_window_dims = [2] is out of range", "axes of the updates"}},
      {"C9",
       {x, at, {kF32, {3}}},
       with([](N& n) {
         n.update_window_dims = {}, n.inserted_window_dims = {0, 0};
       }),
       {"scatter: inserted_window_dims and input_batching_dims name an axis twice"}},
      {"C10",
       {x, at, {kF32, {3}}},
       with([](N& n) {
         n.update_window_dims = {}, n.inserted_window_dims = {1, 0};
       }),
       {"scatter: inserted_window_dims = [1,0] is not ascending"}},
      {"C11",
       {x, at, u},
       with([](N& n) { n.inserted_window_dims = {2}; }),
       {"scatter: inserted_window_dims = [2] is out of range"}},
      {"C12",
       {x, {kI32, {4, 6}}, {kF32, {4, 6}}},
       with([](N& n) {
         n = {.input_batching_dims = {1, 0},
              .scatter_indices_batching_dims = {1, 0},
              .scatter_dims_to_operand_dims = {0},
              .index_vector_dim = 2};
       }),
       {"scatter: input_batching_dims = [1,0] is not ascending"}},
      {"C13",
       {x, at, u},
       with([](N& n) { n.inserted_window_dims = {}, n.input_batching_dims = {-1}; }),
       {"scatter: input_batching_dims = [-1] is out of range"}},
      {"C14",
       {x, {kI32, {4, 4, 1}}, {kF32, {4, 4}}},
       with([](N& n) {
         n = {.input_batching_dims = {0, 1},
              .scatter_indices_batching_dims = {0, 0},
              .scatter_dims_to_operand_dims = {0},
              .index_vector_dim = 2};
       }),
       {"scatter: scatter_indices_batching_dims names an axis twice"}},
      {"C15",
       {x, at, u},
       with([](N& n) {
         n.inserted_window_dims = {}, n.input_batching_dims = {0},
         n.scatter_indices_batching_dims = {5};
       }),
       {"scatter: scatter_indices_batching_dims = [5] is out of range"}},
      {"C16",
       {x, at, u},
       with([](N& n) {
         n.inserted_window_dims = {}, n.input_batching_dims = {0},
         n.scatter_indices_batching_dims = {1};
       }),
       {"scatter: scatter_indices_batching_dims names index_vector_dim"}},
      {"C17",
       {x, at, u},
       with([](N& n) { n.inserted_window_dims = {}, n.input_batching_dims = {0}; }),
       {"scatter: input_batching_dims and scatter_indices_batching_dims do not pair"}},
      {"C18",
       {x, at, u},
       with([](N& n) {
         n.inserted_window_dims = {}, n.input_batching_dims = {0},
         n.scatter_indices_batching_dims = {0};
       }),
       {"scatter: batching axes 0 and 0 differ in length"}},
      {"C19",
       {x, {kI32, {3, 2}}, u},
       as_is,
       {"scatter: scatter_dims_to_operand_dims has not one entry per index", "2 entries"}},
      {"C20",
       {x, {kI32, {4, 1}}, {kF32, {4, 6}}},
       with([](N& n) {
         n.inserted_window_dims = {}, n.input_batching_dims = {0},
         n.scatter_indices_batching_dims = {0};
       }),
       {"scatter: scatter_dims_to_operand_dims and input_batching_dims name an axis twice"}},
      {"C21",
       {x, at, u},
       with([](N& n) { n.scatter_dims_to_operand_dims = {2}; }),
       {"scatter: scatter_dims_to_operand_dims = [2] is out of range"}},
      {"C22",
       {x, at, u},
       with([](N& n) { n.index_vector_dim = 3; }),
       {"scatter: index_vector_dim = 3 is out of range"}},
      {"C23",
       {x, at, u},
       [rows](In p) { scatter(p.first(1), p[1], p.subspan(2), rows, scalar_reducer(add, kF64)); },
       {"scatter: the body does not fit", "a body from 2n scalars to n"}},
      {"gradient",
       {x, at, u},
       [rows](In p) {
         const Value y =
             scatter(p.first(1), p[1], p.subspan(2), rows, scalar_reducer(subtract, kF32))[0];
         grad(sum(y), p[0]);
       },
       {"gradient of scatter: no gradient of this body is known",
        "one input, and a body that sets, adds"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
