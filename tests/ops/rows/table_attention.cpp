// Rows of hilo/ops/attention.h and rotary.h. Their values stand in attention_test.cpp, from JAX;
// here are plain loops for all dtypes, gradients by differences, and vmap.
#include "hilo/ops/attention.h"

#include <cmath>

#include "hilo/ops/constant.h"
#include "hilo/ops/rotary.h"
#include "tests/ops/rows/reference_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

// Causal attention with groups, by loops: q [B,T,N,H], k and v [B,S,K,H].
Tensor<double> causal(const Tensors<double>& in) {
  const Tensor<double>&q = in[0], &k = in[1], &v = in[2];
  const Dim T = q.dims[1], N = q.dims[2], H = q.dims[3], S = k.dims[1], K = k.dims[2];
  const auto at = [&](const Tensor<double>& x, Dim b, Dim t, Dim n, Dim h) {
    return x.data[static_cast<std::size_t>(((b * x.dims[1] + t) * x.dims[2] + n) * H + h)];
  };
  Tensor<double> y{q.dims, {}};
  for (Dim i = 0; i < q.dims[0] * T * N; ++i) {
    const Dim b = i / (T * N), t = i / N % T, n = i % N, group = n * K / N;
    double total = 0;
    std::vector<double> sums(static_cast<std::size_t>(H));
    for (Dim s = 0; s <= std::min(t, S - 1); ++s) {
      double score = 0;
      for (Dim h = 0; h < H; ++h) score += at(q, b, t, n, h) * at(k, b, s, group, h);
      const double e = std::exp(score / std::sqrt(static_cast<double>(H)));
      total += e;
      for (Dim h = 0; h < H; ++h) sums[static_cast<std::size_t>(h)] += e * at(v, b, s, group, h);
    }
    for (const double sum : sums) y.data.push_back(sum / total);
  }
  return y;
}

Tensor<double> rotated(const Tensors<double>& in) {  // x [T,N,4] by its position, halves
  Tensor<double> y = in[0];
  for (std::size_t i = 0; i + 3 < y.data.size(); i += 4) {
    const double t = in[1].data[i / 4 / static_cast<std::size_t>(y.dims[1])];
    for (std::size_t j = 0; j < 2; ++j) {
      const double angle = t * (j == 0 ? 1 : 0.1), a = y.data[i + j], b = y.data[i + j + 2];
      y.data[i + j] = a * std::cos(angle) - b * std::sin(angle);
      y.data[i + j + 2] = b * std::cos(angle) + a * std::sin(angle);
    }
  }
  return y;
}

}  // namespace

Family attention_rows() {
  Family family{.name = "attention", .rows = {}};
  std::vector<Row>& rows = family.rows;
  const Input q{2, 3, 4, 2}, k{2, 3, 2, 2};
  rows.push_back(Row("scaled_dot_product_attention", {q, k, k}, {2, 3, 4, 2},
                     [](Value a, Value b, Value c) {
                       return scaled_dot_product_attention(a, b, c, {.is_causal = true});
                     })
                     .on(kPlainFloats)
                     .terms(64)
                     .is(floats(causal)));
  rows.push_back(
      Row("attention with a window, a cap and a bias",
          {Input{1, 3, 2, 2}, Input{1, 4, 1, 2}, Input{1, 4, 1, 2}, Input{2, 1, 4}}, {1, 3, 2, 2},
          [](Value a, Value b, Value c, Value bias) {
            return scaled_dot_product_attention(
                a, b, c,
                {.window = AttentionWindow{1, 1}, .scale = 0.7, .soft_cap = 2, .bias = bias});
          })
          .terms(64));
  rows.push_back(Row("attention with lengths and positions",
                     {Input{2, 2, 1, 2}, Input{2, 3, 1, 2}, Input{2}.as(kI32).of({0, 2}),
                      Input{2, 3}.as(kI32).of({0, 1, 2, 2, 1, 0})},
                     {2, 2, 1, 2},
                     [](Value a, Value b, Value lengths, Value positions) {
                       return scaled_dot_product_attention(
                           a, b, b,
                           {.is_causal = true, .key_lengths = lengths, .key_positions = positions});
                     })
                     .terms(64));
  rows.push_back(
      Row("attention with a mask",
          {Input{1, 2, 1, 2}, Input{1, 3, 1, 2}, Input{2, 3}.as(kI1).of({1, 0, 1, 0, 0, 0})},
          {1, 2, 1, 2},
          [](Value a, Value b, Value mask) {
            return scaled_dot_product_attention(a, b, b, {.mask = mask});
          })
          .terms(64));
  rows.push_back(Row("attention_weights", {Input{1, 2, 2, 2}, Input{1, 3, 1, 2}}, {1, 2, 2, 3},
                     [](Value a, Value b) { return attention_weights(a, b); })
                     .terms(64));
  rows.push_back(Row("attention of no queries", {Input{1, 0, 2, 2}, Input{1, 3, 1, 2}},
                     {1, 0, 2, 2},
                     [](Value a, Value b) { return scaled_dot_product_attention(a, b, b); }));
  const Input places = Input{3}.as(kI32).of({0, 1, 5});
  rows.push_back(Row("rotary_embedding", {Input{3, 2, 4}, places}, {3, 2, 4},
                     [](Value x, Value at) { return rotary_embedding(x, at, {.base = 100}); })
                     .on(kPlainFloats)
                     .terms(16)
                     .is(floats(rotated)));
  rows.push_back(Row("rotary_embedding by turns, of a part", {Input{3, 2, 6}, places}, {3, 2, 6},
                     [](Value x, Value at) {
                       return rotary_embedding(x, at, {.is_interleaved = true, .width = 4});
                     }));
  rows.push_back(Row("rotary_embedding of no width", {Input{3, 2, 0}, places}, {3, 2, 0},
                     [](Value x, Value at) { return rotary_embedding(x, at); }));
  rows.push_back(Row("sinusoidal_embedding", {Input{3}.between(0, 9)}, {3, 4}, [](Value x) {
                   return sinusoidal_embedding(x, 4, {.scale = 2, .dtype = x.dtype()});
                 }).in(kPlainFloats));
  return family;
}

}  // namespace hilo::test
