#pragma once
#include <cstdint>
#include <optional>

#include "hilo/kernels/cuda_kernel.h"

// The kernels of decoder_rows.cu and attention_step.cu, which do on a GPU what decoder_layer.h does
// on a CPU. None where the device or the sizes have none.
namespace hilo::kernels {

/// Rows x f32[count,width] that are normed by scales f32[width]: x / sqrt(mean(x^2) + epsilon) *
/// (scale + offset). `sum`: of x and y first, the latter as it is or normed by a scale of its own.
struct NormedRows {
  enum class Sum : std::uint8_t { kNone, kAdded, kNormedAndAdded };
  std::int64_t count = 0, width = 0;
  double epsilon = 0, offset = 0;
  Sum sum = Sum::kNone;
};
/// That a thread has registers for.
inline constexpr std::int64_t kWidestRow = 8 << 10;

/// (x, scale, then y and its scale if there are) -> bf16[count,width], the sum f32 if there is one.
std::optional<CudaKernel> norm_rows_kernel(const NormedRows& rows);
/// Of one row: (x, scale, matrix bf16[n,width], then as above) -> bf16[products], the sum. n is
/// `products`, or twice as many if gelu of the products with the first half of the matrix `gates`
/// those with the other.
std::optional<CudaKernel> normed_products_kernel(const NormedRows& rows, std::int64_t products,
                                                 bool is_gated);

/// (x bf16[width], matrix bf16[n,width]) -> f32[n].
std::optional<CudaKernel> products_kernel(std::int64_t width, std::int64_t n);

/// Attention of one token of each text, with a cache.
struct AttentionSizes {
  std::int64_t batch = 0, heads = 0, key_heads = 0, width = 0, places = 0;
  std::int64_t window = 0;  ///< 0: all
  bool is_ring = false, has_norms = false;
  double query_scale = 1, soft_cap = 0, rope_scale = 1, epsilon = 0;
};
/// (joint bf16[b,1,(n + 2kh)h], keys values bf16[b,kh,s,h], start i32[], padding i32[b],
/// frequencies f32[h/2], then two scales f32[h] if there are norms) -> (bf16[b,1,n,h], keys,
/// values), the caches in the place of the operands.
std::optional<CudaKernel> attention_step_kernel(const AttentionSizes& sizes);

}  // namespace hilo::kernels
