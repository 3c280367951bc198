#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "hilo/core/array.h"
#include "hilo/core/float16.h"

// The ways in which a GGUF file stores the numbers of a tensor. Quantised ones stand in blocks of
// 32 or 256 neighbours of a row: small integers that share a scale. Every block is a struct of the
// file's bytes, for the reference below and for kernels alike.
namespace hilo::formats {

/// The numbers are those of the format (ggml_type).
enum class BlockType : std::uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kIQ4_NL = 20,
  kBF16 = 30,
};

/// 4 bits and a scale: x = d * (q - 8).
struct BlockQ4_0 {
  static constexpr int kElements = 32;
  Float16 d;
  std::uint8_t qs[16];  ///< low nibbles are elements 0 to 15, high nibbles 16 to 31
};

/// 4 bits, scale and minimum: x = d * q + m.
struct BlockQ4_1 {
  static constexpr int kElements = 32;
  Float16 d, m;
  std::uint8_t qs[16];  ///< as in Q4_0
};

/// 5 bits and a scale: x = d * (q - 16).
struct BlockQ5_0 {
  static constexpr int kElements = 32;
  Float16 d;
  std::uint8_t qh[4];   ///< bit i of these 32 is the fifth bit of element i
  std::uint8_t qs[16];  ///< as in Q4_0
};

/// 5 bits, scale and minimum: x = d * q + m.
struct BlockQ5_1 {
  static constexpr int kElements = 32;
  Float16 d, m;
  std::uint8_t qh[4];   ///< as in Q5_0
  std::uint8_t qs[16];  ///< as in Q4_0
};

/// 8 bits and a scale: x = d * q.
struct BlockQ8_0 {
  static constexpr int kElements = 32;
  Float16 d;
  std::int8_t qs[32];
};

/// 4 bits that point into `kIq4NlValues`: x = d * values[q].
struct BlockIQ4_NL {
  static constexpr int kElements = 32;
  Float16 d;
  std::uint8_t qs[16];  ///< as in Q4_0
};
inline constexpr std::int8_t kIq4NlValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                 1,    13,   25,  38,  53,  69,  89,  113};

/// 2 bits; each 16 elements have a scale and a minimum of 4 bits: x = d * sc * q - dmin * m.
struct BlockQ2_K {
  static constexpr int kElements = 256;
  std::uint8_t scales[16];  ///< of element i: byte i / 16; low nibble sc, high nibble m
  std::uint8_t qs[64];  ///< element i: byte 32 * (i / 128) + i % 32, bits from 2 * (i % 128 / 32)
  Float16 d, dmin;
};

/// 3 bits; each 16 elements have a scale of 6 bits: x = d * (sc - 32) * (q - 4).
struct BlockQ3_K {
  static constexpr int kElements = 256;
  std::uint8_t hmask[32];   ///< third bit of element i: byte i % 32, bit i / 32
  std::uint8_t qs[64];      ///< the two low bits, as in Q2_K
  std::uint8_t scales[12];  ///< see `q3_k_scale`
  Float16 d;
};

/// 4 bits; each 32 elements have a scale and a minimum of 6 bits: x = d * sc * q - dmin * m.
struct BlockQ4_K {
  static constexpr int kElements = 256;
  Float16 d, dmin;
  std::uint8_t scales[12];  ///< see `q4_k_scale`
  std::uint8_t qs[128];     ///< of each 64 elements: 32 low nibbles, then the 32 high ones
};

/// 5 bits, else as Q4_K.
struct BlockQ5_K {
  static constexpr int kElements = 256;
  Float16 d, dmin;
  std::uint8_t scales[12];  ///< see `q4_k_scale`
  std::uint8_t qh[32];      ///< fifth bit of element i: byte i % 32, bit i / 32
  std::uint8_t qs[128];     ///< as in Q4_K
};

/// 6 bits; each 16 elements have a scale of 8 bits: x = d * sc * (q - 32).
struct BlockQ6_K {
  static constexpr int kElements = 256;
  std::uint8_t ql[128];  ///< of each 128 elements 64 bytes: low nibbles are elements 0 to 63
  std::uint8_t qh[64];   ///< the two high bits of element i: byte 32 * (i / 128) + i % 32, as Q2_K
  std::int8_t scales[16];  ///< of element i: byte i / 16
  Float16 d;
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20 && sizeof(BlockQ5_0) == 22);
static_assert(sizeof(BlockQ5_1) == 24 && sizeof(BlockQ8_0) == 34 && sizeof(BlockIQ4_NL) == 18);
static_assert(sizeof(BlockQ2_K) == 84 && sizeof(BlockQ3_K) == 110 && sizeof(BlockQ4_K) == 144);
static_assert(sizeof(BlockQ5_K) == 176 && sizeof(BlockQ6_K) == 210);

struct ScaleAndMin {
  std::uint8_t scale, min;
};
/// Of group `j` of 32 elements (0 to 7) in a Q4_K or Q5_K block.
inline ScaleAndMin q4_k_scale(const std::uint8_t (&b)[12], int j) {
  const auto bits = [](int value) { return static_cast<std::uint8_t>(value); };
  if (j < 4) return {bits(b[j] & 63), bits(b[j + 4] & 63)};
  return {bits((b[j + 4] & 15) | ((b[j - 4] >> 6) << 4)),
          bits((b[j + 4] >> 4) | ((b[j] >> 6) << 4))};
}
/// Of group `j` of 16 elements (0 to 15) in a Q3_K block, the 32 taken off.
inline int q3_k_scale(const std::uint8_t (&b)[12], int j) {
  const int low = j < 8 ? b[j] & 15 : b[j - 8] >> 4;
  const int high = (b[8 + j % 4] >> (2 * (j / 4))) & 3;
  return (low | (high << 4)) - 32;
}

/// What there is to know of a type.
struct BlockTraits {
  std::uint32_t id;
  std::string_view name;       ///< "Q4_K"
  int elements, bytes;         ///< of a block
  std::optional<DType> dtype;  ///< of types that are plain numbers
  /// From blocks to f32; null for types that are known by name only.
  void (*decode)(std::span<const std::byte> blocks, float* out);
};

/// The traits of a type by its number in the file; null if the format has no such type (any more).
const BlockTraits* block_traits(std::uint32_t id);
const BlockTraits& block_traits(BlockType type);

/// Dequantises `blocks` exactly as ggml does, operation by operation in f32.
/// Throws:  Error unless `out` has an element for each of a whole number of blocks.
void decode_blocks(BlockType type, std::span<const std::byte> blocks, std::span<float> out);

/// Quantises as ggml's reference does, to the bit. F32, F16, BF16, Q8_0 and Q4_0.
/// Throws:  Error for another type, sizes that do not fit, or a number that the blocks cannot hold
/// (NaN, say).
void encode_blocks(BlockType type, std::span<const float> numbers, std::span<std::byte> blocks);

/// Bytes of `elements` numbers; none if they do not fill whole blocks or the count does not fit.
std::optional<std::uint64_t> block_bytes(const BlockTraits& traits, std::uint64_t elements);

/// A tensor whose numbers stay in their blocks. Each row (the last axis) is a whole number of them.
struct BlockArray {
  BlockType type = BlockType::kF32;
  Dims dims{};
  std::shared_ptr<const void> owner{};  ///< keeps the bytes alive
  std::span<const std::byte> bytes{};

  /// The numbers as f32.
  [[nodiscard]] Array decoded() const;
};

}  // namespace hilo::formats
