#include "hilo/kernels/block_rows.h"

#include <algorithm>
#include <cmath>

namespace hilo::kernels {
namespace {

// Of each type the reference's numbers times what the 8 bits stand for.
template <formats::BlockType Type>
void portable_rows(const std::byte* rows, std::size_t row_bytes, std::int64_t first,
                   std::int64_t last, std::span<const QuantizedVector> vectors, float* out,
                   std::int64_t out_stride) {
  const formats::BlockTraits& traits = formats::block_traits(Type);
  const std::size_t k = row_bytes / static_cast<std::size_t>(traits.bytes) *
                        static_cast<std::size_t>(traits.elements);
  std::vector<float> weights(k);
  for (std::int64_t r = first; r < last; ++r) {
    traits.decode({rows + static_cast<std::size_t>(r) * row_bytes, row_bytes}, weights.data());
    for (std::size_t v = 0; v < vectors.size(); ++v) {
      const QuantizedVector& x = vectors[v];
      float total = 0;
      for (std::size_t at = 0; at < k; at += kGroup) {
        float sum = 0;
        for (std::size_t i = at; i < at + kGroup; ++i)
          sum += weights[i] * static_cast<float>(x.q[i]);
        total += sum * x.scale[at / kGroup];
      }
      out[static_cast<std::int64_t>(v) * out_stride + r] = total;
    }
  }
}

BlockKernel portable_kernel(formats::BlockType type) {
  using enum formats::BlockType;
  switch (type) {
    case kQ4_0:
      return {&portable_rows<kQ4_0>};
    case kQ4_1:
      return {&portable_rows<kQ4_1>};
    case kQ5_0:
      return {&portable_rows<kQ5_0>};
    case kQ5_1:
      return {&portable_rows<kQ5_1>};
    case kQ8_0:
      return {&portable_rows<kQ8_0>};
    case kQ2_K:
      return {&portable_rows<kQ2_K>};
    case kQ3_K:
      return {&portable_rows<kQ3_K>};
    case kQ4_K:
      return {&portable_rows<kQ4_K>};
    case kQ5_K:
      return {&portable_rows<kQ5_K>};
    case kQ6_K:
      return {&portable_rows<kQ6_K>};
    case kIQ4_NL:
      return {&portable_rows<kIQ4_NL>};
    default:
      return {};
  }
}

// One group: its scale.
float quantize(const float* x, std::int8_t* q) {
  float largest = 0, finite = 0;
  for (int i = 0; i < kGroup; ++i) {
    largest = std::max(largest, std::fabs(x[i]));
    finite += x[i] - x[i];  // NaN unless all are finite
  }
  const float scale = largest / 127 + finite;
  const float inverse = scale > 0 ? 1 / scale : 0;
  if (!(inverse <= std::numeric_limits<float>::max())) {  // subnormal: too small to divide by
    std::fill_n(q, kGroup, std::int8_t{0});
    return 0;
  }
  for (int i = 0; i < kGroup; ++i) {
    const float y = x[i] * inverse;
    q[i] = static_cast<std::int8_t>(finite == 0 ? static_cast<int>(y + std::copysign(0.5F, y)) : 0);
  }
  return scale;
}

}  // namespace

Isa best_isa() {
#if defined(__x86_64__)
  static const Isa best = [] {
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                          __builtin_cpu_supports("f16c");
    const bool has_avx512 =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    return has_avx2 && has_avx512 ? Isa::kAvx512 : has_avx2 ? Isa::kAvx2 : Isa::kPortable;
  }();
  return best;
#else
  return Isa::kPortable;
#endif
}

BlockKernel block_kernel(formats::BlockType type, Isa isa) {
  BlockKernel kernel;
#if defined(__x86_64__)
  if (isa == Isa::kAvx2) kernel = avx2_block_kernel(type);
  if (isa == Isa::kAvx512) kernel = avx512_block_kernel(type);
#endif
  return kernel.run != nullptr ? kernel : portable_kernel(type);
}

QuantizedVectors::QuantizedVectors(const float* x, std::int64_t m, std::int64_t k, int bias)
    : q_(static_cast<std::size_t>(m * k)),
      scale_(static_cast<std::size_t>(m * k / kGroup)),
      sum_(scale_.size()),
      offset_(static_cast<std::size_t>(m * k / 4)) {
  for (std::size_t g = 0; g < scale_.size(); ++g) {
    std::int8_t* q = q_.data() + g * kGroup;
    scale_[g] = quantize(x + g * kGroup, q);
    int total = 0;
    for (std::size_t lane = 0; lane < kGroup / 4; ++lane, q += 4) {
      const int sum = q[0] + q[1] + q[2] + q[3];
      offset_[g * kGroup / 4 + lane] = -bias * sum;
      total += sum;
    }
    sum_[g] = scale_[g] * static_cast<float>(total);
  }
  for (std::int64_t v = 0; v < m; ++v) {
    const auto at = static_cast<std::size_t>(v * k);
    views_.push_back({q_.data() + at, scale_.data() + at / kGroup, sum_.data() + at / kGroup,
                      offset_.data() + at / 4});
  }
}

}  // namespace hilo::kernels
