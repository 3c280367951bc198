// What the cases of HILO_FIXTURES/ops compute, by name; their inputs are a, b, c.
#include "tests/ops/rows/fixture_cases.h"

#include "hilo/hilo.h"

namespace hilo::test {
namespace {

using Cases = std::map<std::string, BuildFn, std::less<>>;

Value constant_i32(Dims dims, std::vector<std::int32_t> values) { return constant(Array::of(std::move(dims), values)); }

Value norm(Value x, int axis) { return sqrt(sum(x * x, {axis})); }

template <class F>
void add(Cases& cases, std::string name, F f) {
  cases.emplace(std::move(name), build_fn(f));
}

void add_unary(Cases& c) {
  using UnaryFn = Value (*)(Operand);
  const std::pair<const char*, UnaryFn> plain[] = {
      {"abs", abs}, {"neg", negate}, {"exp", exp}, {"exp2", exp2}, {"expm1", expm1}, {"log", log}, {"log1p", log1p}, {"log2", log2},
      {"log10", log10}, {"sqrt", sqrt}, {"rsqrt", rsqrt}, {"cbrt", cbrt}, {"square", square}, {"reciprocal", reciprocal}, {"sin", sin},
      {"cos", cos}, {"tan", tan}, {"asin", asin}, {"acos", acos}, {"atan", atan}, {"sinh", sinh}, {"cosh", cosh}, {"tanh", tanh},
      {"asinh", asinh}, {"acosh", acosh}, {"atanh", atanh}, {"sigmoid", sigmoid}, {"log_sigmoid", log_sigmoid}, {"softplus", softplus},
      {"softsign", softsign}, {"relu", relu}, {"selu", selu}, {"gelu_tanh", gelu_tanh}, {"gelu_erf", gelu}, {"silu", silu},
      {"mish", mish}, {"hard_sigmoid", hard_sigmoid}, {"hard_swish", hard_swish}, {"erf", erf}, {"erfc", erfc}, {"erf_inv", erf_inv},
      {"lgamma", lgamma}, {"digamma", digamma}, {"sign", sign}, {"sinc", sinc}};
  for (const auto& [name, f] : plain) add(c, name, f);
  add(c, "relu6", [](Value a) { return relu6(a * 4); });
  add(c, "leaky_relu", [](Value a) { return leaky_relu(a, 0.2); });
  add(c, "elu", [](Value a) { return elu(a); });
  add(c, "celu", [](Value a) { return celu(a, 1.3); });
  add(c, "hard_tanh", [](Value a) { return hard_tanh(a * 1.7); });
  add(c, "logit", [](Value a) { return logit(a * 0.5 + 0.5); });
  add(c, "floor", [](Value a) { return floor(a * 3.3); });
  add(c, "softcap", [](Value a) { return softcap(a, 5); });
  add(c, "glu", [](Value a) { return glu(a); });
  add(c, "stop_gradient", [](Value a) { return stop_gradient(a) * a; });
  add(c, "clip", [](Value a) { return clip(a, -0.5, 0.7); });
}

void add_binary(Cases& c) {
  add(c, "add_bcast", [](Value a, Value b) { return a + b; });
  add(c, "sub_bcast", [](Value a, Value b) { return a - b; });
  add(c, "mul_bcast", [](Value a, Value b) { return a * b; });
  add(c, "div_bcast", [](Value a, Value b) { return a / b; });
  add(c, "pow", [](Value a, Value b) { return power(a, b); });
  add(c, "atan2", [](Value a, Value b) { return atan2(a, b); });
  add(c, "maximum", [](Value a, Value b) { return maximum(a, b); });
  add(c, "minimum", [](Value a, Value b) { return minimum(a, b); });
  add(c, "logaddexp", [](Value a, Value b) { return logaddexp(a, b); });
  add(c, "hypot", [](Value a, Value b) { return hypot(a, b); });
  add(c, "rem", [](Value a, Value b) { return a * 5 % b; });
  add(c, "squared_difference", [](Value a, Value b) { return square(a - b); });
  add(c, "xlogy", [](Value a, Value b) { return xlogy(a, b); });
  add(c, "mul_column_bcast", [](Value a, Value b) { return a * expand_dims(b, -1); });
  add(c, "scalar_bcast", [](Value a, Value b) { return a * b + b; });
  add(c, "where", [](Value a, Value b) { return where(a > 0, a * b, b - a); });
  add(c, "clamp_tensor", [](Value a, Value b) { return clamp(-b, a, b); });
}

void add_reductions(Cases& c) {
  add(c, "sum_all", [](Value a) { return sum(a); });
  add(c, "sum_axis", [](Value a) { return sum(a, {1}); });
  add(c, "sum_keepdims", [](Value a) { return sum(a, {1}, true); });
  add(c, "mean_axes", [](Value a) { return mean(a, {0, 2}); });
  add(c, "max_axis", [](Value a) { return max(a, {1}); });
  add(c, "min_all", [](Value a) { return min(a); });
  add(c, "prod_axis", [](Value a) { return prod(a, {1}); });
  add(c, "var", [](Value a) { return variance(a, {1}); });
  add(c, "std_ddof1", [](Value a) { return standard_deviation(a, {1}, false, 1); });
  add(c, "logsumexp", [](Value a) { return logsumexp(a, {1}); });
  add(c, "softmax", [](Value a) { return softmax(a, {1}); });
  add(c, "log_softmax", [](Value a) { return log_softmax(a, {1}); });
  add(c, "l2norm", [](Value a) { return norm(a, 1); });
  add(c, "cumsum", [](Value a) { return cumulative_sum(a, 1); });
  add(c, "cumprod", [](Value a) { return cumulative_prod(a, 1); });
  add(c, "cummax", [](Value a) { return cumulative_max(a, 1); });
  add(c, "sort", [](Value a) { return sort(a, 1); });
  add(c, "top_k", [](Value a) { return top_k(a, 2).values; });
  add(c, "reduce_max_tie", [](Value a) { return max(round_nearest_even(a), {1}); });
  add(c, "median_free_mean_abs", [](Value a) { return mean(abs(a)); });
}

void add_movements(Cases& c) {
  add(c, "reshape", [](Value a) { return reshape(a, {5, 4}) * iota({a.dtype(), {4}}); });
  add(c, "transpose", [](Value a) { return transpose(a) * 2; });
  add(c, "slice_strided", [](Value a) { return slice(a, {1, 0}, {4, 5}, {1, 2}); });
  add(c, "reverse", [](Value a) { return square(reverse(a, 1)); });
  add(c, "pad_const", [](Value a) { return pad(a, 1.5, {.low = {1, 2}, .high = {0, 1}}); });
  add(c, "pad_reflect", [](Value a) { return pad_reflect(a, {1, 2}, {1, 2}); });
  add(c, "lax_pad_interior_negative", [](Value a) { return pad(a, 0.5, {.low = {-1, 0}, .high = {1, -1}, .interior = {1, 2}}); });
  add(c, "roll", [](Value a) { return roll(a, 2, 1) * sin(a); });
  add(c, "tile", [](Value a) { return tile(a, {2, 1}); });
  add(c, "repeat", [](Value a) { return repeat(a, 3, 1); });
  add(c, "gather_rows", [](Value a) { return take(a, constant_i32({3}, {2, 0, 2})); });
  add(c, "take_along", [](Value a) { return take_along_axis(a, constant_i32({1, 3}, {1, 0, 1}), 1); });
  add(c, "dynamic_slice", [](Value a) { return dynamic_slice(a, {1, 2}, {2, 2}); });
  add(c, "triu", [](Value a) { return triu(a, 1); });
  add(c, "diag", [](Value a) { return diagonal(a); });
  add(c, "broadcast_to", [](Value a) { return broadcast_to(a, {3, 4, 5}); });
  add(c, "split_sum", [](Value a) { return sum(slice_axis(a, 1, 0, 2)) * slice_axis(a, 1, 2, kEnd); });
  add(c, "concat", [](Value a, Value b) { return concatenate({a, b, a}, 1); });
  add(c, "stack", [](Value a, Value b) { return stack({a, b}, 1); });
  add(c, "scatter_add", [](Value a, Value b) { return scatter_add(a, constant_i32({3}, {0, 2, 0}), b); });
  add(c, "scatter_set", [](Value a, Value b) { return scatter_set(a, constant_i32({2}, {2, 0}), b); });
  add(c, "scatter_mul", [](Value a, Value b) { return scatter_multiply(a, constant_i32({2}, {1, 2}), b, 0, {.unique_indices = true}); });
  add(c, "dynamic_update_slice", [](Value a, Value b) { return dynamic_update_slice(a, b, {1, 1}); });
  add(c, "embedding_onehot", [](Value a) { return matmul(one_hot(constant_i32({3}, {1, 0, 2}), 4, a.dtype()), a); });
}

void add_products(Cases& c) {
  for (const char* name : {"matmul", "matvec", "batch_matmul"}) add(c, name, [](Value a, Value b) { return matmul(a, b); });
  add(c, "dot_general_contract2", [](Value a, Value b) { return einsum("ijk,ijl->kl", {a, b}); });
  add(c, "einsum_trace_outer", [](Value a, Value b) { return einsum("ij,kl->ikjl", {a, b}); });
  add(c, "einsum_ellipsis", [](Value a, Value b) { return einsum("...i,ij->...j", {a, b}); });
  add(c, "attention", [](Value a, Value b, Value v) { return matmul(softmax(matmul(a, transpose(b)) / std::sqrt(2.0), {-1}), v); });
  add(c, "swiglu", [](Value a, Value b, Value v) { return silu(matmul(a, b)) * matmul(a, v); });
  add(c, "rope", [](Value a, Value b) {
    const std::vector<Value> half = split(a, 2, 1);
    return concatenate({half[0] * cos(b) - half[1] * sin(b), half[1] * cos(b) + half[0] * sin(b)}, 1);
  });
  // conv_general_dilated without dimension numbers is NCHW x OIHW -> NCHW.
  const auto first = ConvolutionDimensionNumbers::of(Layout::kChannelsFirst, 2);
  add(c, "conv2d_same", [](Value a, Value b) { return conv(a, b, {.padding = "same"}); });
  add(c, "conv2d_stride_pad", [first](Value a, Value b) { return convolution(a, b, {.window_strides = {2, 2}, .padding = {{1, 0}, {2, 1}}, .dimension_numbers = first}); });
  add(c, "conv2d_dilated_group", [first](Value a, Value b) { return convolution(a, b, {.rhs_dilation = {2, 1}, .dimension_numbers = first, .feature_group_count = 2}); });
  add(c, "conv2d_lhs_dilation", [first](Value a, Value b) { return convolution(a, b, {.padding = {{1, 1}, {1, 1}}, .lhs_dilation = {2, 2}, .dimension_numbers = first}); });
  add(c, "conv1d_causal", [](Value a, Value b) { return conv(a, b, {.padding = {{2, 0}}}); });
  add(c, "conv3d", [](Value a, Value b) { return conv(a, b); });
  add(c, "max_pool", [](Value a) { return max_pool(a, 2); });
  add(c, "avg_pool_same", [](Value a) { return avg_pool(a, 3, {.strides = 2, .padding = "same", .counts_padding = true}); });
  add(c, "sum_pool_dilated", [](Value a) { return reduce_window(a, hilo::add, {.dimensions = {2, 2}, .window_dilations = {2, 1}}); });
}

void add_transforms(Cases& c) {
  add(c, "fft_abs2", [](Value a) { return square(abs(fft(a))); });
  add(c, "rfft_irfft", [](Value a) { return irfft(rfft(a) * iota({a.dtype(), {5}})); });
}

void add_matrices(Cases& c) {
  const auto plus_identity = [](Value a, double by) { return a + eye(4, a.dtype()) * by; };
  add(c, "cholesky", [=](Value a) {
    const Value x = plus_identity(matmul(a, transpose(a)), 3);
    return cholesky((x + transpose(x)) / 2);
  });
  add(c, "triangular_solve", [=](Value a, Value b) { return triangular_solve(plus_identity(tril(a), 3), b); });
  add(c, "inv", [=](Value a) { return inv(plus_identity(a, 4)); });
  add(c, "det", [=](Value a) { return det(plus_identity(a, 2)); });
  add(c, "slogdet", [=](Value a) { return slogdet(plus_identity(a, 4)).log_abs; });
}

void add_control_flow(Cases& c) {
  add(c, "scan_rnn", [](Value a, Value b, Value h0) {
    return scan(h0, a, [b](Value h, Value x) {
      const Value next = tanh(matmul(h, b) + x);
      return std::pair{next, next};
    }).second;
  });
  add(c, "while_fori_static", [](Value a) { return fori_loop(0, 4, a, [](Value, Value x) { return x * cos(x) + 0.1; }); });
  add(c, "cond", [](Value a) { return cond(greater(sum(a), 0), [&] { return square(a); }, [&] { return sin(a); }); });
}

void add_layers(Cases& c) {
  add(c, "layer_norm", [](Value a, Value b, Value v) { return (a - mean(a, {-1}, true)) * rsqrt(variance(a, {-1}, true) + 1e-5) * b + v; });
  add(c, "rms_norm", [](Value a, Value b) { return a * rsqrt(mean(a * a, {-1}, true) + 1e-6) * (1 + b); });
  add(c, "batch_norm_train", [](Value a, Value b, Value v) { return (a - mean(a, {0})) * rsqrt(variance(a, {0}) + 1e-3) * b + v; });
  add(c, "softmax_xent", [](Value a, Value b) { return -sum(log_softmax(a) * softmax(b), {-1}); });
  add(c, "sparse_xent", [](Value a) { return -squeeze(take_along_axis(log_softmax(a), constant_i32({3, 1}, {1, 0, 2}), -1), {-1}); });
  add(c, "bce_logits", [](Value a, Value b) { return maximum(a, 0) - a * sigmoid(b) + log1p(exp(-abs(a))); });
  add(c, "huber", [](Value a) { return where(abs(a) < 1, 0.5 * a * a, abs(a) - 0.5); });
  add(c, "global_norm_clip", [](Value a) { return a * minimum(1, 1 / sqrt(sum(a * a))); });
  add(c, "kl_div", [](Value a, Value b) { return sum(softmax(a) * (log_softmax(a) - log_softmax(b))); });
  add(c, "cosine_sim", [](Value a, Value b) { return sum(a * b, {-1}) / (norm(a, -1) * norm(b, -1)); });
}

}  // namespace

const std::map<std::string, BuildFn, std::less<>>& fixture_cases() {
  static const auto& cases = *[] {
    auto* all = new Cases;
    add_unary(*all);
    add_binary(*all);
    add_reductions(*all);
    add_movements(*all);
    add_products(*all);
    add_transforms(*all);
    add_matrices(*all);
    add_control_flow(*all);
    add_layers(*all);
    return all;
  }();
  return cases;
}

}  // namespace hilo::test
