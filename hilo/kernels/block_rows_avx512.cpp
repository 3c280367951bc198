#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>
#include <type_traits>

#include "hilo/kernels/block_rows.h"

#define HILO_SIMD __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vnni")))

namespace hilo::kernels {
namespace {

constexpr int kSignedBias = 128;

HILO_SIMD inline __m256i dot(__m256i start, __m256i weights, __m256i x) {
  return _mm256_dpbusd_epi32(start, weights, x);
}
HILO_SIMD inline __m256i dot_signed(__m256i start, __m256i weights, __m256i x) {
  return dot(start, _mm256_xor_si256(weights, _mm256_set1_epi8(-128)), x);
}
HILO_SIMD inline __m256i with_fifth_bits(__m256i weights, std::uint32_t bits) {
  return _mm256_mask_add_epi8(weights, bits, weights, _mm256_set1_epi8(16));
}

#include "hilo/kernels/block_rows_simd.inc"

}  // namespace

BlockKernel avx512_block_kernel(formats::BlockType type) { return kernel_of(type); }

}  // namespace hilo::kernels
#endif
