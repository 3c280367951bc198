#include "hilo/nn/block_formulas.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/slice.h"

// C blocks; a field of a block is [C,bytes of the field], its bytes as i32.
namespace hilo::nn {
namespace {

using formats::BlockType;

Value raw(Value blocks, Dim from, Dim count) { return slice_axis(blocks, 1, from, from + count); }
Value bytes(Value blocks, Dim from, Dim count) { return raw(blocks, from, count).as(kI32); }
Value signed_bytes(Value blocks, Dim from, Dim count) {
  return bitcast_convert(raw(blocks, from, count), kI8).as(kF32);
}
// An f16: [C,1].
Value half(Value blocks, Dim from, DType dtype = kF16) {
  return expand_dims(bitcast_convert(raw(blocks, from, 2), dtype).as(kF32), 1);
}

Value low(Value q) { return q & 15; }
Value high(Value q) { return shift_right_logical(q, 4); }
Value shifted(Value q, int by) { return shift_left(q, by); }

// Bits of a byte from `shifts` on, one after the other: [C,n] in groups of `width` neighbours ->
// [C,n/width,shifts,width], flat.
Value fields_of(Value q, Dim width, std::int32_t step, std::int32_t mask) {
  const Dim count = q.dim(0), groups = q.dim(1) / width;
  const Value grouped = reshape(q, {count, groups, 1, width});
  const Value shifts = reshape(arange(0, 8, step, kI32), {1, 1, 8 / step, 1});
  return reshape(shift_right_logical(broadcast_to(grouped, {count, groups, 8 / step, width}),
                                     broadcast_to(shifts, {count, groups, 8 / step, width})) &
                     mask,
                 {count, q.dim(1) * 8 / step});
}
Value nibbles(Value q, Dim width) { return fields_of(q, width, 4, 15); }
Value two_bits(Value q) { return fields_of(q, 32, 2, 3); }
// Bit i % 8 of byte i / 8; or, of 32 bytes, bit i / 32 of byte i % 32.
Value bits(Value q, Dim width) { return fields_of(q, width, 1, 1); }

// One number for `width` neighbours: [C,n] -> [C,n * width].
Value spread(Value x, Dim width) { return repeat(x, width, 1); }

// Scales and minima of 6 bits: f32[C,8] each.
struct SixBits {
  Value scales, minima;
};
SixBits six_bits(Value packed) {
  const Value a = slice_axis(packed, 1, 0, 4), b = slice_axis(packed, 1, 4, 8),
              c = slice_axis(packed, 1, 8, 12);
  const auto top = [](Value x) { return shifted(shift_right_logical(x, 6), 4); };
  return {concatenate({a & 63, low(c) | top(a)}, 1).as(kF32),
          concatenate({b & 63, high(c) | top(b)}, 1).as(kF32)};
}

Value scale_and_min(Value d, Value dmin, const SixBits& s, Value q) {
  return spread(d * s.scales, 32) * q.as(kF32) - spread(dmin * s.minima, 32);
}

Value q3_k(Value b) {
  const Value packed = bytes(b, 96, 12);
  const Value lows = nibbles(slice_axis(packed, 1, 0, 8), 8);            // [C,16]
  const Value highs = fields_of(slice_axis(packed, 1, 8, 12), 4, 2, 3);  // [C,16]
  const Value scales = (lows | shifted(highs, 4)) - 32;
  const Value q = two_bits(bytes(b, 32, 64)) + shifted(bits(bytes(b, 0, 32), 32), 2) - 4;
  return spread(half(b, 108) * scales.as(kF32), 16) * q.as(kF32);
}

}  // namespace

Value decoded_by_formula(Value b, BlockType type) {
  switch (type) {
    case BlockType::kF16:
      return half(b, 0);
    case BlockType::kBF16:
      return half(b, 0, kBF16);
    case BlockType::kQ4_0:
      return (nibbles(bytes(b, 2, 16), 16) - 8).as(kF32) * half(b, 0);
    case BlockType::kQ4_1:
      return nibbles(bytes(b, 4, 16), 16).as(kF32) * half(b, 0) + half(b, 2);
    case BlockType::kQ5_0: {
      const Value q = nibbles(bytes(b, 6, 16), 16) | shifted(bits(bytes(b, 2, 4), 1), 4);
      return (q - 16).as(kF32) * half(b, 0);
    }
    case BlockType::kQ5_1: {
      const Value q = nibbles(bytes(b, 8, 16), 16) | shifted(bits(bytes(b, 4, 4), 1), 4);
      return q.as(kF32) * half(b, 0) + half(b, 2);
    }
    case BlockType::kQ8_0:
      return signed_bytes(b, 2, 32) * half(b, 0);
    case BlockType::kIQ4_NL: {
      const std::vector<float> values(std::begin(formats::kIq4NlValues),
                                      std::end(formats::kIq4NlValues));
      return take(constant(Array::of({16}, values)), nibbles(bytes(b, 2, 16), 16)) * half(b, 0);
    }
    case BlockType::kQ2_K: {
      const Value scales = bytes(b, 0, 16);
      return spread(half(b, 80) * low(scales).as(kF32), 16) * two_bits(bytes(b, 16, 64)).as(kF32) -
             spread(half(b, 82) * high(scales).as(kF32), 16);
    }
    case BlockType::kQ3_K:
      return q3_k(b);
    case BlockType::kQ4_K:
      return scale_and_min(half(b, 0), half(b, 2), six_bits(bytes(b, 4, 12)),
                           nibbles(bytes(b, 16, 128), 32));
    case BlockType::kQ5_K: {
      const Value q = nibbles(bytes(b, 48, 128), 32) | shifted(bits(bytes(b, 16, 32), 32), 4);
      return scale_and_min(half(b, 0), half(b, 2), six_bits(bytes(b, 4, 12)), q);
    }
    case BlockType::kQ6_K: {
      const Value q = nibbles(bytes(b, 0, 128), 64) | shifted(two_bits(bytes(b, 128, 64)), 4);
      return spread(half(b, 208) * signed_bytes(b, 192, 16), 16) * (q - 32).as(kF32);
    }
    default:
      return {};
  }
}

}  // namespace hilo::nn
