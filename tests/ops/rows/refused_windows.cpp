// What windows, pooling and convolutions refuse.
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/conv_transpose.h"
#include "hilo/ops/convolution.h"
#include "hilo/ops/pooling.h"
#include "hilo/ops/reduce_window.h"
#include "hilo/ops/select_and_scatter.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kLine = f32({4}), kPicture = f32({1, 4, 4, 2});

Function adding(DType d = kF32) { return scalar_reducer(add, d); }
Function larger() { return trace([](In p) { return std::vector{greater_equal(p[0], p[1])}; }, std::vector<Shape>(2, f32({}))); }

void add_windows(std::vector<Refused>& r) {
  const auto over = [](Window w) { return [w](Value x) { return reduce_window(x, add, w); }; };
  const auto from = [](Function body) { return [body](Value x, Value z) { return reduce_window(std::vector{x}, std::vector{z}, {}, body); }; };
  r.push_back({"reduce_window", {kLine}, [](Value x) { return reduce_window(std::vector{x}, std::vector<Value>{}, {}, adding()); }, "inputs and start values do not pair", "n inputs, n scalars"});
  r.push_back({"reduce_window", {kLine, f32({3}), f32({})}, [](Value x, Value y, Value z) { return reduce_window(std::vector{x, y}, std::vector{z, z}, {}, adding()); }, "inputs differ", "inputs of the same dims"});
  r.push_back({"reduce_window", {kLine, i32({})}, from(adding()), "a start value does not fit", "a scalar of its input's dtype"});
  r.push_back({"reduce_window", {kLine, f32({})}, from(adding(kI32)), "the body does not fit", "a body from 2n scalars to n"});
  r.push_back({"reduce_window", {kLine}, over({.dimensions = {2, 2}}), "the window does not match the rank", "an entry for each axis in each list"});
  r.push_back({"reduce_window", {kLine}, over({.strides = {0}}), "a length, stride or dilation is not positive", "at least 1"});
  r.push_back({"reduce_window", {kLine}, over({.padding = {{0, 0}, {0, 0}}}), "the padding does not match the rank", "{low, high} for each axis"});
  r.push_back({"and", {kLine}, [](Value x) { return reduce_window(x, logical_and, {}); }, "dtype f32 is not accepted", "boolean, integer operands"});
}

void add_select_and_scatter(std::vector<Refused>& r) {
  const auto call = [](Window w, Function select, Function scatter) {
    return [=](Value x, Value s, Value z) { return select_and_scatter(x, s, z, w, select, scatter); };
  };
  const Window twos{.dimensions = {2}, .strides = {2}};
  r.push_back({"select_and_scatter", {kLine, i32({2}), f32({})}, call(twos, larger(), adding()), "dtypes differ", "equal dtypes"});
  r.push_back({"select_and_scatter", {kLine, f32({2}), f32({1})}, call(twos, larger(), adding()), "the start value is no scalar", "a scalar"});
  r.push_back({"select_and_scatter", {kLine, f32({2}), f32({})}, call({.dimensions = {2, 2}, .strides = {2}}, larger(), adding()), "the window does not match the rank", "a length, a stride and padding for each axis"});
  r.push_back({"select_and_scatter", {kLine, f32({2}), f32({})}, call({.dimensions = {0}, .strides = {2}}, larger(), adding()), "a length or stride of the window is not positive", "at least 1"});
  r.push_back({"select_and_scatter", {kLine, f32({3}), f32({})}, call(twos, larger(), adding()), "the source does not fit the windows", "source dims [2]"});
  r.push_back({"select_and_scatter", {kLine, f32({2}), f32({})}, call(twos, adding(), adding()), "select does not fit", "a function from 2 scalars to i1"});
  r.push_back({"select_and_scatter", {kLine, f32({2}), f32({})}, call(twos, larger(), larger()), "scatter does not fit", "a function from 2 scalars to one"});
  r.push_back({"select_and_scatter", {kLine, f32({2}), f32({})}, call({.dimensions = {2}, .strides = {2}, .base_dilations = {2}}, larger(), adding()), "a dilated window", "dilations of 1"});
}

void add_pools(std::vector<Refused>& r) {
  r.push_back({"max_pool", {f32({4, 4})}, [](Value x) { return max_pool(x, 2); }, "rank 2", "[B,spatial..,C] with 1 to 3 spatial axes"});
  r.push_back({"global_avg_pool", {f32({4, 4})}, [](Value x) { return global_avg_pool(x); }, "rank 2", "[B,spatial..,C] with 1 to 3 spatial axes"});
  r.push_back({"avg_pool", {kPicture}, [](Value x) { return avg_pool(x, {2, 2, 2}); }, "windows of [2,2,2] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
  r.push_back({"max_pool", {kPicture}, [](Value x) { return max_pool(x, 2, {.strides = 0}); }, "strides of [0] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
  r.push_back({"max_pool", {kPicture}, [](Value x) { return max_pool(x, 2, {.dilations = {1, 2, 3}}); }, "dilations of [1,2,3] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
  r.push_back({"max_pool", {kPicture}, [](Value x) { return max_pool(x, 2, {.padding = {{1, 1}}}); }, "1 pairs of padding", "{low, high} for each of the 2 spatial axes"});
  r.push_back({"padding", {}, [] { return max_pool(zeros(kPicture), 2, {.padding = "sane"}); }, "no padding \"sane\"", "\"valid\", \"same\" or {low, high} for each spatial axis", "did you mean same?"});
}

void add_convolutions(std::vector<Refused>& r) {
  const Shape kernel = f32({3, 3, 2, 4});
  const auto with = [](ConvolutionOptions o) { return [o](Value x, Value k) { return convolution(x, k, o); }; };
  r.push_back({"convolution", {kPicture, f32({3, 2, 4})}, with({}), "ranks do not fit", "equal ranks of at least 2"});
  r.push_back({"convolution", {kPicture, i32({3, 3, 2, 4})}, with({}), "dtypes differ", "equal dtypes"});
  r.push_back({"convolution", {kPicture, kernel}, with({.window_strides = {1}}), "a list does not match the spatial axes", "a stride and dilations for each spatial axis"});
  r.push_back({"convolution", {kPicture, kernel}, with({.rhs_dilation = {1, 0}}), "a stride or dilation is not positive", "at least 1"});
  r.push_back({"convolution", {kPicture, kernel}, with({.padding = {{0, 0}}}), "a list does not match the spatial axes", "padding and reversal for each spatial axis"});
  r.push_back({"convolution", {kPicture, kernel}, with({.window_reversal = {true}}), "a list does not match the spatial axes", "padding and reversal for each spatial axis"});
  r.push_back({"convolution", {kPicture, kernel}, with({.dimension_numbers = {.input_batch_dimension = 1}}), "dimension numbers of the input do not fit", "each axis once"});
  r.push_back({"convolution", {kPicture, kernel}, with({.dimension_numbers = {.kernel_input_feature_dimension = 4}}), "dimension numbers of the kernel do not fit", "each axis once"});
  r.push_back({"convolution", {kPicture, kernel}, with({.dimension_numbers = {.output_spatial_dimensions = {1}}}), "dimension numbers of the output do not fit", "each axis once"});
  r.push_back({"convolution", {kPicture, kernel}, with({.feature_group_count = 2, .batch_group_count = 2}), "feature_group_count 2 and batch_group_count 2", "counts of at least 1, one of them 1"});
  r.push_back({"convolution", {kPicture, kernel}, with({.batch_group_count = 2}), "batch_group_count 2 does not divide the batch", "a divisor of 1"});
  r.push_back({"convolution", {kPicture, kernel}, with({.feature_group_count = 2}), "2 input features in 2 groups, kernel for 2", "kernel input features = input features / groups"});
  r.push_back({"convolution", {kPicture, f32({3, 3, 1, 3})}, with({.feature_group_count = 2}), "groups do not divide the output features", "a divisor of 3"});
  r.push_back({"convolution", {kPicture, kernel}, with({.padding = {{-5, 0}, {0, 0}}}), "padding cuts off more than there is", "at least 0 places left"});
  r.push_back({"conv_transpose", {kPicture, f32({3, 2, 4})}, [](Value x, Value k) { return conv_transpose(x, k); }, "ranks do not fit", "x [B,spatial..,C], kernel [spatial..,C / groups,O], 1 to 3 spatial axes"});
  r.push_back({"conv_transpose", {kPicture, f32({3, 3, 3, 4})}, [](Value x, Value k) { return conv_transpose(x, k); }, "2 input features in 1 groups, kernel for 3", "kernel input features = input features / groups"});
  r.push_back({"conv_transpose", {kPicture, f32({3, 3, 4, 2})}, [](Value x, Value k) { return conv_transpose(x, k, {.groups = 2, .transposes_kernel = true}); }, "a transposed kernel in groups", "groups of 1, or transposes_kernel = false"});
  r.push_back({"conv_transpose", {kPicture, f32({3, 3, 2, 4})}, [](Value x, Value k) { return conv_transpose(x, k, {.strides = {1, 2, 3}}); }, "strides of [1,2,3] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
  r.push_back({"conv_transpose", {kPicture, f32({3, 3, 2, 4})}, [](Value x, Value k) { return conv_transpose(x, k, {.dilations = 0}); }, "dilations of [0] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
  r.push_back({"conv_transpose", {kPicture, f32({3, 3, 2, 4})}, [](Value x, Value k) { return conv_transpose(x, k, {.padding = {{1, 1}}}); }, "1 pairs of padding", "{low, high} for each of the 2 spatial axes"});
  r.push_back({"conv", {kPicture, f32({3, 2, 4})}, [](Value x, Value k) { return conv(x, k); }, "ranks do not fit", "x [B,spatial..,C], kernel [spatial..,C / groups,O], 1 to 3 spatial axes"});
  r.push_back({"conv", {kPicture, f32({3, 3, 3, 4})}, [](Value x, Value k) { return conv(x, k); }, "2 input features in 1 groups, kernel for 3", "kernel input features = input features / groups"});
  r.push_back({"conv", {kPicture, kernel}, [](Value x, Value k) { return conv(x, k, {.strides = {1, 2, 3}}); }, "strides of [1,2,3] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
  r.push_back({"conv", {kPicture, kernel}, [](Value x, Value k) { return conv(x, k, {.dilations = 0}); }, "dilations of [0] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
  r.push_back({"conv", {kPicture, kernel}, [](Value x, Value k) { return conv(x, k, {.input_dilations = {1, 1, 1}}); }, "input dilations of [1,1,1] do not fit", "one number, or one for each of the 2 spatial axes, at least 1"});
}

}  // namespace

void add_window_refusals(std::vector<Refused>& r) {
  add_windows(r);
  add_select_and_scatter(r);
  add_pools(r);
  add_convolutions(r);
}

}  // namespace hilo::test
