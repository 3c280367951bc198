#include "hilo/formats/gguf_blocks.h"

#include <array>
#include <cstring>
#include <string>

#include "hilo/core/error.h"

namespace hilo::formats {
namespace {

// Every product and sum is one f32 operation in the order of ggml's reference.
template <class Int>
float f32(Int value) {
  return static_cast<float>(value);
}

void decode(const float& x, float* out) { *out = x; }
void decode(const Float16& x, float* out) { *out = static_cast<float>(x); }
void decode(const BFloat16& x, float* out) { *out = static_cast<float>(x); }

void decode(const BlockQ4_0& b, float* out) {
  const auto d = static_cast<float>(b.d);
  for (int j = 0; j < 16; ++j) {
    out[j] = f32((b.qs[j] & 15) - 8) * d;
    out[j + 16] = f32((b.qs[j] >> 4) - 8) * d;
  }
}

void decode(const BlockQ4_1& b, float* out) {
  const auto d = static_cast<float>(b.d), m = static_cast<float>(b.m);
  for (int j = 0; j < 16; ++j) {
    out[j] = f32(b.qs[j] & 15) * d + m;
    out[j + 16] = f32(b.qs[j] >> 4) * d + m;
  }
}

// Element `i` of a block of 5 bits.
template <class Block>
int five_bits(const Block& b, int i) {
  const int low = i < 16 ? b.qs[i] & 15 : b.qs[i - 16] >> 4;
  return low | (((b.qh[i / 8] >> (i % 8)) & 1) << 4);
}

void decode(const BlockQ5_0& b, float* out) {
  const auto d = static_cast<float>(b.d);
  for (int i = 0; i < 32; ++i) out[i] = f32(five_bits(b, i) - 16) * d;
}

void decode(const BlockQ5_1& b, float* out) {
  const auto d = static_cast<float>(b.d), m = static_cast<float>(b.m);
  for (int i = 0; i < 32; ++i) out[i] = f32(five_bits(b, i)) * d + m;
}

void decode(const BlockQ8_0& b, float* out) {
  const auto d = static_cast<float>(b.d);
  for (int i = 0; i < 32; ++i) out[i] = f32(b.qs[i]) * d;
}

void decode(const BlockIQ4_NL& b, float* out) {
  const auto d = static_cast<float>(b.d);
  for (int j = 0; j < 16; ++j) {
    out[j] = d * f32(kIq4NlValues[b.qs[j] & 15]);
    out[j + 16] = d * f32(kIq4NlValues[b.qs[j] >> 4]);
  }
}

// Two bits of element `i`, four elements 32 apart in a byte.
int two_bits(const std::uint8_t (&q)[64], int i) {
  return (q[32 * (i / 128) + i % 32] >> (2 * (i % 128 / 32))) & 3;
}

void decode(const BlockQ2_K& b, float* out) {
  const auto d = static_cast<float>(b.d), dmin = static_cast<float>(b.dmin);
  for (int i = 0; i < 256; ++i) {
    const float scale = d * f32(b.scales[i / 16] & 15), min = dmin * f32(b.scales[i / 16] >> 4);
    out[i] = scale * f32(two_bits(b.qs, i)) - min;
  }
}

void decode(const BlockQ3_K& b, float* out) {
  const auto d = static_cast<float>(b.d);
  for (int i = 0; i < 256; ++i) {
    const int high = (b.hmask[i % 32] >> (i / 32)) & 1;
    out[i] = d * f32(q3_k_scale(b.scales, i / 16)) * f32(two_bits(b.qs, i) + 4 * high - 4);
  }
}

// Four bits of element `i`: 32 low nibbles, then the high ones of the same bytes.
int four_bits(const std::uint8_t (&q)[128], int i) {
  const int byte = q[32 * (i / 64) + i % 32];
  return i % 64 < 32 ? byte & 15 : byte >> 4;
}

void decode(const BlockQ4_K& b, float* out) {
  const auto d = static_cast<float>(b.d), dmin = static_cast<float>(b.dmin);
  for (int i = 0; i < 256; ++i) {
    const auto [scale, min] = q4_k_scale(b.scales, i / 32);
    out[i] = d * f32(scale) * f32(four_bits(b.qs, i)) - dmin * f32(min);
  }
}

void decode(const BlockQ5_K& b, float* out) {
  const auto d = static_cast<float>(b.d), dmin = static_cast<float>(b.dmin);
  for (int i = 0; i < 256; ++i) {
    const auto [scale, min] = q4_k_scale(b.scales, i / 32);
    const int high = (b.qh[i % 32] >> (i / 32)) & 1;
    out[i] = d * f32(scale) * f32(four_bits(b.qs, i) + 16 * high) - dmin * f32(min);
  }
}

void decode(const BlockQ6_K& b, float* out) {
  const auto d = static_cast<float>(b.d);
  for (int i = 0; i < 256; ++i) {
    const int byte = b.ql[64 * (i / 128) + i % 64];
    const int low = i % 128 < 64 ? byte & 15 : byte >> 4;
    out[i] = d * f32(b.scales[i / 16]) * f32((low | (two_bits(b.qh, i) << 4)) - 32);
  }
}

template <class Block>
constexpr int kElementsOf = 1;
template <class Block>
requires requires { Block::kElements; }
constexpr int kElementsOf<Block> = Block::kElements;

// The bytes may stand anywhere, so each block is copied out first.
template <class Block>
void decode_all(std::span<const std::byte> blocks, float* out) {
  for (std::size_t at = 0; at + sizeof(Block) <= blocks.size(); at += sizeof(Block)) {
    Block block;
    std::memcpy(&block, blocks.data() + at, sizeof block);
    decode(block, out);
    out += kElementsOf<Block>;
  }
}

template <class Block>
constexpr BlockTraits row(BlockType type, std::string_view name, std::optional<DType> dtype = {}) {
  return {static_cast<std::uint32_t>(type),
          name,
          kElementsOf<Block>,
          sizeof(Block),
          dtype,
          &decode_all<Block>};
}
constexpr BlockTraits by_name(std::uint32_t id, std::string_view name, int elements, int bytes,
                              std::optional<DType> dtype = {}) {
  return {id, name, elements, bytes, dtype, nullptr};
}

constexpr std::array kTypes = std::to_array<BlockTraits>({
    row<float>(BlockType::kF32, "F32", kF32),
    row<Float16>(BlockType::kF16, "F16", kF16),
    row<BFloat16>(BlockType::kBF16, "BF16", kBF16),
    row<BlockQ4_0>(BlockType::kQ4_0, "Q4_0"),
    row<BlockQ4_1>(BlockType::kQ4_1, "Q4_1"),
    row<BlockQ5_0>(BlockType::kQ5_0, "Q5_0"),
    row<BlockQ5_1>(BlockType::kQ5_1, "Q5_1"),
    row<BlockQ8_0>(BlockType::kQ8_0, "Q8_0"),
    row<BlockQ2_K>(BlockType::kQ2_K, "Q2_K"),
    row<BlockQ3_K>(BlockType::kQ3_K, "Q3_K"),
    row<BlockQ4_K>(BlockType::kQ4_K, "Q4_K"),
    row<BlockQ5_K>(BlockType::kQ5_K, "Q5_K"),
    row<BlockQ6_K>(BlockType::kQ6_K, "Q6_K"),
    row<BlockIQ4_NL>(BlockType::kIQ4_NL, "IQ4_NL"),
    by_name(24, "I8", 1, 1, kI8),
    by_name(25, "I16", 1, 2, kI16),
    by_name(26, "I32", 1, 4, kI32),
    by_name(27, "I64", 1, 8, kI64),
    by_name(28, "F64", 1, 8, kF64),
    by_name(9, "Q8_1", 32, 36),
    by_name(15, "Q8_K", 256, 292),
    by_name(16, "IQ2_XXS", 256, 66),
    by_name(17, "IQ2_XS", 256, 74),
    by_name(18, "IQ3_XXS", 256, 98),
    by_name(19, "IQ1_S", 256, 50),
    by_name(21, "IQ3_S", 256, 110),
    by_name(22, "IQ2_S", 256, 82),
    by_name(23, "IQ4_XS", 256, 136),
    by_name(29, "IQ1_M", 256, 56),
    by_name(34, "TQ1_0", 256, 54),
    by_name(35, "TQ2_0", 256, 66),
    by_name(39, "MXFP4", 32, 17),
    by_name(40, "NVFP4", 64, 36),
});

}  // namespace

const BlockTraits* block_traits(std::uint32_t id) {
  for (const BlockTraits& traits : kTypes) {
    if (traits.id == id) return &traits;
  }
  return nullptr;
}

const BlockTraits& block_traits(BlockType type) {
  return *block_traits(static_cast<std::uint32_t>(type));
}

std::optional<std::uint64_t> block_bytes(const BlockTraits& traits, std::uint64_t elements) {
  const auto per_block = static_cast<std::uint64_t>(traits.elements);
  std::uint64_t bytes = 0;
  if (elements % per_block != 0 ||
      __builtin_mul_overflow(elements / per_block, static_cast<std::uint64_t>(traits.bytes),
                             &bytes)) {
    return {};
  }
  return bytes;
}

void decode_blocks(BlockType type, std::span<const std::byte> blocks, std::span<float> out) {
  const BlockTraits& traits = block_traits(type);
  if (block_bytes(traits, out.size()) != blocks.size()) {
    throw Error(std::string(traits.name) + ": " + std::to_string(blocks.size()) + " bytes for " +
                std::to_string(out.size()) + " numbers; expected " + std::to_string(traits.bytes) +
                " for each " + std::to_string(traits.elements));
  }
  traits.decode(blocks, out.data());
}

Array BlockArray::decoded() const {
  Array result(Shape{kF32, dims});
  decode_blocks(type, bytes, result.mutable_data<float>());
  return result;
}

}  // namespace hilo::formats
