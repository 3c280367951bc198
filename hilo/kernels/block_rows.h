#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hilo/formats/gguf_blocks.h"

// Rows of weights in GGUF blocks times vectors of 8-bit activations: what a product with quantised
// weights is made of. Each kind of CPU has a version; all give the same sums but for the order of
// f32 additions.
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

/// A vector in 8 bits: element i is about scale[i / 32] * q[i].
struct QuantizedVector {
  const std::int8_t* q;        ///< [k]
  const float* scale;          ///< [k/32]
  const float* sum;            ///< [k/32]: scale * (sum of q) of each group
  const std::int32_t* offset;  ///< [k/4]: what unsigned weights add too much, by 4 neighbours
};

/// `rows` times `vectors`: rows [first, last) of blocks, `row_bytes` each and one behind the other
/// from row 0 on. Element (v, r) goes to out[v * out_stride + r].
using BlockRows = void (*)(const std::byte* rows, std::size_t row_bytes, std::int64_t first,
                           std::int64_t last, std::span<const QuantizedVector> vectors, float* out,
                           std::int64_t out_stride);

/// Many vectors in 8 bits, for kernels that take rows sixteen at a time.
struct QuantizedMatrix {
  const std::int8_t* q;  ///< [m,k]
  const float* scale;    ///< [m,k/32]
  const float* sum;      ///< [m,k/group]: scale * (sum of q) of each group of the kernel
  std::int64_t m, k;
};

/// The same product of many vectors, which are used for many rows while they are near: rows are
/// unpacked sixteen at a time, so `first` is a multiple of 16.
struct TileKernel {
  void (*run)(const std::byte* rows, std::size_t row_bytes, std::int64_t first, std::int64_t last,
              const QuantizedMatrix& x, float* out, std::int64_t out_stride) = nullptr;
  int group = kGroup;  ///< neighbours that `sum` adds
  /// `count` groups of 32 numbers as 8 bits.
  void (*quantize)(const float* x, std::int64_t count, std::int8_t* q, float* scale,
                   float* sum) = nullptr;
};

struct BlockKernel {
  BlockRows run = nullptr;
  int bias = 0;  ///< that its weights have as unsigned numbers: x = d * (unsigned - bias)
  TileKernel tiles{};  ///< `run` is null where there is none
};

/// The kernel for a type of blocks. Types without one for `isa` have the portable one, which takes
/// every quantised type.
BlockKernel block_kernel(formats::BlockType type, Isa isa);

/// Vectors f32[m,k], k a multiple of 32, as 8 bits. A group with a number that is not finite
/// becomes NaN.
class QuantizedVectors {
 public:
  QuantizedVectors(const float* x, std::int64_t m, std::int64_t k, int bias);
  [[nodiscard]] std::span<const QuantizedVector> all() const { return views_; }

 private:
  std::vector<std::int8_t> q_;
  std::vector<float> scale_, sum_;
  std::vector<std::int32_t> offset_;
  std::vector<QuantizedVector> views_;
};

/// The versions of the two instruction sets; `run` is null for types that they have none for.
BlockKernel avx2_block_kernel(formats::BlockType type);
BlockKernel avx512_block_kernel(formats::BlockType type);

}  // namespace hilo::kernels
