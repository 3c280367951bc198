#include "hilo/kernels/attention_look.h"

#include <algorithm>
#include <cmath>

#include "hilo/kernels/vectors.h"

namespace hilo::kernels {
namespace {

// Scores of G queries and S keys, of `width` numbers each.
template <std::int64_t G, std::int64_t S>
HILO_INLINE void score(const float* q, const float* keys, std::int64_t width, float* scores,
                       std::int64_t stride) {
  Vector sums[std::size_t{G}][std::size_t{S}] = {};
  for (std::int64_t w = 0; w < width; w += kLanes) {
#pragma GCC unroll 4
    for (std::int64_t s = 0; s < S; ++s) {
      const Vector k = at(keys + s * width + w);
#pragma GCC unroll 4
      for (std::int64_t g = 0; g < G; ++g) sums[g][s] += at(q + g * width + w) * k;
    }
  }
  for (std::int64_t g = 0; g < G; ++g) {
    for (std::int64_t s = 0; s < S; ++s) scores[g * stride + s] = sum_of(sums[g][s]);
  }
}
template <std::int64_t G>
HILO_INLINE void score(const float* q, const Run& run, std::int64_t width, float* scores,
                       std::int64_t stride) {
  std::int64_t i = 0;
  for (; i + 2 <= run.count; i += 2)
    score<G, 2>(q, run.keys + i * width, width, scores + i, stride);
  for (; i < run.count; ++i) score<G, 1>(q, run.keys + i * width, width, scores + i, stride);
}

// W vectors of values, weighed for G queries, are added to the sums.
template <std::int64_t G, std::int64_t W>
HILO_INLINE void weigh(const float* weights, std::int64_t stride, const float* values,
                       std::int64_t count, std::int64_t width, float* sums) {
  Vector sum[std::size_t{G}][std::size_t{W}];
  for (std::int64_t g = 0; g < G; ++g) {
    for (std::int64_t w = 0; w < W; ++w) sum[g][w] = at(sums + g * width + w * kLanes);
  }
  for (std::int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 4
    for (std::int64_t w = 0; w < W; ++w) {
      const Vector v = at(values + i * width + w * kLanes);
#pragma GCC unroll 4
      for (std::int64_t g = 0; g < G; ++g) sum[g][w] += weights[g * stride + i] * v;
    }
  }
  for (std::int64_t g = 0; g < G; ++g) {
    for (std::int64_t w = 0; w < W; ++w) at(sums + g * width + w * kLanes) = sum[g][w];
  }
}
template <std::int64_t G>
HILO_INLINE void weigh(const float* weights, std::int64_t stride, const Run& run,
                       std::int64_t width, float* sums) {
  constexpr std::int64_t kNear =
      16;  // values that are read once from far, then by each turn of the inner loops
  for (std::int64_t i = 0; i < run.count; i += kNear) {
    const std::int64_t count = std::min(kNear, run.count - i);
    const float* values = run.values + i * width;
    std::int64_t w = 0;
    for (; w + 4 * kLanes <= width; w += 4 * kLanes)
      weigh<G, 4>(weights + i, stride, values + w, count, width, sums + w);
    for (; w < width; w += kLanes)
      weigh<G, 1>(weights + i, stride, values + w, count, width, sums + w);
  }
}

}  // namespace

HILO_CLONES void look(const float* q, std::int64_t queries, std::int64_t width, const Run& run,
                      const Visible* visible, float cap, float* scores, std::int64_t stride,
                      const Sight& sight) {
  std::int64_t g = 0;
  for (; g + 4 <= queries; g += 4) score<4>(q + g * width, run, width, scores + g * stride, stride);
  for (; g < queries; ++g) score<1>(q + g * width, run, width, scores + g * stride, stride);
  for (g = 0; g < queries; ++g) {
    float* row = scores + g * stride;
    const auto [first, end] = visible[g];
    if (first >= end) {
      std::fill_n(row, stride, 0.0F);
      continue;
    }
    std::fill(row + run.count, row + stride, 0.0F);
    for (std::int64_t i = 0; cap > 0 && i < stride; i += kLanes)
      at(row + i) = cap * tanh_of(at(row + i) / cap);
    std::fill(row, row + first, kNever);
    std::fill(row + end, row + stride, kNever);
    // A NaN stays: of two that cannot be ordered std::max gives the first.
    const float highest = std::max(*std::max_element(row + first, row + end), sight.highest[g]);
    const float again = std::exp(sight.highest[g] - highest);
    Vector total = {};
    for (std::int64_t i = 0; i < stride; i += kLanes) {
      at(row + i) = exp_of(at(row + i) - highest);
      total += at(row + i);
    }
    sight.total[g] = sight.total[g] * again + sum_of(total);
    sight.highest[g] = highest;
    for (std::int64_t w = 0; w < width; w += kLanes) at(sight.sums + g * width + w) *= again;
  }
  for (g = 0; g + 4 <= queries; g += 4)
    weigh<4>(scores + g * stride, stride, run, width, sight.sums + g * width);
  for (; g < queries; ++g)
    weigh<1>(scores + g * stride, stride, run, width, sight.sums + g * width);
}

}  // namespace hilo::kernels
