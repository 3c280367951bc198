#include "hilo/ops/slice.h"

#include <cstdlib>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convolution.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reduce_window.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/unary.h"
#include "tests/ops/window_goldens.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;

// JAX's values and gradients of the cases of that name (HILO_FIXTURES/ops).
struct Fixture {
  const char* name;
  std::function<Value(In)> f;
};

Value with_numbers(In p, ConvolutionDimensionNumbers numbers, ConvolutionOptions options) {
  options.dimension_numbers = std::move(numbers);
  return convolution(p[0], p[1], options);
}

std::vector<Fixture> fixtures() {
  const auto last = [](std::size_t n) {
    return ConvolutionDimensionNumbers::of(Layout::kChannelsLast, n);
  };
  const auto first = [](std::size_t n) {
    return ConvolutionDimensionNumbers::of(Layout::kChannelsFirst, n);
  };
  return {
      {"slice_strided",
       [](In p) { return slice_axis(slice_axis(p[0], 0, 1, kEnd), 1, 0, kEnd, 2); }},
      {"reverse",
       [](In p) {
         const Value r = reverse(p[0], -1);
         return r * r;
       }},
      {"pad_const",
       [](In p) {
         return pad(p[0], 1.5, {.low = {1, 2}, .high = {0, 1}});
       }},
      {"pad_reflect",
       [](In p) {
         return pad_reflect(p[0], {1, 2}, {1, 2});
       }},
      {"lax_pad_interior_negative",
       [](In p) {
         return pad(p[0], 0.5, {.low = {-1, 0}, .high = {1, -1}, .interior = {1, 2}});
       }},
      {"roll", [](In p) { return roll(p[0], 2, 1) * sin(p[0]); }},
      {"tile",
       [](In p) {
         return tile(p[0], {2, 1});
       }},
      {"repeat", [](In p) { return repeat(p[0], 3, 1); }},
      {"dynamic_slice",
       [](In p) {
         return dynamic_slice(p[0], {1, 2}, {2, 2});
       }},
      {"dynamic_update_slice",
       [](In p) {
         return dynamic_update_slice(p[0], p[1], {1, 1});
       }},
      {"split_sum",
       [](In p) {
         const auto s = split(p[0], {2, 3}, 1);
         return sum(s[0]) * s[1];
       }},
      {"concat",
       [](In p) {
         return concatenate({p[0], p[1], p[0]}, 1);
       }},
      {"stack",
       [](In p) {
         return stack({p[0], p[1]}, 1);
       }},
      {"cumsum", [](In p) { return cumulative_sum(p[0], 1); }},
      {"cumprod", [](In p) { return cumulative_prod(p[0], 1); }},
      {"cummax", [](In p) { return cumulative_max(p[0], 1); }},
      {"conv2d_same", [](In p) { return conv(p[0], p[1], {.padding = "same"}); }},
      {"conv2d_stride_pad",
       [=](In p) {
         return with_numbers(p, first(2), {.window_strides = {2, 2}, .padding = {{1, 0}, {2, 1}}});
       }},
      {"conv2d_dilated_group",
       [=](In p) {
         return with_numbers(p, first(2), {.rhs_dilation = {2, 1}, .feature_group_count = 2});
       }},
      {"conv2d_lhs_dilation",
       [=](In p) {
         return with_numbers(p, first(2), {.padding = {{1, 1}, {1, 1}}, .lhs_dilation = {2, 2}});
       }},
      {"conv1d_causal",
       [=](In p) {
         return with_numbers(p, last(1), {.padding = {{2, 0}}});
       }},
      {"conv3d", [](In p) { return conv(p[0], p[1]); }},
      {"max_pool",
       [](In p) {
         return reduce_window(p[0], maximum, {.dimensions = {1, 2, 2, 1}, .strides = {1, 2, 2, 1}});
       }},
      {"avg_pool_same",
       [](In p) {
         return reduce_window(p[0], add,
                              {.dimensions = {1, 3, 3, 1},
                               .strides = {1, 2, 2, 1},
                               .padding = {{0, 0}, {1, 1}, {1, 1}, {0, 0}}}) /
                9;
       }},
      {"sum_pool_dilated",
       [](In p) {
         return reduce_window(p[0], add, {.dimensions = {2, 2}, .window_dilations = {2, 1}});
       }},
  };
}

TEST(Slices, AgreeWithJax) {
  const char* folder = std::getenv("HILO_FIXTURES");
  if (folder == nullptr) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto file = formats::NpzFile::open(std::filesystem::path(folder) / "ops/ops.npz");
  const std::vector<Fixture> all = fixtures();
  Programs programs;
  for (const Fixture& x : all) {
    const std::string name = x.name;
    std::vector<Array> arguments = {file.at(name + "/cotangent").as(kF64)};
    for (int k = 0; file.contains(name + "/in" + std::to_string(k)); ++k)
      arguments.push_back(file.at(name + "/in" + std::to_string(k)).as(kF64));
    programs.add(
        [&x](In p) {
          std::vector<Value> y = {x.f(p.subspan(1))};
          for (const Value& d : vjp(y, p.first(1), p.subspan(1))) y.push_back(d);
          return y;
        },
        arguments);
  }
  const auto got = programs.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].name);
    const std::string name = all[i].name;
    expect_close(got[i][0], file.at(name + "/out_f64"), 1e-9);
    for (std::size_t k = 1; k < got[i].size(); ++k) {
      expect_close(got[i][k], file.at(name + "/grad" + std::to_string(k - 1) + "_f64"), 1e-9);
    }
  }
}

Array i32(Dims dims, const std::vector<std::int32_t>& values) {
  return Array::of(std::move(dims), values);
}

TEST(Slices, ByHand) {
  const Array x = i32({2, 3}, {1, 2, 3, 4, 5, 6});
  struct Row {
    const char* name;
    std::function<Value(Value)> f;
    Array want;
  };
  const std::vector<Row> rows = {
      {"slice",
       [](Value v) {
         return slice(v, {0, 1}, {2, 3});
       },
       i32({2, 2}, {2, 3, 5, 6})},
      {"strides",
       [](Value v) {
         return slice(v, {1, 0}, {2, 3}, {1, 2});
       },
       i32({1, 2}, {4, 6})},
      {"nothing",
       [](Value v) {
         return slice(v, {1, 2}, {1, 3});
       },
       i32({0, 1}, {})},
      {"from the back", [](Value v) { return slice_axis(v, -1, -2, -1); }, i32({2, 1}, {2, 5})},
      {"end before start", [](Value v) { return slice_axis(v, 1, 2, 1); }, i32({2, 0}, {})},
      {"index", [](Value v) { return index_axis(v, 0, -1); }, i32({3}, {4, 5, 6})},
      {"split", [](Value v) { return split(v, 3, 1)[2]; }, i32({2, 1}, {3, 6})},
      {"interior", [](Value v) { return pad_axis(index_axis(v, 0, 0), 0, 0, 0, 0, 2); },
       i32({7}, {1, 0, 0, 2, 0, 0, 3})},
      {"cut",
       [](Value v) {
         return pad(v, 9, {.low = {0, -1}, .high = {1, 0}});
       },
       i32({3, 2}, {2, 3, 5, 6, 9, 9})},
      {"cut more than there is",
       [](Value v) { return pad(index_axis(v, 0, 0), 9, {.low = {-4}, .high = {2}}); },
       i32({1}, {9})},
      {"edge",
       [](Value v) {
         return pad_edge(v, {1, 0}, {0, 2});
       },
       i32({3, 5}, {1, 2, 3, 3, 3, 1, 2, 3, 3, 3, 4, 5, 6, 6, 6})},
      {"reflect",
       [](Value v) {
         return pad_reflect(v, {0, 2}, {1, 0});
       },
       i32({3, 5}, {3, 2, 1, 2, 3, 6, 5, 4, 5, 6, 3, 2, 1, 2, 3})},
      {"concatenate",
       [](Value v) {
         return concatenate({v, slice_axis(v, 1, 0, 1)}, -1);
       },
       i32({2, 4}, {1, 2, 3, 1, 4, 5, 6, 4})},
      {"stack last",
       [](Value v) {
         return stack({v, v}, -1);
       },
       i32({2, 3, 2}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6})},
      {"tile",
       [](Value v) {
         return tile(v, {2, 2});
       },
       i32({4, 6}, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6})},
      {"repeat", [](Value v) { return repeat(v, 2, 0); },
       i32({4, 3}, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6})},
      {"repeat nothing", [](Value v) { return repeat(v, 0, 0); }, i32({0, 3}, {})},
      {"reverse both",
       [](Value v) {
         return reverse(v, {0, -1});
       },
       i32({2, 3}, {6, 5, 4, 3, 2, 1})},
      {"roll", [](Value v) { return roll(v, 1, 1); }, i32({2, 3}, {3, 1, 2, 6, 4, 5})},
      {"roll back", [](Value v) { return roll(v, -4, -1); }, i32({2, 3}, {2, 3, 1, 5, 6, 4})},
      {"dynamic",
       [](Value v) { return dynamic_slice(v, {index_axis(index_axis(v, 0, 0), 0, 0), 0}, {1, 2}); },
       i32({1, 2}, {4, 5})},
      {"clamped", [](Value v) { return dynamic_slice(v, {7, -3}, {1, 2}); }, i32({1, 2}, {4, 5})},
      {"along an axis", [](Value v) { return dynamic_slice_axis(v, -1, 1, 2); },
       i32({2, 2}, {2, 3, 5, 6})},
      {"one", [](Value v) { return dynamic_index_axis(v, 1, 5); }, i32({2}, {3, 6})},
      {"update", [](Value v) { return dynamic_update_slice_axis(v, slice_axis(v, 1, 0, 1), 1, 9); },
       i32({2, 3}, {1, 2, 1, 4, 5, 4})},
  };
  Programs programs;
  for (const Row& row : rows) programs.add([&row](In p) { return std::vector{row.f(p[0])}; }, {x});
  const auto got = programs.run();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(rows[i].name);
    expect_close(got[i][0], rows[i].want, 0);
  }
}

// A batch of operands, of padding values, of starts: as one example after the other.
TEST(Slices, BatchAsOneByOne) {
  using Fn = std::function<Value(In)>;
  struct Row {
    const char* name;
    Fn f;
    std::vector<bool> is_batched;
  };
  const Fn padded = [](In p) {
    return pad(p[0], p[1], {.low = {1, -1}, .high = {-1, 2}, .interior = {0, 1}});
  };
  const Fn moved = [](In p) { return dynamic_slice(p[0], {p[2], 1}, {1, 2}); };
  const Fn updated = [](In p) {
    return dynamic_update_slice(p[0], slice(p[0], {0, 0}, {1, 2}) * p[1], {p[2], 1});
  };
  const std::vector<Row> rows = {
      {"slice",
       [](In p) {
         return slice(p[0], {0, 1}, {2, 3}, {1, 2});
       },
       {true, false, false}},
      {"reverse", [](In p) { return reverse(p[0], 1); }, {true, false, false}},
      {"concatenate",
       [](In p) {
         return concatenate({p[0], ones_like(p[0])}, 1);
       },
       {true, false, false}},
      {"pad x", padded, {true, false, false}},
      {"pad value", padded, {false, true, false}},
      {"pad both", padded, {true, true, false}},
      {"slice at one start", moved, {true, false, false}},
      {"slice at many starts", moved, {false, false, true}},
      {"slices at many starts", moved, {true, false, true}},
      {"update one place", updated, {true, true, false}},
      {"update of one operand", updated, {false, true, false}},
      {"update many places", updated, {true, false, true}},
      {"update many places of one operand", updated, {false, false, true}},
  };
  const std::vector<std::vector<Array>> numbers = {
      {Array::of({2, 3}, std::vector<double>{1, 2, 3, 4, 5, 6}), Array::scalar(7.0),
       Array::scalar(std::int32_t{0})},
      {Array::of({2, 3}, std::vector<double>{2, -1, 0.5, 9, 8, 7}), Array::scalar(-3.0),
       Array::scalar(std::int32_t{1})},
      {Array::of({2, 3}, std::vector<double>{0, 3, 1, 4, 1, 5}), Array::scalar(0.25),
       Array::scalar(std::int32_t{5})}};
  std::vector<Array> arguments;
  for (const auto& example : numbers)
    arguments.insert(arguments.end(), example.begin(), example.end());
  Programs programs;
  for (const Row& row : rows) {
    programs.add(
        [&row](In p) {
          std::vector<Value> in, one_by_one, gradients;
          for (std::size_t k = 0; k < 3; ++k)
            in.push_back(row.is_batched[k] ? stack({p[k], p[k + 3], p[k + 6]}) : p[k]);
          for (std::size_t e = 0; e < 3; ++e) {
            std::vector<Value> own;
            for (std::size_t k = 0; k < 3; ++k) own.push_back(p[row.is_batched[k] ? 3 * e + k : k]);
            one_by_one.push_back(row.f(own));
            gradients.push_back(grad(sum(one_by_one.back() * one_by_one.back()), own[0]));
          }
          const auto with_gradient = [&row](In own) {
            const Value y = row.f(own);
            return std::vector{y, grad(sum(y * y), own[0])};
          };
          const std::vector<Value> y = vmap(with_gradient, in, row.is_batched);
          return std::vector{y[0], stack(one_by_one), y[1], stack(gradients)};
        },
        arguments);
  }
  const auto got = programs.run();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(rows[i].name);
    expect_close(got[i][0], got[i][1], 0);
    expect_close(got[i][2], got[i][3], 0);
  }
}

TEST(Slices, Refusals) {
  const Shape x{kF32, {4, 6}}, scalar{kF32, {}}, index{kI32, {}};
  const std::vector<Misuse> misuses = {
      {"slice C2",
       {x},
       [](In p) { slice(p[0], {0}, {1}); },
       {"slice: a list does not match the rank (start = [0], limit = [1]", "f32[4,6]"}},
      {"slice C3 limit",
       {x},
       [](In p) {
         slice(p[0], {0, 0}, {4, 7});
       },
       {"slice: axis 1 is cut outside of x", "0 <= start <= limit <= length"}},
      {"slice C3 start",
       {x},
       [](In p) {
         slice(p[0], {-1, 0}, {4, 6});
       },
       {"slice: axis 0 is cut outside of x"}},
      {"slice C3 order",
       {x},
       [](In p) {
         slice(p[0], {3, 0}, {2, 6});
       },
       {"slice: axis 0 is cut outside of x"}},
      {"slice C4",
       {x},
       [](In p) {
         slice(p[0], {0, 0}, {4, 6}, {1, 0});
       },
       {"slice: a stride is not positive", "strides of at least 1"}},
      {"slice_axis",
       {x},
       [](In p) { slice_axis(p[0], 1, 2, 7); },
       {"slice_axis: cannot take 2:7:1 of axis 1", "positions from -length to length"}},
      {"slice_axis stride",
       {x},
       [](In p) { slice_axis(p[0], 1, 2, kEnd, -1); },
       {"slice_axis: cannot take 2::-1 of axis 1"}},
      {"slice_axis axis",
       {x},
       [](In p) { slice_axis(p[0], 2, 0, 1); },
       {"slice_axis: axis 2 is out of range", "f32[4,6]"}},
      {"index_axis",
       {x},
       [](In p) { index_axis(p[0], 0, 4); },
       {"index_axis: no element 4 on axis 0", "-length <= i < length"}},
      {"split count",
       {x},
       [](In p) { split(p[0], 4, 1); },
       {"split: axis 1 is no 4 equal pieces", "a count that divides the length"}},
      {"split lengths",
       {x},
       [](In p) {
         split(p[0], {2, 3}, 1);
       },
       {"split: pieces of [2,3] do not make up axis 1", "lengths that add up to the axis"}},
      {"dynamic_slice C2",
       {x},
       [](In p) {
         dynamic_slice(p[0], {0}, {1, 1});
       },
       {"dynamic_slice: the starts do not fit", "an integer scalar for each axis"}},
      {"dynamic_slice C3",
       {x, index, {kI64, {}}},
       [](In p) {
         dynamic_slice(p[0], {p[1], p[2]}, {1, 1});
       },
       {"dynamic_slice: the starts do not fit", "all of one dtype"}},
      {"dynamic_slice C3 float",
       {x, scalar},
       [](In p) {
         dynamic_slice(p[0], {p[1], p[1]}, {1, 1});
       },
       {"dynamic_slice: the starts do not fit"}},
      {"dynamic_slice C4",
       {x},
       [](In p) {
         dynamic_slice(p[0], {0, 0}, {5, 1});
       },
       {"dynamic_slice: sizes of [5,1] do not fit", "0 <= size <= length"}},
      {"dynamic_update_slice C2",
       {x, {kF64, {1, 1}}},
       [](In p) {
         dynamic_update_slice(p[0], p[1], {0, 0});
       },
       {"dynamic_update_slice: the update does not fit", "f32[4,6], f64[1,1]"}},
      {"dynamic_update_slice C3",
       {x, {kF32, {1}}},
       [](In p) {
         dynamic_update_slice(p[0], p[1], {0, 0});
       },
       {"dynamic_update_slice: the update does not fit"}},
      {"dynamic_update_slice C4",
       {x, x},
       [](In p) {
         dynamic_update_slice(p[0], p[1], {0, 0, 0});
       },
       {"dynamic_update_slice: the starts do not fit"}},
      {"dynamic_update_slice C5",
       {x, x, index, {kI64, {}}},
       [](In p) {
         dynamic_update_slice(p[0], p[1], {p[2], p[3]});
       },
       {"dynamic_update_slice: the starts do not fit"}},
      {"dynamic_update_slice C6",
       {x, {kF32, {5, 1}}},
       [](In p) {
         dynamic_update_slice(p[0], p[1], {0, 0});
       },
       {"dynamic_update_slice: the update does not fit", "no axis longer than x's"}},
      {"dynamic_slice_axis",
       {x},
       [](In p) { dynamic_slice_axis(p[0], 2, 0, 1); },
       {"dynamic_slice_axis: axis 2 is out of range"}},
      {"pad C1",
       {x, {kF64, {}}},
       [](In p) { pad(p[0], p[1], {}); },
       {"pad: the padding value does not fit", "a scalar of x's dtype"}},
      {"pad C2",
       {x},
       [](In p) { pad(p[0], 0, {.low = {1}}); },
       {"pad: a list does not match the rank", "low = [1]"}},
      {"pad C3",
       {x},
       [](In p) {
         pad(p[0], 0, {.interior = {0, -1}});
       },
       {"pad: interior padding is negative"}},
      {"pad C4",
       {x},
       [](In p) {
         pad(p[0], 0, {.low = {-3, 0}, .high = {-2, 0}});
       },
       {"pad: axis 0 would have length -1", "no more taken away than is there"}},
      {"pad value",
       {{kI32, {4}}},
       [](In p) { pad(p[0], 0.5, {.low = {1}}); },
       {"pad: the number 0.5 is no whole number"}},
      {"pad_axis",
       {x},
       [](In p) { pad_axis(p[0], 0, -3, 1, 1); },
       {"pad_axis: axis -3 is out of range"}},
      {"pad_reflect",
       {x},
       [](In p) {
         pad_reflect(p[0], {4, 0}, {0, 0});
       },
       {"pad_reflect: cannot pad by low = [4,0]", "0 <= padding < length"}},
      {"pad_edge",
       {x},
       [](In p) {
         pad_edge(p[0], {-1, 0}, {0, 0});
       },
       {"pad_edge: cannot pad by low = [-1,0]"}},
      {"concatenate C1",
       {x, {kF64, {4, 6}}},
       [](In p) {
         concatenate({p[0], p[1]}, 0);
       },
       {"concatenate: dtypes differ", "f32[4,6], f64[4,6]"}},
      {"concatenate C2",
       {x, {kF32, {3, 6}}},
       [](In p) {
         concatenate({p[0], p[1]}, 1);
       },
       {"concatenate: parts differ outside of axis 1", "equal lengths of all other axes"}},
      {"concatenate C2 rank",
       {x, {kF32, {4}}},
       [](In p) {
         concatenate({p[0], p[1]}, 0);
       },
       {"concatenate: parts differ outside of axis 0"}},
      {"concatenate C3",
       {},
       [](In) { concatenate(std::vector<Value>{}, 0); },
       {"concatenate: nothing to join", "at least one part"}},
      {"concatenate C4",
       {x},
       [](In p) { concatenate({p[0]}, 2); },
       {"concatenate: axis 2 is out of range"}},
      {"stack",
       {x, {kF32, {4, 5}}},
       [](In p) {
         stack({p[0], p[1]});
       },
       {"stack: parts differ", "all of one shape and dtype"}},
      {"stack axis", {x}, [](In p) { stack({p[0]}, 3); }, {"stack: the new axis is out of range"}},
      {"tile", {x}, [](In p) { tile(p[0], {2}); }, {"tile: counts of [2] do not fit"}},
      {"repeat", {x}, [](In p) { repeat(p[0], -1, 0); }, {"repeat: cannot repeat -1 times"}},
      {"reverse C2",
       {x},
       [](In p) {
         reverse(p[0], {0, -2});
       },
       {"reverse: axis 0 is named twice", "distinct axes"}},
      {"reverse C3", {x}, [](In p) { reverse(p[0], 2); }, {"reverse: axis 2 is out of range"}},
      {"roll", {x}, [](In p) { roll(p[0], 1, 2); }, {"roll: axis 2 is out of range"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
