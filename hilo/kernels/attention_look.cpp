#include "hilo/kernels/attention_look.h"

#include <algorithm>
#include <cmath>

#include "hilo/kernels/vectors.h"

namespace hilo::kernels {
namespace {

// Scores of G queries and S keys, of `width` numbers each.
template <int L, std::int64_t G, std::int64_t S>
HILO_INLINE void score(const float* q, const float* keys, std::int64_t width, float* scores,
                       std::int64_t stride) {
  Vector<L> sums[std::size_t{G}][std::size_t{S}] = {};
  for (std::int64_t w = 0; w < width; w += L) {
#pragma GCC unroll 4
    for (std::int64_t s = 0; s < S; ++s) {
      const Vector<L> k = at<L>(keys + s * width + w);
#pragma GCC unroll 4
      for (std::int64_t g = 0; g < G; ++g) sums[g][s] += at<L>(q + g * width + w) * k;
    }
  }
  for (std::int64_t g = 0; g < G; ++g) {
    for (std::int64_t s = 0; s < S; ++s) scores[g * stride + s] = sum_of<L>(sums[g][s]);
  }
}
template <int L, std::int64_t G>
HILO_INLINE void score(const float* q, const Run& run, std::int64_t width, float* scores,
                       std::int64_t stride) {
  std::int64_t i = 0;
  for (; i + 2 <= run.count; i += 2)
    score<L, G, 2>(q, run.keys + i * width, width, scores + i, stride);
  for (; i < run.count; ++i) score<L, G, 1>(q, run.keys + i * width, width, scores + i, stride);
}

// W vectors of values, weighed for G queries, are added to the sums.
template <int L, std::int64_t G, std::int64_t W>
HILO_INLINE void weigh(const float* weights, std::int64_t stride, const float* values,
                       std::int64_t count, std::int64_t width, float* sums) {
  Vector<L> sum[std::size_t{G}][std::size_t{W}];
  for (std::int64_t g = 0; g < G; ++g) {
    for (std::int64_t w = 0; w < W; ++w) sum[g][w] = at<L>(sums + g * width + w * L);
  }
  for (std::int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 4
    for (std::int64_t w = 0; w < W; ++w) {
      const Vector<L> v = at<L>(values + i * width + w * L);
#pragma GCC unroll 4
      for (std::int64_t g = 0; g < G; ++g) sum[g][w] += weights[g * stride + i] * v;
    }
  }
  for (std::int64_t g = 0; g < G; ++g) {
    for (std::int64_t w = 0; w < W; ++w) at<L>(sums + g * width + w * L) = sum[g][w];
  }
}
template <int L, std::int64_t G>
HILO_INLINE void weigh(const float* weights, std::int64_t stride, const Run& run,
                       std::int64_t width, float* sums) {
  constexpr std::int64_t kNear =
      16;  // values that are read once from far, then by each turn of the inner loops
  for (std::int64_t i = 0; i < run.count; i += kNear) {
    const std::int64_t count = std::min(kNear, run.count - i);
    const float* values = run.values + i * width;
    std::int64_t w = 0;
    for (; w + 4 * L <= width; w += 4 * L)
      weigh<L, G, 4>(weights + i, stride, values + w, count, width, sums + w);
    for (; w < width; w += L)
      weigh<L, G, 1>(weights + i, stride, values + w, count, width, sums + w);
  }
}

template <int L>
HILO_INLINE void look_by(const float* q, std::int64_t queries, std::int64_t width, const Run& run,
                      const Visible* visible, float cap, float* scores, std::int64_t stride,
                      const Sight& sight) {
  std::int64_t g = 0;
  for (; g + 4 <= queries; g += 4) score<L, 4>(q + g * width, run, width, scores + g * stride, stride);
  for (; g < queries; ++g) score<L, 1>(q + g * width, run, width, scores + g * stride, stride);
  for (g = 0; g < queries; ++g) {
    float* row = scores + g * stride;
    const auto [first, end] = visible[g];
    if (first >= end) {
      std::fill_n(row, stride, 0.0F);
      continue;
    }
    std::fill(row + run.count, row + stride, 0.0F);
    for (std::int64_t i = 0; cap > 0 && i < stride; i += L)
      at<L>(row + i) = cap * tanh_of<L>(at<L>(row + i) / cap);
    std::fill(row, row + first, kNever);
    std::fill(row + end, row + stride, kNever);
    // A NaN stays: of two that cannot be ordered std::max gives the first.
    const float highest = std::max(*std::max_element(row + first, row + end), sight.highest[g]);
    const float again = std::exp(sight.highest[g] - highest);
    Vector<L> total = {};
    for (std::int64_t i = 0; i < stride; i += L) {
      at<L>(row + i) = exp_of<L>(at<L>(row + i) - highest);
      total += at<L>(row + i);
    }
    sight.total[g] = sight.total[g] * again + sum_of<L>(total);
    sight.highest[g] = highest;
    for (std::int64_t w = 0; w < width; w += L) at<L>(sight.sums + g * width + w) *= again;
  }
  for (g = 0; g + 4 <= queries; g += 4)
    weigh<L, 4>(scores + g * stride, stride, run, width, sight.sums + g * width);
  for (; g < queries; ++g)
    weigh<L, 1>(scores + g * stride, stride, run, width, sight.sums + g * width);
}

}  // namespace

void look(const float* q, std::int64_t queries, std::int64_t width, const Run& run, const Visible* visible, float cap,
          float* scores, std::int64_t stride, const Sight& sight) {
  with_lanes([&]<int L>() HILO_LANES { look_by<L>(q, queries, width, run, visible, cap, scores, stride, sight); });
}

}  // namespace hilo::kernels
