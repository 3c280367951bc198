#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>
#include <type_traits>

#include "hilo/kernels/block_rows.h"

#define HILO_SIMD __attribute__((target("avx2,fma,f16c")))

namespace hilo::kernels {
namespace {

// Products of two neighbours are summed in 16 bits: 2 * 127 * 128 still fits, so that signed
// weights give their sign to x and need no bias.
constexpr int kSignedBias = 0;

HILO_SIMD inline __m256i dot(__m256i start, __m256i weights, __m256i x) {
  const __m256i pairs = _mm256_maddubs_epi16(weights, x);
  return _mm256_add_epi32(start, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
HILO_SIMD inline __m256i dot_signed(__m256i start, __m256i weights, __m256i x) {
  return dot(start, _mm256_abs_epi8(weights), _mm256_sign_epi8(x, weights));
}
HILO_SIMD inline __m256i with_fifth_bits(__m256i weights, std::uint32_t bits) {
  // Byte i of the four in each lane's place, then bit i % 8 of it.
  const __m256i spread =
      _mm256_shuffle_epi8(_mm256_set1_epi32(static_cast<int>(bits)),
                          _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                           2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
  const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201ULL));
  const __m256i is_set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
  return _mm256_or_si256(weights, _mm256_and_si256(is_set, _mm256_set1_epi8(16)));
}

#include "hilo/kernels/block_rows_simd.inc"

}  // namespace

BlockKernel avx2_block_kernel(formats::BlockType type) { return kernel_of(type); }

}  // namespace hilo::kernels
#endif
