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
#include "hilo/kernels/block_tiles_avx512.inc"

}  // namespace

BlockKernel avx512_block_kernel(formats::BlockType type) {
  BlockKernel kernel = kernel_of(type);
  kernel.tiles = tiles_of(type);
  return kernel;
}

}  // namespace hilo::kernels
#endif
