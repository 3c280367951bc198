#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "hilo/formats/gguf_blocks.h"

// Rows of weights as files have them, in GGUF blocks or in bf16 and f16, times vectors of
// activations, which are in 8 bits for quantised weights. Each kind of CPU has a version; all give
// the same sums but for the order of f32 additions.
namespace hilo::kernels {

/// Which instructions a version uses.
enum class Isa : std::uint8_t {
  kPortable,  ///< none in particular
  kAvx2,      ///< AVX2, FMA, F16C
  kAvx512,    ///< AVX-512 BW, VL and VNNI
};

/// The best that this CPU has.
Isa best_isa();

/// Neighbours that share a scale in activations.
inline constexpr int kGroup = 32;

/// Vectors, and the same in 8 bits: element i of one is about scale[i / 32] * q[i].
struct QuantizedMatrix {
  const float* numbers = nullptr;   ///< [m,k]
  const std::int8_t* q = nullptr;   ///< [m,k]; this and what follows null unless they are rounded
  const float* scale = nullptr;     ///< [m,k/32]
  const float* sum = nullptr;       ///< [m,k/32]: scale * (sum of q) of each group
  const float* half_sum = nullptr;  ///< [m,k/16]: the same of each half of a group
  std::int64_t m = 0, k = 0;
};

/// `count` groups of 32 numbers in 8 bits, and what QuantizedMatrix has of them. A group with a number
/// that is not finite becomes NaN.
using Quantize = void (*)(const float* x, std::int64_t count, std::int8_t* q, float* scale, float* sum,
                          float* half_sum);

/// Rows times vectors: rows [first, last) of blocks, `row_bytes` each and one behind the other from
/// row 0 on. Element (v, r) goes to out[v * out_stride + r].
using BlockProduct = void (*)(const std::byte* rows, std::size_t row_bytes, std::int64_t first,
                              std::int64_t last, const QuantizedMatrix& x, float* out,
                              std::int64_t out_stride);

struct BlockKernel {
  BlockProduct rows = nullptr;
  /// For many vectors, which are used for many rows while they are near: rows are unpacked sixteen at
  /// a time, so `first` is a multiple of 16. Null where there is none.
  BlockProduct tiles = nullptr;
  std::int64_t least_tiled = 8;  ///< from so many vectors on, unpacking rows is worth it
  bool is_rounded = true;        ///< takes vectors in 8 bits; else in f32
};

/// The kernel for a type of blocks: bf16, f16, or quantised. Quantised types without one for `isa`
/// have the portable one, which takes them all.
BlockKernel block_kernel(formats::BlockType type, Isa isa);

Quantize quantizer(Isa isa);

/// Vectors x f32[m,k], which must live as long, and room for them in 8 bits if they are to be rounded.
class QuantizedVectors {
 public:
  QuantizedVectors(const float* x, std::int64_t m, std::int64_t k, bool is_rounded);
  /// Rounds vectors [first, last); k is a multiple of 32.
  void round(Quantize quantize, std::int64_t first, std::int64_t last);
  [[nodiscard]] const QuantizedMatrix& matrix() const { return matrix_; }

 private:
  std::unique_ptr<std::int8_t[]> q_;
  std::unique_ptr<float[]> scale_, sum_, half_sum_;
  QuantizedMatrix matrix_{};
};

/// Rows of bf16 or f16.
BlockKernel half_kernel(formats::BlockType type);
/// The versions of the two instruction sets; `rows` is null for types that they have none for.
BlockKernel avx2_block_kernel(formats::BlockType type);
BlockKernel avx512_block_kernel(formats::BlockType type);
extern const Quantize kAvx2Quantize, kAvx512Quantize;

}  // namespace hilo::kernels
