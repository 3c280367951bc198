#include "hilo/ops/convolution.h"

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/reduce.h"
#include "hilo/stablehlo/emit.h"
#include "tests/ops/window_goldens.h"

namespace hilo::test {
namespace {

struct Case {
  explicit Case(const std::string& name_) : name(name_) {
    const Array window = at("window"), groups = at("groups"), axes = at("axes");
    options.window_strides = golden_row(window, 0);
    const Dims low = golden_row(window, 1), high = golden_row(window, 2),
               reversal = golden_row(window, 5);
    for (std::size_t i = 0; i < low.size(); ++i) {
      options.padding.push_back({low[i], high[i]});
      options.window_reversal.push_back(reversal[i] != 0);
    }
    options.lhs_dilation = golden_row(window, 3);
    options.rhs_dilation = golden_row(window, 4);
    options.feature_group_count = groups.data<std::int64_t>()[0];
    options.batch_group_count = groups.data<std::int64_t>()[1];
    const auto spatial = [](const Dims& row) { return Axes(row.begin() + 2, row.end()); };
    const Dims in = golden_row(axes, 0), kernel = golden_row(axes, 1), out = golden_row(axes, 2);
    options.dimension_numbers = {in[0],           in[1],  spatial(in), kernel[0],   kernel[1],
                                 spatial(kernel), out[0], out[1],      spatial(out)};
  }
  [[nodiscard]] Array at(const std::string& member) const {
    return window_goldens().at(name + "/" + member);
  }
  [[nodiscard]] Value operator()(Value x, Value k) const { return convolution(x, k, options); }

  std::string name;
  ConvolutionOptions options{};
};

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const std::string& name : golden_cases("convolution")) result.emplace_back(name);
  return result;
}

// (x, k, d_y) -> (y, d_x, d_k).
std::vector<Value> with_gradients(const Case& c, std::span<const Value> p) {
  const std::vector<Value> y = {c(p[0], p[1])};
  const std::vector<Value> d = vjp(y, p.subspan(2, 1), p.first(2));
  return {y[0], d[0], d[1]};
}

TEST(Convolution, AgreesWithJax) {
  Programs programs;
  for (const Case& c : cases()) {
    programs.add([&c](std::span<const Value> p) { return with_gradients(c, p); },
                 {c.at("x"), c.at("k"), c.at("d_y")});
  }
  const auto got = programs.run();
  ASSERT_GE(got.size(), 26U);
  for (std::size_t i = 0; const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    ASSERT_EQ(got[i].size(), 3U);
    expect_close(got[i][0], c.at("y"), 1e-12);
    expect_close(got[i][1], c.at("d_x"), 1e-12);
    expect_close(got[i][2], c.at("d_k"), 1e-12);
    ++i;
  }
}

// f32 programs for the CPU are written another way in places: the numbers stay.
TEST(Convolution, AgreesWithJaxInF32) {
  Programs programs;
  for (const Case& c : cases()) {
    programs.add([&c](std::span<const Value> p) { return with_gradients(c, p); },
                 {c.at("x").as(kF32), c.at("k").as(kF32), c.at("d_y").as(kF32)});
  }
  const auto got = programs.run();
  for (std::size_t i = 0; const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    ASSERT_EQ(got[i].size(), 3U);
    expect_close(got[i][0], c.at("y"), 2e-5);
    expect_close(got[i][1], c.at("d_x"), 2e-5);
    expect_close(got[i][2], c.at("d_k"), 2e-4);
    ++i;
  }
}

// <d_y, J (u, v)> = <d_x, u> + <d_k, v>; and as convolution is bilinear, d<d_x, u>/dk is d_k at x =
// u.
TEST(Convolution, ForwardAndSecondOrder) {
  Programs programs;
  for (const Case& c : cases()) {
    programs.add(
        [&c](std::span<const Value> p) {
          const Value x = p[0], k = p[1], d_y = p[2], u = x * 0.5 + 1, v = k * k;
          const std::vector<Value> y = {c(x, k)};
          const Value d_y_uv = jvp(y, p.first(2), std::vector{u, v})[0];
          const std::vector<Value> d = vjp(y, std::vector{d_y}, p.first(2));
          const std::vector<Value> y_of_u = {c(u, k)};
          const Value second = grad(sum(d[0] * u), k);
          return std::vector{sum(d_y * d_y_uv), sum(d[0] * u) + sum(d[1] * v), second,
                             vjp(y_of_u, std::vector{d_y}, p.subspan(1, 1))[0]};
        },
        {c.at("x"), c.at("k"), c.at("d_y")});
  }
  const auto got = programs.run();
  for (std::size_t i = 0; const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    ASSERT_EQ(got[i].size(), 4U);
    expect_close(got[i][0], got[i][1], 1e-11);
    // u depends on x only, so k's gradient of <d_x, u> is d_k with u in x's place.
    expect_close(got[i][2], got[i][3], 1e-11);
    ++i;
  }
}

TEST(Convolution, BatchesAsOneByOne) {
  Programs programs;
  for (const Case& c : cases()) {
    programs.add(
        [&c](std::span<const Value> p) {
          const std::vector<Value> xs = {p[0], p[0] * 2 + 1, p[0] * p[0]},
                                   ks = {p[1], 1 - p[1], p[1] * p[1]};
          const BuildFn f = [&c](std::span<const Value> in) {
            return std::vector{c(in[0], in[1])};
          };
          std::vector<Value> results;
          for (int mode = 1; mode < 4; ++mode) {
            const bool has_x = (mode & 1) != 0, has_k = (mode & 2) != 0;
            std::vector<Value> one_by_one;
            for (std::size_t i = 0; i < 3; ++i)
              one_by_one.push_back(c(has_x ? xs[i] : p[0], has_k ? ks[i] : p[1]));
            const std::vector<Value> in = {has_x ? stack(xs) : p[0], has_k ? stack(ks) : p[1]};
            results.push_back(vmap(f, in, {has_x, has_k})[0]);
            results.push_back(stack(one_by_one));
          }
          return results;
        },
        {c.at("x"), c.at("k")});
  }
  const auto got = programs.run();
  for (std::size_t i = 0; const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    ASSERT_EQ(got[i].size(), 6U);
    for (std::size_t m = 0; m < 6; m += 2) expect_close(got[i][m], got[i][m + 1], 1e-12);
    ++i;
  }
}

TEST(Convolution, OfNoExamples) {
  const BuildFn f = [](std::span<const Value> p) {
    const std::vector<Value> in = {p[0], p[1]};
    const std::vector<Value> y =
        vmap([](std::span<const Value> one) { return std::vector{conv(one[0], one[1])}; }, in);
    return std::vector{y[0], conv(p[2], p[3]), grad(sum(conv(p[2], p[3])), p[3])};
  };
  const std::vector<Array> got =
      run(f, {Array(Shape{kF32, {0, 2, 4, 4, 3}}), Array(Shape{kF32, {0, 3, 3, 3, 5}}),
              Array(Shape{kF32, {0, 4, 4, 3}}), Array(Shape{kF32, {3, 3, 3, 5}})});
  EXPECT_EQ(got[0].shape(), (Shape{kF32, {0, 2, 2, 2, 5}}));
  EXPECT_EQ(got[1].shape(), (Shape{kF32, {0, 2, 2, 5}}));
  EXPECT_EQ(got[2], Array(Shape{kF32, {3, 3, 3, 5}}));
}

TEST(Conv, SamePaddingStridesAndDtype) {
  const auto shape = [](Shape x, Shape k, const ConvOptions& options) {
    const std::vector<Shape> shapes = {std::move(x), std::move(k)};
    return trace([&](std::span<const Value> p) { return std::vector{conv(p[0], p[1], options)}; },
                 shapes)
        .result_shapes()[0];
  };
  EXPECT_EQ(shape({kF32, {8, 32, 32, 3}}, {kF32, {3, 3, 3, 16}}, {.padding = "same"}),
            (Shape{kF32, {8, 32, 32, 16}}));
  EXPECT_EQ(shape({kF32, {8, 7, 8, 3}}, {kF32, {3, 3, 3, 16}}, {.strides = 2, .padding = "same"}),
            (Shape{kF32, {8, 4, 4, 16}}));
  EXPECT_EQ(shape({kF32, {8, 7, 8, 3}}, {kF32, {3, 3, 3, 16}}, {.strides = {2, 1}}),
            (Shape{kF32, {8, 3, 6, 16}}));
  EXPECT_EQ(shape({kF32, {8, 9, 9, 3}}, {kF32, {3, 3, 3, 16}}, {.padding = "same", .dilations = 2}),
            (Shape{kF32, {8, 9, 9, 16}}));
  EXPECT_EQ(shape({kF32, {8, 9, 9, 4}}, {kF32, {3, 3, 2, 16}},
                  {.padding = {{1, 2}, {0, -1}}, .groups = 2}),
            (Shape{kF32, {8, 10, 6, 16}}));
  EXPECT_EQ(shape({kF32, {8, 3, 9, 9}}, {kF32, {16, 3, 3, 3}}, {.layout = Layout::kChannelsFirst}),
            (Shape{kF32, {8, 16, 7, 7}}));
  EXPECT_EQ(shape({kF32, {8, 9, 3}}, {kF32, {3, 3, 16}}, {.input_dilations = 2}),
            (Shape{kF32, {8, 15, 16}}));
  EXPECT_EQ(shape({kBF16, {8, 9, 3}}, {kBF16, {3, 3, 16}}, {.dtype = kF32}),
            (Shape{kF32, {8, 7, 16}}));
  EXPECT_EQ(shape({kF32, {8, 9, 3}}, {kBF16, {3, 3, 16}}, {}), (Shape{kF32, {8, 7, 16}}));
}

TEST(Conv, WideSumsOfNarrowNumbers) {
  const std::vector<float> ones(300, 1.0F);
  const Array x = Array::of({1, 300, 1}, ones).as(kBF16),
              k = Array::of({300, 1, 1}, ones).as(kBF16);
  const BuildFn f = [](std::span<const Value> p) {
    const Value y = conv(p[0], p[1], {.dtype = kF32});
    return std::vector{y, grad(sum(y * 1.5), p[1])};
  };
  const std::vector<Array> got = run(f, {x, k});
  EXPECT_EQ(got[0], Array::of({1, 1, 1}, std::vector{300.0F}));
  EXPECT_EQ(got[1], Array::of({300, 1, 1}, std::vector<float>(300, 1.5F)).as(kBF16));
}

std::size_t convolutions_in(const Function& f, const std::string& platform) {
  const std::string text = stablehlo::emit(f, {.has_locations = false, .platform = platform});
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("stablehlo.convolution", at)) != std::string::npos; ++at)
    ++count;
  return count;
}

// The gradient of a kernel is summed in slices of 8 examples; forward, and elsewhere, nothing is
// split.
TEST(Convolution, WrittenForTheCpu) {
  const std::vector<Shape> shapes = {{kF32, {64, 16, 16, 32}}, {kF32, {3, 3, 32, 64}}};
  const Function forward = trace(
      [](std::span<const Value> p) { return std::vector{conv(p[0], p[1], {.padding = "same"})}; },
      shapes);
  const Function gradient = trace(
      [](std::span<const Value> p) {
        return std::vector{grad(sum(conv(p[0], p[1], {.padding = "same"})), p[1])};
      },
      shapes);
  EXPECT_EQ(convolutions_in(forward, "cpu"), 1U);
  EXPECT_EQ(convolutions_in(gradient, "cpu"), 8U);
  EXPECT_EQ(convolutions_in(gradient, "cuda"), 1U);
  EXPECT_EQ(convolutions_in(gradient, ""), 1U);
  const std::vector<Shape> rgb = {{kF32, {2, 8, 8, 3}}, {kF32, {3, 3, 3, 8}}};
  const Function first =
      trace([](std::span<const Value> p) { return std::vector{conv(p[0], p[1])}; }, rgb);
  EXPECT_NE(stablehlo::emit(first, {.platform = "cpu"}).find("tensor<2x8x8x4xf32>"),
            std::string::npos);
  EXPECT_EQ(stablehlo::emit(first, {.platform = "tpu"}).find("tensor<2x8x8x4xf32>"),
            std::string::npos);
}

TEST(Convolution, Refusals) {
  const Shape x{kF32, {2, 5, 6, 4}}, k{kF32, {3, 3, 4, 8}};
  const auto with = [](auto change) {
    return [change](std::span<const Value> p) {
      ConvolutionOptions o;
      change(o);
      convolution(p[0], p[1], o);
    };
  };
  using O = ConvolutionOptions&;
  const std::vector<Misuse> misuses = {
      {"C1",
       {x, {kF32, {3, 4, 8}}},
       with([](O) {}),
       {"convolution: ranks do not fit", "f32[2,5,6,4], f32[3,4,8]"}},
      {"C2",
       {x, k},
       with([](O o) { o.window_strides = {1}; }),
       {"a list does not match the spatial axes"}},
      {"C3",
       {x, k},
       with([](O o) {
         o.window_strides = {1, 0};
       }),
       {"a stride or dilation is not positive"}},
      {"C4",
       {x, k},
       with([](O o) {
         o.padding = {{0, 0}};
       }),
       {"padding and reversal for each spatial axis"}},
      {"C5",
       {x, k},
       with([](O o) {
         o.lhs_dilation = {1, 1, 1};
       }),
       {"a list does not match the spatial axes"}},
      {"C6",
       {x, k},
       with([](O o) {
         o.lhs_dilation = {-1, 1};
       }),
       {"a stride or dilation is not positive"}},
      {"C7",
       {x, k},
       with([](O o) { o.rhs_dilation = {1}; }),
       {"a list does not match the spatial axes"}},
      {"C8",
       {x, k},
       with([](O o) {
         o.rhs_dilation = {0, 1};
       }),
       {"a stride or dilation is not positive"}},
      {"C9",
       {x, k},
       with([](O o) { o.window_reversal = {true}; }),
       {"padding and reversal for each spatial axis"}},
      {"C10",
       {x, k},
       with([](O o) { o.batch_group_count = 4; }),
       {"batch_group_count 4 does not divide the batch", "a divisor of 2"}},
      {"C11",
       {x, k},
       with([](O o) { o.feature_group_count = 3; }),
       {"4 input features in 3 groups"}},
      {"C12",
       {x, k},
       with([](O o) {
         o.dimension_numbers.input_spatial_dimensions = {1};
         o.window_strides = {1, 1};
         o.lhs_dilation = {1, 1};
         o.rhs_dilation = {1, 1};
         o.padding = {{0, 0}, {0, 0}};
         o.window_reversal = {false, false};
       }),
       {"dimension numbers of the input do not fit"}},
      {"C13",
       {x, k},
       with([](O o) { o.dimension_numbers.input_batch_dimension = 3; }),
       {"dimension numbers of the input do not fit", "each axis once"}},
      {"C14",
       {x, {kF32, {3, 3, 2, 8}}},
       with([](O) {}),
       {"4 input features in 1 groups, kernel for 2",
        "kernel input features = input features / groups"}},
      {"C15",
       {x, {kF32, {3, 3, 4, 7}}},
       with([](O o) { o.batch_group_count = 2; }),
       {"groups do not divide the output features", "a divisor of 7"}},
      {"C16",
       {x, {kF32, {3, 3, 2, 7}}},
       with([](O o) { o.feature_group_count = 2; }),
       {"groups do not divide the output features"}},
      {"C17",
       {x, k},
       with([](O o) { o.dimension_numbers.kernel_spatial_dimensions = {0}; }),
       {"dimension numbers of the kernel do not fit"}},
      {"C18",
       {x, k},
       with([](O o) {
         o.dimension_numbers.kernel_spatial_dimensions = {0, 4};
       }),
       {"dimension numbers of the kernel do not fit"}},
      {"C19",
       {x, k},
       with([](O o) {
         o.dimension_numbers.output_spatial_dimensions = {1, 2, 0};
       }),
       {"dimension numbers of the output do not fit"}},
      {"C20",
       {x, k},
       with([](O o) { o.dimension_numbers.output_feature_dimension = 1; }),
       {"dimension numbers of the output do not fit"}},
      {"C21", {x, k}, with([](O o) { o.feature_group_count = 0; }), {"feature_group_count 0"}},
      {"C22", {x, k}, with([](O o) { o.batch_group_count = -1; }), {"batch_group_count -1"}},
      {"C23",
       {x, k},
       with([](O o) {
         o.batch_group_count = 2;
         o.feature_group_count = 2;
       }),
       {"counts of at least 1, one of them 1"}},
      {"C27", {x, {kF64, {3, 3, 4, 8}}}, with([](O) {}), {"dtypes differ"}},
      {"booleans",
       {{kI1, {2, 5, 6, 4}}, {kI1, {3, 3, 4, 8}}},
       with([](O) {}),
       {"dtype i1 is not accepted"}},
      {"cut to nothing",
       {x, k},
       with([](O o) {
         o.padding = {{-4, -2}, {0, 0}};
       }),
       {"padding cuts off more than there is"}},
      {"conv ranks",
       {x, {kF32, {3, 4, 8}}},
       [](std::span<const Value> p) { conv(p[0], p[1]); },
       {"conv: ranks do not fit", "1 to 3 spatial axes"}},
      {"conv features",
       {x, {kF32, {3, 3, 5, 8}}},
       [](std::span<const Value> p) { conv(p[0], p[1]); },
       {"conv: 4 input features in 1 groups, kernel for 5"}},
      {"conv strides",
       {x, k},
       [](std::span<const Value> p) {
         conv(p[0], p[1], {.strides = {1, 2, 3}});
       },
       {"conv: strides of [1,2,3] do not fit", "f32[2,5,6,4]"}},
      {"conv padding",
       {x, k},
       [](std::span<const Value> p) {
         conv(p[0], p[1], {.padding = {{1, 1}}});
       },
       {"conv: 1 pairs of padding"}},
      {"conv dtypes",
       {x, {kI32, {3, 3, 4, 8}}},
       [](std::span<const Value> p) { conv(p[0], p[1]); },
       {"conv: dtypes differ"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
  EXPECT_THROW(WindowPadding("sane"), OpError);
}

}  // namespace
}  // namespace hilo::test
