#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "hilo/kernels/block_rows.h"

#define HILO_SIMD __attribute__((target("avx2,fma,f16c")))

namespace hilo::kernels {
namespace {

constexpr std::size_t kStreams = 4, kAtOnce = 4;
// Products of two neighbours are summed in 16 bits: 2 * 127 * 128 still fits, so that signed
// weights give their sign to x and need no bias.
constexpr int kSignedBias = 0;

HILO_SIMD inline __m256i dot(__m256i weights, __m256i x) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(weights, x), _mm256_set1_epi16(1));
}
HILO_SIMD inline __m256i dot_signed(__m256i weights, __m256i x) {
  return dot(_mm256_abs_epi8(weights), _mm256_sign_epi8(x, weights));
}
HILO_SIMD inline __m256i with_fifth_bits(__m256i weights, std::uint32_t bits) {
  // Byte i of the four in each lane's place, then all but bit i % 8 of it set.
  const __m256i spread =
      _mm256_shuffle_epi8(_mm256_set1_epi32(static_cast<int>(bits)),
                          _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                           2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
  const __m256i others = _mm256_set1_epi64x(static_cast<long long>(0x7FBFDFEFF7FBFDFEULL));
  const __m256i is_set = _mm256_cmpeq_epi8(_mm256_or_si256(spread, others), _mm256_set1_epi8(-1));
  return _mm256_or_si256(weights, _mm256_and_si256(is_set, _mm256_set1_epi8(16)));
}

#include "hilo/kernels/block_rows_simd.inc"
#include "hilo/kernels/block_tiles.inc"

// Products of neighbours are summed in 16 bits for as long as they fit.
template <class Block, std::size_t M>
HILO_SIMD inline void times(const Tile& tile, const QuantizedMatrix& x, std::size_t v, float* out,
                            std::size_t out_stride, int rows) {
  constexpr std::size_t kOwn = kTileGroup<Block>, kQuads = kOwn / 4;
  constexpr std::size_t kFitting = std::clamp<std::size_t>(32767 / (2 * 127 * kLargest<Block>), 1, kQuads);
  const auto k = static_cast<std::size_t>(x.k);
  const std::size_t groups = k / kOwn;
  const std::int8_t* q = x.q + v * k;
  const float *scale = x.scale + v * (k / kGroup), *sum = (kOwn == kGroup ? x.sum : x.half_sum) + v * groups;
  __m256 sums[M][2];
  for (auto& of_vector : sums) of_vector[0] = of_vector[1] = _mm256_setzero_ps();
  const std::uint32_t* numbers = tile.numbers.data();
  for (std::size_t g = 0; g < groups; ++g, numbers += kQuads * kTileRows) {
    __m256i products[M][2];
    for (auto& of_vector : products) of_vector[0] = of_vector[1] = _mm256_setzero_si256();
    for (std::size_t j = 0; j < kQuads; j += kFitting) {
      __m256i pairs[M][2];
      for (std::size_t f = 0; f < kFitting; ++f) {
        const std::uint32_t* of_quad = numbers + (j + f) * kTileRows;
        const __m256i w[2] = {load(of_quad), load(of_quad + 8)};
        for (std::size_t i = 0; i < M; ++i) {
          std::int32_t quad = 0;
          std::memcpy(&quad, q + i * k + g * kOwn + 4 * (j + f), sizeof quad);
          const __m256i four = _mm256_set1_epi32(quad);
          for (std::size_t half = 0; half < 2; ++half) {
            __m256i more;
            if constexpr (kIsSigned<Block>)
              more = _mm256_maddubs_epi16(_mm256_abs_epi8(w[half]), _mm256_sign_epi8(four, w[half]));
            else
              more = _mm256_maddubs_epi16(w[half], four);
            pairs[i][half] = f == 0 ? more : _mm256_add_epi16(pairs[i][half], more);
          }
        }
      }
      for (std::size_t i = 0; i < M; ++i)
        for (std::size_t half = 0; half < 2; ++half)
          products[i][half] =
              _mm256_add_epi32(products[i][half], _mm256_madd_epi16(pairs[i][half], _mm256_set1_epi16(1)));
    }
    for (std::size_t i = 0; i < M; ++i) {
      const __m256 by = _mm256_set1_ps(scale[i * (k / kGroup) + g * kOwn / kGroup]), added = _mm256_set1_ps(sum[i * groups + g]);
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t at = g * kTileRows + 8 * half;
        const __m256 d = _mm256_mul_ps(_mm256_loadu_ps(&tile.scales[at]), by);
        sums[i][half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products[i][half]), d, sums[i][half]);
        sums[i][half] = _mm256_fmadd_ps(_mm256_loadu_ps(&tile.minima[at]), added, sums[i][half]);
      }
    }
  }
  for (std::size_t i = 0; i < M; ++i) {
    alignas(32) float all[kTileRows];
    _mm256_store_ps(all, sums[i][0]);
    _mm256_store_ps(all + 8, sums[i][1]);
    std::copy_n(all, rows, out + (v + i) * out_stride);
  }
}

HILO_SIMD void quantize(const float* x, std::int64_t count, std::int8_t* q, float* scale, float* sum,
                        float* half_sum) {
  const __m256 sign = _mm256_set1_ps(-0.0F);
  for (std::int64_t g = 0; g < count; ++g, x += kGroup, q += kGroup) {
    __m256 eights[4], largest = _mm256_setzero_ps(), finite = _mm256_setzero_ps();
    for (int i = 0; i < 4; ++i) {
      eights[i] = _mm256_loadu_ps(x + 8 * i);
      largest = _mm256_max_ps(largest, _mm256_andnot_ps(sign, eights[i]));
      finite = _mm256_add_ps(finite, _mm256_sub_ps(eights[i], eights[i]));  // or NaN
    }
    alignas(32) float of_lane[8];
    _mm256_store_ps(of_lane, largest);
    scale[g] = *std::max_element(of_lane, of_lane + 8) / 127 + sum_of(finite);
    float inverse = scale[g] > 0 ? 1 / scale[g] : 0;
    if (!(inverse <= std::numeric_limits<float>::max())) inverse = scale[g] = 0;  // subnormal
    __m256i whole[4];
    for (int i = 0; i < 4; ++i) {  // halves away from zero
      const __m256 scaled = _mm256_mul_ps(eights[i], _mm256_set1_ps(inverse));
      const __m256 half = _mm256_or_ps(_mm256_and_ps(scaled, sign), _mm256_set1_ps(0.5F));
      whole[i] = _mm256_cvttps_epi32(_mm256_add_ps(scaled, half));
    }
    // Packing takes turns between the halves of registers; the order of fours is mended last.
    const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(whole[0], whole[1]), _mm256_packs_epi32(whole[2], whole[3]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(q),
                        _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
    const float halves[2] = {sum_of(_mm256_cvtepi32_ps(_mm256_add_epi32(whole[0], whole[1]))),
                             sum_of(_mm256_cvtepi32_ps(_mm256_add_epi32(whole[2], whole[3])))};
    sum[g] = scale[g] * (halves[0] + halves[1]);
    for (int half = 0; half < 2; ++half) half_sum[2 * g + half] = scale[g] * halves[half];
  }
}

}  // namespace

BlockKernel avx2_block_kernel(formats::BlockType type) { return kernel_of(type); }
const Quantize kAvx2Quantize = &quantize;

}  // namespace hilo::kernels
#endif
