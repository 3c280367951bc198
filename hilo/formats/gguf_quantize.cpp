#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "hilo/core/error.h"
#include "hilo/formats/gguf_blocks.h"

namespace hilo::formats {
namespace {

constexpr float kMaxScale = 65504;  // of f16

// A scale that has no inverse in f32 is 0 in f16, and so are its numbers.
float inverse_of(float d) {
  const float inverse = 1.0F / d;
  return std::isfinite(inverse) ? inverse : 0.0F;
}

// The largest magnitude takes 127.
BlockQ8_0 quantize_q8_0(const float* x) {
  float most = 0;
  for (int i = 0; i < 32; ++i) most = std::max(most, std::fabs(x[i]));
  const float d = most / 127.0F, inverse = inverse_of(d);
  BlockQ8_0 block{.d = Float16(d), .qs = {}};
  for (int i = 0; i < 32; ++i) {
    block.qs[i] = static_cast<std::int8_t>(std::round(x[i] * inverse));  // ties away from zero
  }
  return block;
}

// The largest magnitude takes -8, so its sign is that of the scale.
BlockQ4_0 quantize_q4_0(const float* x) {
  float most = 0;
  for (int i = 0; i < 32; ++i) {
    if (std::fabs(x[i]) > std::fabs(most)) most = x[i];
  }
  const float d = most / -8.0F, inverse = inverse_of(d);
  const auto nibble = [&](float value) {
    return std::min(15, static_cast<int>(static_cast<std::int8_t>(value * inverse + 8.5F)));
  };
  BlockQ4_0 block{.d = Float16(d), .qs = {}};
  for (int j = 0; j < 16; ++j) {
    block.qs[j] = static_cast<std::uint8_t>(nibble(x[j]) | (nibble(x[j + 16]) << 4));
  }
  return block;
}

// `encode` makes a block of the numbers that its argument points to.
template <class F>
void encode_all(std::span<const float> numbers, std::size_t elements, std::byte* out, F encode) {
  for (std::size_t at = 0; at < numbers.size(); at += elements) {
    const auto block = encode(numbers.data() + at);
    std::memcpy(out, &block, sizeof block);
    out += sizeof block;
  }
}

void require_within(std::string_view type, std::span<const float> numbers, float most) {
  const auto bad = std::find_if_not(numbers.begin(), numbers.end(),
                                    [most](float x) { return std::fabs(x) <= most; });
  if (bad == numbers.end()) return;
  throw Error(std::string(type) + ": number " + std::to_string(bad - numbers.begin()) + " is " +
              std::to_string(*bad) + "; its blocks hold at most " + std::to_string(most));
}

}  // namespace

void encode_blocks(BlockType type, std::span<const float> numbers, std::span<std::byte> blocks) {
  const BlockTraits& traits = block_traits(type);
  const std::string name(traits.name);
  if (block_bytes(traits, numbers.size()) != blocks.size()) {
    throw Error(name + ": " + std::to_string(blocks.size()) + " bytes for " +
                std::to_string(numbers.size()) + " numbers; expected " +
                std::to_string(traits.bytes) + " for each " + std::to_string(traits.elements));
  }
  switch (type) {
    case BlockType::kF32:
      return encode_all(numbers, 1, blocks.data(), [](const float* x) { return *x; });
    case BlockType::kF16:
      return encode_all(numbers, 1, blocks.data(), [](const float* x) { return Float16(*x); });
    case BlockType::kBF16:
      return encode_all(numbers, 1, blocks.data(), [](const float* x) { return BFloat16(*x); });
    case BlockType::kQ8_0:
      require_within(name, numbers, 127 * kMaxScale);
      return encode_all(numbers, 32, blocks.data(), quantize_q8_0);
    case BlockType::kQ4_0:
      require_within(name, numbers, 8 * kMaxScale);
      return encode_all(numbers, 32, blocks.data(), quantize_q4_0);
    default:
      throw Error("no quantisation to " + name + "; expected F32, F16, BF16, Q8_0 or Q4_0");
  }
}

}  // namespace hilo::formats
