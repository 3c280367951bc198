#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/pooling.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reduce_window.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/select_and_scatter.h"
#include "hilo/ops/unary.h"
#include "tests/ops/window_goldens.h"

namespace hilo::test {
namespace {

struct NamedOp {
  const char* name;
  BinaryOp op;
};
constexpr NamedOp kOps[] = {
    {"add", add}, {"multiply", multiply}, {"maximum", maximum}, {"minimum", minimum}};

struct Case {
  Case(const NamedOp& named, const std::string& name_) : op(named.op), name(name_) {
    const Array w = at("window");
    window = {golden_row(w, 0), golden_row(w, 1), golden_row(w, 4), golden_row(w, 5)};
    const Dims low = golden_row(w, 2), high = golden_row(w, 3);
    for (std::size_t i = 0; i < low.size(); ++i) window.padding.push_back({low[i], high[i]});
  }
  [[nodiscard]] Array at(const std::string& member) const {
    return window_goldens().at(name + "/" + member);
  }
  [[nodiscard]] Value operator()(Value x) const { return reduce_window(x, op, window); }

  BinaryOp op;
  std::string name;
  Window window{};
};

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const NamedOp& op : kOps) {
    for (const std::string& name : golden_cases(op.name)) result.emplace_back(op, name);
  }
  return result;
}

TEST(ReduceWindow, AgreesWithJaxAndTheRuleOfGradients) {
  Programs programs;
  const std::vector<Case> all = cases();
  ASSERT_GE(all.size(), 60U);
  for (const Case& c : all) {
    programs.add(
        [&c](std::span<const Value> p) {
          const std::vector<Value> y = {c(p[0])};
          return std::vector{y[0], vjp(y, p.subspan(1), p.first(1))[0]};
        },
        {c.at("x"), c.at("d_y")});
  }
  const auto got = programs.run();
  for (std::size_t i = 0; const Case& c : all) {
    SCOPED_TRACE(c.name);
    expect_close(got[i][0], c.at("y"), 1e-12);
    expect_close(got[i][1], c.at("d_x"), 1e-12);
    ++i;
  }
}

// Forward mode is the transposed of reverse mode, over values and one order up; a batch is one
// example after the other.
TEST(ReduceWindow, ForwardSecondOrderAndBatches) {
  Programs programs;
  const std::vector<Case> all = cases();
  for (const Case& c : all) {
    programs.add(
        [&c](std::span<const Value> p) {
          const Value x = p[0], d_y = p[1], u = sin(x * 3);
          const std::vector<Value> y = {c(x)};
          const Value d_x = vjp(y, std::vector{d_y}, p.first(1))[0];
          const Value forward = sum(d_y * jvp(y, p.first(1), std::vector{u})[0]);
          // The rate of change of d_x along u, by forward over reverse and by reverse over reverse.
          const Value change = sum(jvp(std::vector{d_x}, p.first(1), std::vector{u})[0] * u);
          const Value change_again = sum(grad(sum(d_x * stop_gradient(u)), x) * u);
          const BuildFn f = [&c](std::span<const Value> in) { return std::vector{c(in[0])}; };
          const Value batched = vmap(f, std::vector{stack({x, -x})})[0];
          return std::vector{forward,      sum(d_x * u), change,
                             change_again, batched,      stack({y[0], c(-x)})};
        },
        {c.at("x"), c.at("d_y")});
  }
  const auto got = programs.run();
  for (std::size_t i = 0; const Case& c : all) {
    SCOPED_TRACE(c.name);
    for (std::size_t k = 0; k < 6; k += 2) expect_close(got[i][k], got[i][k + 1], 1e-11);
    ++i;
  }
}

// Two inputs: the place of the largest element in each window, and a body that has a derivative of
// its own.
TEST(ReduceWindow, SeveralInputsAndOtherBodies) {
  const Array x = Array::of({6}, std::vector<float>{3, 1, 4, 1, 5, 9});
  const BuildFn f = [](std::span<const Value> p) {
    const std::vector<Shape> scalars = {{kF32, {}}, {kI32, {}}, {kF32, {}}, {kI32, {}}};
    Function best = trace(
        [](std::span<const Value> q) {
          const Value keeps = greater_equal(q[0], q[2]);
          return std::vector{select(keeps, q[0], q[2]), select(keeps, q[1], q[3])};
        },
        scalars);
    const std::vector<Value> inputs = {p[0], iota({kI32, {6}})},
                             inits = {full({kF32, {}}, -1), zeros({kI32, {}})};
    const std::vector<Value> y =
        reduce_window(inputs, inits, {.dimensions = {3}, .strides = {3}}, std::move(best));
    // The norm, sqrt(a^2 + b^2), folds to the root of the sum of squares.
    const std::vector<Shape> pair(2, Shape{kF32, {}});
    Function norm =
        trace([](std::span<const Value> q) { return std::vector{sqrt(q[0] * q[0] + q[1] * q[1])}; },
              pair);
    const Value start = full({kF32, {}}, 0);
    const Value norms = reduce_window(std::span(&p[0], 1), std::span(&start, 1),
                                      {.dimensions = {2}, .strides = {2}}, std::move(norm))[0];
    return std::vector{y[0], y[1], norms,
                       jvp(std::vector{norms}, p, std::vector{ones_like(p[0])})[0]};
  };
  const std::vector<Array> got = run(f, {x});
  expect_close(got[0], Array::of({2}, std::vector<float>{4, 9}), 0);
  expect_close(got[1], Array::of({2}, std::vector<float>{2, 5}), 0);
  const auto root = [](float a, float b) { return std::sqrt(a * a + b * b); };
  expect_close(got[2], Array::of({3}, std::vector{root(3, 1), root(4, 1), root(5, 9)}), 1e-6);
  expect_close(got[3], Array::of({3}, std::vector{4 / root(3, 1), 5 / root(4, 1), 14 / root(5, 9)}),
               1e-5);
}

TEST(SelectAndScatter, ValuesAndGradients) {
  // Windows of 2 at distance 1 over [1 3 2 2]: the larger elements stand at 1, 1, 2 (the first of
  // equals).
  const BuildFn f = [](std::span<const Value> p) {
    const std::vector<Shape> pair(2, Shape{kF64, {}});
    const auto scattered = [&](std::span<const Value> q) {
      Function stays = trace(
          [](std::span<const Value> ab) { return std::vector{greater_equal(ab[0], ab[1])}; }, pair);
      return std::vector{select_and_scatter(q[0], q[1], q[2], {.dimensions = {2}}, std::move(stays),
                                            scalar_reducer(add, kF64))};
    };
    const std::vector<Value> y = scattered(p.first(3));
    const std::vector<Value> d = vjp(y, p.subspan(3), p.first(3));
    const std::vector<Value> d_y = jvp(y, p.first(3), std::vector{Value(), p[1], p[2]});
    const std::vector<Value> in = {stack({p[0], -p[0]}), stack({p[1], p[1] * 2}), p[2]};
    const Value batched = vmap(scattered, in, {true, true, false})[0];
    const std::vector<Value> other = {-p[0], p[1] * 2, p[2]};
    return std::vector{y[0], d[0], d[1], d[2], d_y[0], batched, stack({y[0], scattered(other)[0]})};
  };
  const auto f64 = [](Dims dims, const std::vector<double>& values) {
    return Array::of(std::move(dims), values);
  };
  const std::vector<Array> got = run(
      f, {f64({4}, {1, 3, 2, 2}), f64({3}, {10, 20, 40}), f64({}, {0.5}), f64({4}, {1, 2, 4, 8})});
  expect_close(got[0], f64({4}, {0.5, 30.5, 40.5, 0.5}), 0);
  expect_close(got[1], f64({4}, {0, 0, 0, 0}), 0);
  expect_close(got[2], f64({3}, {2, 2, 4}), 0);
  expect_close(got[3], f64({}, {15}), 0);
  expect_close(got[4], got[0], 0);
  expect_close(got[5], got[6], 0);
}

TEST(Pooling, ByHand) {
  std::vector<float> numbers(16);
  for (std::size_t i = 0; i < 16; ++i)
    numbers[i] = static_cast<float>((i * 7) % 16);  // 0 7 14 5 / 12 3 10 1 / 8 15 6 13 / 4 11 2 9
  const Array x = Array::of({1, 4, 4, 1}, numbers);
  const BuildFn f = [](std::span<const Value> p) {
    const Value first = transpose(p[0], {0, 3, 1, 2});
    return std::vector{max_pool(p[0], 2),
                       min_pool(p[0], 2),
                       sum_pool(p[0], 2),
                       avg_pool(p[0], 2),
                       max_pool(p[0], 3, {.strides = 2, .padding = "same"}),
                       avg_pool(p[0], 3, {.strides = 2, .padding = "same"}),
                       avg_pool(p[0], 3, {.strides = 2, .padding = "same", .counts_padding = true}),
                       max_pool(p[0], {1, 4}),
                       max_pool(first, {1, 4}, {.layout = Layout::kChannelsFirst}),
                       max_pool(p[0], 2, {.strides = 1, .dilations = 3}),
                       sum_pool(p[0], 2, {.padding = {{1, 1}, {0, 0}}}),
                       global_max_pool(p[0]),
                       global_avg_pool(first, true, Layout::kChannelsFirst),
                       avg_pool(convert(p[0], kI32), 4),
                       sum_pool(convert(p[0], kBF16), 4),
                       avg_pool(p[0], {2, 2}, {.padding = {{3, 3}, {0, 0}}})};
  };
  const std::vector<Array> got = run(f, {x});
  const auto expect = [&](std::size_t i, Dims dims, const std::vector<float>& want) {
    SCOPED_TRACE(i);
    expect_close(got[i], Array::of(std::move(dims), want), 1e-6);
  };
  expect(0, {1, 2, 2, 1}, {12, 14, 15, 13});
  expect(1, {1, 2, 2, 1}, {0, 1, 4, 2});
  expect(2, {1, 2, 2, 1}, {22, 30, 38, 30});
  expect(3, {1, 2, 2, 1}, {5.5, 7.5, 9.5, 7.5});
  expect(4, {1, 2, 2, 1}, {15, 14, 15, 13});
  expect(5, {1, 2, 2, 1}, {75.0F / 9, 49.0F / 6, 46.0F / 6, 30.0F / 4});
  expect(6, {1, 2, 2, 1}, {75.0F / 9, 49.0F / 9, 46.0F / 9, 30.0F / 9});
  expect(7, {1, 4, 1, 1}, {14, 12, 15, 11});
  expect(8, {1, 1, 4, 1}, {14, 12, 15, 11});
  expect(9, {1, 1, 1, 1}, {9});
  expect(10, {1, 3, 2, 1}, {7, 19, 38, 30, 15, 11});
  expect(11, {1, 1}, {15});
  expect(12, {1, 1, 1, 1}, {7.5});
  expect(13, {1, 1, 1, 1}, {7.5});
  expect(14, {1, 1, 1, 1}, {120});
  expect(15, {1, 5, 2, 1}, {0, 0, 3.5, 9.5, 9.5, 7.5, 7.5, 5.5, 0, 0});
}

// Sums of f16 and bf16 lose nothing on the way: 300 ones are 300, though bf16 has no 257.
TEST(Pooling, NarrowSumsAreWide) {
  const BuildFn f = [](std::span<const Value> p) {
    return std::vector{sum_pool(p[0], 300), avg_pool(p[0], 300),
                       grad(convert(sum(sum_pool(p[0], 300)), kF32), p[0])};
  };
  const Array x = Array::of({1, 300, 1}, std::vector<float>(300, 1.0F)).as(kBF16);
  const std::vector<Array> got = run(f, {x});
  expect_close(got[0], Array::of({1, 1, 1}, std::vector{300.0F}), 0);
  expect_close(got[1], Array::of({1, 1, 1}, std::vector{1.0F}), 0);
  expect_close(got[2], x, 0);
}

TEST(ReduceWindow, Refusals) {
  const Shape x{kF32, {4, 6}}, scalar{kF32, {}};
  const auto with = [](Window w) {
    return [w](std::span<const Value> p) { reduce_window(p[0], add, w); };
  };
  const auto bare = [](std::size_t inputs, Function body) {
    return [inputs, body](std::span<const Value> p) {
      reduce_window(p.first(inputs), p.subspan(inputs), {.dimensions = {2, 2}}, body);
    };
  };
  const Function body = scalar_reducer(add, kF32);
  const std::vector<Misuse> misuses = {
      {"C1", {x, x, scalar}, bare(2, body), {"reduce_window: inputs and start values do not pair"}},
      {"C2",
       {x, {kF32, {4, 5}}, scalar, scalar},
       bare(2, body),
       {"inputs differ", "f32[4,6], f32[4,5]"}},
      {"C3",
       {x, {kF64, {}}},
       bare(1, body),
       {"a start value does not fit", "a scalar of its input's dtype"}},
      {"C4", {x}, with({.dimensions = {2}}), {"the window does not match the rank", "f32[4,6]"}},
      {"C5", {x}, with({.dimensions = {2, 0}}), {"a length, stride or dilation is not positive"}},
      {"C6",
       {x},
       with({.dimensions = {2, 2}, .strides = {1}}),
       {"the window does not match the rank"}},
      {"C7",
       {x},
       with({.dimensions = {2, 2}, .strides = {1, 0}}),
       {"a length, stride or dilation is not positive"}},
      {"C8",
       {x},
       with({.dimensions = {2, 2}, .base_dilations = {1, 1, 1}}),
       {"the window does not match the rank"}},
      {"C9",
       {x},
       with({.dimensions = {2, 2}, .base_dilations = {-1, 1}}),
       {"a length, stride or dilation is not positive"}},
      {"C10",
       {x},
       with({.dimensions = {2, 2}, .window_dilations = {1}}),
       {"the window does not match the rank"}},
      {"C11",
       {x},
       with({.dimensions = {2, 2}, .window_dilations = {1, 0}}),
       {"a length, stride or dilation is not positive"}},
      {"C12",
       {x},
       with({.dimensions = {2, 2}, .padding = {{0, 0}}}),
       {"the padding does not match the rank"}},
      {"C13",
       {x, scalar},
       bare(1, scalar_reducer(add, kF64)),
       {"the body does not fit", "a body from 2n scalars to n"}},
      {"another body",
       {x, scalar},
       [](std::span<const Value> p) {
         Function third = trace([](std::span<const Value> q) { return std::vector{q[0] - q[1]}; },
                                std::vector<Shape>(2, {kF32, {}}));
         grad(sum(reduce_window(p.first(1), p.subspan(1), {.dimensions = {2, 2}},
                                std::move(third))[0]),
              p[0]);
       },
       {"gradient of reduce_window: no gradient of this body is known"}},
      {"a start value that is no constant",
       {x, scalar},
       [&](std::span<const Value> p) {
         grad(sum(reduce_window(p.first(1), p.subspan(1), {.dimensions = {2, 2}}, body)[0]), p[0]);
       },
       {"gradient of reduce_window: no gradient to a start value that is no constant"}},
      {"a large product",
       {{kF32, {20, 20}}},
       [](std::span<const Value> p) {
         grad(sum(reduce_window(p[0], multiply, {.dimensions = {17, 16}})), p[0]);
       },
       {"a product over a window of 272 elements", "at most 256"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

TEST(SelectAndScatter, Refusals) {
  const Shape x{kF32, {4}}, source{kF32, {2}}, scalar{kF32, {}};
  const std::vector<Shape> pair(2, scalar);
  const Function stays = trace([](std::span<const Value> p) { return std::vector{p[0] >= p[1]}; },
                               pair),
                 sum_of = scalar_reducer(add, kF32);
  const auto with = [](Window w, Function select_, Function scatter_) {
    return [=](std::span<const Value> p) {
      select_and_scatter(p[0], p[1], p[2], w, select_, scatter_);
    };
  };
  const Window w{.dimensions = {2}, .strides = {2}};
  const std::vector<Misuse> misuses = {
      {"C1",
       {x, {kF64, {2}}, scalar},
       with(w, stays, sum_of),
       {"select_and_scatter: dtypes differ"}},
      {"C2",
       {x, {kF32, {3}}, scalar},
       with(w, stays, sum_of),
       {"the source does not fit the windows", "source dims [2]"}},
      {"C3", {x, source, {kF64, {}}}, with(w, stays, sum_of), {"dtypes differ"}},
      {"no scalar",
       {x, source, {kF32, {1}}},
       with(w, stays, sum_of),
       {"the start value is no scalar"}},
      {"C4",
       {x, source, scalar},
       with({.dimensions = {2, 2}, .strides = {2}}, stays, sum_of),
       {"the window does not match the rank"}},
      {"C5",
       {x, source, scalar},
       with({.dimensions = {0}, .strides = {2}}, stays, sum_of),
       {"a length or stride of the window is not positive"}},
      {"C6",
       {x, source, scalar},
       with({.dimensions = {2}, .strides = {2, 2}}, stays, sum_of),
       {"the window does not match the rank"}},
      {"C7",
       {x, source, scalar},
       with({.dimensions = {2}, .strides = {-2}}, stays, sum_of),
       {"a length or stride of the window is not positive"}},
      {"C8",
       {x, source, scalar},
       with({.dimensions = {2}, .strides = {2}, .padding = {{0, 0}, {0, 0}}}, stays, sum_of),
       {"the window does not match the rank"}},
      {"C9",
       {x, source, scalar},
       with(w, sum_of, sum_of),
       {"select does not fit", "a function from 2 scalars to i1"}},
      {"C10",
       {x, source, scalar},
       with(w, stays, stays),
       {"scatter does not fit", "a function from 2 scalars to one"}},
      {"dilated",
       {x, source, scalar},
       with({.dimensions = {2}, .strides = {2}, .window_dilations = {2}}, stays, sum_of),
       {"a dilated window"}},
      {"a product",
       {x, source, scalar},
       [&](std::span<const Value> p) {
         grad(sum(select_and_scatter(p[0], p[1], p[2], w, stays, scalar_reducer(multiply, kF32))),
              p[1]);
       },
       {"no gradient of this scatter function is known", "one that adds"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

TEST(Pooling, Refusals) {
  const Shape x{kF32, {2, 8, 8, 3}};
  const std::vector<Misuse> misuses = {
      {"rank",
       {{kF32, {8, 8}}},
       [](std::span<const Value> p) { max_pool(p[0], 2); },
       {"max_pool: rank 2", "f32[8,8]", "1 to 3 spatial axes"}},
      {"window",
       {x},
       [](std::span<const Value> p) {
         avg_pool(p[0], {2, 2, 2});
       },
       {"avg_pool: windows of [2,2,2] do not fit", "f32[2,8,8,3]", "each of the 2 spatial axes"}},
      {"strides",
       {x},
       [](std::span<const Value> p) { sum_pool(p[0], 2, {.strides = 0}); },
       {"sum_pool: strides of [0] do not fit"}},
      {"padding",
       {x},
       [](std::span<const Value> p) {
         min_pool(p[0], 2, {.padding = {{1, 1}}});
       },
       {"min_pool: 1 pairs of padding"}},
      {"global",
       {{kF32, {8, 8}}},
       [](std::span<const Value> p) { global_avg_pool(p[0]); },
       {"global_avg_pool: rank 2"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
  try {
    WindowPadding("sam");
    ADD_FAILURE() << "not refused";
  } catch (const OpError& e) {
    EXPECT_NE(std::string(e.what()).find("did you mean same?"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace hilo::test
