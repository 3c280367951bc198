#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "hilo/kernels/block_rows.h"

// g++ 12 sees its own headers' undefined registers as uninitialised (its bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#define HILO_SIMD __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")))

namespace hilo::kernels {
namespace {

constexpr std::size_t kStreams = 1;
constexpr int kSignedBias = 128;
constexpr std::size_t kAtOnce = 8;

HILO_SIMD inline __m256i dot(__m256i weights, __m256i x) {
  return _mm256_dpbusd_epi32(_mm256_setzero_si256(), weights, x);
}
HILO_SIMD inline __m256i dot_signed(__m256i weights, __m256i x) {
  return dot(_mm256_xor_si256(weights, _mm256_set1_epi8(-128)), x);
}
HILO_SIMD inline __m256i with_fifth_bits(__m256i weights, std::uint32_t bits) {
  return _mm256_mask_add_epi8(weights, bits, weights, _mm256_set1_epi8(16));
}

#include "hilo/kernels/block_rows_simd.inc"
#include "hilo/kernels/block_tiles.inc"

template <class Block, std::size_t M>
HILO_SIMD inline void times(const Tile& tile, const QuantizedMatrix& x, std::size_t v, float* out,
                            std::size_t out_stride, int rows) {
  constexpr std::size_t kOwn = kTileGroup<Block>;
  constexpr std::size_t kQuads = kOwn / 4;
  const auto k = static_cast<std::size_t>(x.k);
  const std::size_t groups = k / kOwn;
  const std::int8_t* q = x.q + v * k;
  const float *scale = x.scale + v * (k / kGroup), *sum = (kOwn == kGroup ? x.sum : x.half_sum) + v * groups;
  __m512 sums[M];
  for (std::size_t i = 0; i < M; ++i) sums[i] = _mm512_setzero_ps();
  const std::uint32_t* numbers = tile.numbers.data();
  for (std::size_t g = 0; g < groups; ++g, numbers += kQuads * kTileRows) {
    __m512i products[M];
    for (std::size_t i = 0; i < M; ++i) products[i] = _mm512_setzero_si512();
    for (std::size_t j = 0; j < kQuads; ++j) {
      const __m512i w = _mm512_loadu_si512(numbers + j * kTileRows);
      for (std::size_t i = 0; i < M; ++i) {
        std::int32_t quad = 0;
        std::memcpy(&quad, q + i * k + g * kOwn + 4 * j, sizeof quad);
        products[i] = _mm512_dpbusd_epi32(products[i], w, _mm512_set1_epi32(quad));
      }
    }
    const __m512 d = _mm512_loadu_ps(tile.scales.data() + g * kTileRows),
                 m = _mm512_loadu_ps(tile.minima.data() + g * kTileRows);
    for (std::size_t i = 0; i < M; ++i) {
      const __m512 by = _mm512_mul_ps(d, _mm512_set1_ps(scale[i * (k / kGroup) + g * kOwn / kGroup]));
      sums[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[i]), by, sums[i]);
      sums[i] = _mm512_fmadd_ps(m, _mm512_set1_ps(sum[i * groups + g]), sums[i]);
    }
  }
  const auto mask = static_cast<__mmask16>((1U << rows) - 1);
  for (std::size_t i = 0; i < M; ++i) _mm512_mask_storeu_ps(out + (v + i) * out_stride, mask, sums[i]);
}

HILO_SIMD void quantize(const float* x, std::int64_t count, std::int8_t* q, float* scale, float* sum,
                        float* half_sum) {
  for (std::int64_t g = 0; g < count; ++g, x += kGroup, q += kGroup) {
    const __m512 first = _mm512_loadu_ps(x), second = _mm512_loadu_ps(x + 16);
    const float largest = _mm512_reduce_max_ps(
        _mm512_max_ps(_mm512_abs_ps(first), _mm512_abs_ps(second)));
    const float finite = _mm512_reduce_add_ps(
        _mm512_add_ps(_mm512_sub_ps(first, first), _mm512_sub_ps(second, second)));  // or NaN
    scale[g] = largest / 127 + finite;
    float inverse = scale[g] > 0 ? 1 / scale[g] : 0;
    if (!(inverse <= std::numeric_limits<float>::max())) inverse = scale[g] = 0;  // subnormal
    const auto rounded = [&](__m512 y) HILO_SIMD {  // halves away from zero
      const __m512 scaled = _mm512_mul_ps(y, _mm512_set1_ps(inverse));
      const __m512i half =
          _mm512_or_si512(_mm512_and_si512(_mm512_castps_si512(scaled), _mm512_set1_epi32(1 << 31)),
                          _mm512_castps_si512(_mm512_set1_ps(0.5F)));
      return _mm512_cvttps_epi32(_mm512_add_ps(scaled, _mm512_castsi512_ps(half)));
    };
    const __m512i a = rounded(first), b = rounded(second);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(q), _mm512_cvtepi32_epi8(a));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(q + 16), _mm512_cvtepi32_epi8(b));
    const auto sum_a = static_cast<float>(_mm512_reduce_add_epi32(a)),
               sum_b = static_cast<float>(_mm512_reduce_add_epi32(b));
    sum[g] = scale[g] * (sum_a + sum_b);
    half_sum[2 * g] = scale[g] * sum_a;
    half_sum[2 * g + 1] = scale[g] * sum_b;
  }
}

}  // namespace

BlockKernel avx512_block_kernel(formats::BlockType type) { return kernel_of(type); }
const Quantize kAvx512Quantize = &quantize;

}  // namespace hilo::kernels
#endif
