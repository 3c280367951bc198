#include "hilo/kernels/block_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace hilo::kernels {
namespace {

// Of each type the reference's numbers times what the 8 bits stand for.
template <formats::BlockType Type>
void portable_rows(const std::byte* rows, std::size_t row_bytes, std::int64_t first,
                   std::int64_t last, const QuantizedMatrix& x, float* out,
                   std::int64_t out_stride) {
  const formats::BlockTraits& traits = formats::block_traits(Type);
  const std::size_t k = row_bytes / static_cast<std::size_t>(traits.bytes) *
                        static_cast<std::size_t>(traits.elements);
  std::vector<float> weights(k);
  for (std::int64_t r = first; r < last; ++r) {
    traits.decode({rows + static_cast<std::size_t>(r) * row_bytes, row_bytes}, weights.data());
    for (std::int64_t v = 0; v < x.m; ++v) {
      const std::int8_t* q = x.q + v * x.k;
      const float* scale = x.scale + v * (x.k / kGroup);
      float total = 0;
      for (std::size_t at = 0; at < k; at += kGroup) {
        float sum = 0;
        for (std::size_t i = at; i < at + kGroup; ++i)
          sum += weights[i] * static_cast<float>(q[i]);
        total += sum * scale[at / kGroup];
      }
      out[v * out_stride + r] = total;
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

void quantize(const float* x, std::int64_t count, std::int8_t* q, float* scale, float* sum, float* half_sum) {
  for (std::int64_t g = 0; g < count; ++g, x += kGroup, q += kGroup) {
    float largest = 0, finite = 0;
    for (int i = 0; i < kGroup; ++i) {
      largest = std::max(largest, std::fabs(x[i]));
      finite += x[i] - x[i];  // NaN unless all are finite
    }
    scale[g] = largest / 127 + finite;
    float inverse = scale[g] > 0 ? 1 / scale[g] : 0;
    if (!(inverse <= std::numeric_limits<float>::max())) inverse = scale[g] = 0;  // subnormal
    int halves[2] = {};
    for (int i = 0; i < kGroup; ++i) {
      const float y = x[i] * inverse;
      q[i] = static_cast<std::int8_t>(finite == 0 ? static_cast<int>(y + std::copysign(0.5F, y)) : 0);
      halves[i / (kGroup / 2)] += q[i];
    }
    sum[g] = scale[g] * static_cast<float>(halves[0] + halves[1]);
    for (int half = 0; half < 2; ++half) half_sum[2 * g + half] = scale[g] * static_cast<float>(halves[half]);
  }
}

template <class T>
std::unique_ptr<T[]> room(std::int64_t count) {
  return std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(count));
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
  if (type == formats::BlockType::kF16 || type == formats::BlockType::kBF16) return half_kernel(type);
  BlockKernel kernel;
#if defined(__x86_64__)
  if (isa == Isa::kAvx2) kernel = avx2_block_kernel(type);
  if (isa == Isa::kAvx512) kernel = avx512_block_kernel(type);
#endif
  return kernel.rows != nullptr ? kernel : portable_kernel(type);
}

Quantize quantizer(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx2) return kAvx2Quantize;
  if (isa == Isa::kAvx512) return kAvx512Quantize;
#endif
  return &quantize;
}

QuantizedVectors::QuantizedVectors(const float* x, std::int64_t m, std::int64_t k, bool is_rounded)
    : matrix_{.numbers = x, .m = m, .k = k} {
  if (!is_rounded) return;
  const std::int64_t groups = m * k / kGroup;
  matrix_.q = (q_ = room<std::int8_t>(m * k)).get();
  matrix_.scale = (scale_ = room<float>(groups)).get();
  matrix_.sum = (sum_ = room<float>(groups)).get();
  matrix_.half_sum = (half_sum_ = room<float>(2 * groups)).get();
}

void QuantizedVectors::round(Quantize quantize, std::int64_t first, std::int64_t last) {
  const std::int64_t groups = matrix_.k / kGroup, from = first * groups;
  quantize(matrix_.numbers + first * matrix_.k, (last - first) * groups, q_.get() + first * matrix_.k,
           scale_.get() + from, sum_.get() + from, half_sum_.get() + 2 * from);
}

}  // namespace hilo::kernels
