#include "hilo/ops/random_bits.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

constexpr std::uint64_t kIncrement = 0x9E3779B97F4A7C15, kFactor1 = 0xBF58476D1CE4E5B9,
                        kFactor2 = 0x94D049BB133111EB;
// Numbers that are folded in go another way than positions, so that derived keys share nothing with
// drawn bits.
constexpr std::uint64_t kFoldIncrement = 0xD1342543DE82EF95, kFoldOffset = 0x632BE59BD9B4E019;

// A bijection of 64 bits in which every bit of the result depends on every bit of z. For numbers
// and for Values.
template <class Word, class Shift>
Word mixed(Word z, Shift shifted_right) {
  z = (z ^ shifted_right(z, 30)) * kFactor1;
  z = (z ^ shifted_right(z, 27)) * kFactor2;
  return z ^ shifted_right(z, 31);
}
std::uint64_t mix(std::uint64_t z) {
  return mixed(z, [](std::uint64_t w, int by) { return w >> by; });
}
Value mix(Value z) {
  return mixed(z, [](Value w, int by) { return shift_right_logical(w, by); });
}

void expect_key(std::string_view op, const Operand& key) {
  if (key.value && key.value.shape() == Shape{kU64, {2}}) return;
  throw OpError({.op = std::string(op),
                 .problem = "the key does not fit",
                 .got = key.value ? std::vector{key.value.shape()} : std::vector<Shape>{},
                 .expected = "a key, u64[2]",
                 .hint = "random_key(seed)"},
                CallSite::current(key.where));
}

Value word(Value key, Dim i) { return index_axis(key, 0, i); }

// A number or an integer tensor as u64; negative ones wrap.
Value as_words(std::string_view op, const Operand& data) {
  if (!data.value) {
    const auto* negative = std::get_if<std::int64_t>(&data.scalar);
    if (negative != nullptr)
      return constant(Array::scalar(static_cast<std::uint64_t>(*negative)), data.where);
    return tensor_of(op, data, kU64);
  }
  if (is_integer(data.value.dtype())) return convert(data.value, kU64);
  throw OpError({.op = std::string(op),
                 .problem = "not of integers",
                 .got = {data.value.shape()},
                 .expected = "integers"},
                CallSite::current(data.where));
}

}  // namespace

Array random_key_array(std::uint64_t seed) {
  return Array::of<std::uint64_t>({2}, {mix(seed + kIncrement), mix(seed + 2 * kIncrement)});
}

Value random_key(Operand seed) {
  const CallSite site(seed.where);
  if (seed.value && !seed.value.shape().is_scalar()) {
    throw OpError({.op = "random_key",
                   .problem = "the seed is no scalar",
                   .got = {seed.value.shape()},
                   .expected = "one number"},
                  CallSite::current(seed.where));
  }
  const Value s = as_words("random_key", seed);
  const Value steps = constant(Array::of<std::uint64_t>({2}, {kIncrement, 2 * kIncrement}));
  return mix(s + steps);
}

Value fold_in(Operand key, Operand data) {
  const CallSite site(key.where);
  expect_key("fold_in", key);
  const Value salt = mix(as_words("fold_in", data) * kFoldIncrement + kFoldOffset);
  const Value first = mix(salt ^ word(key.value, 0));  // for one key, a bijection of data
  const Value second = mix(first + word(key.value, 1));
  return stack({first, second}, -1);
}

Value split_key(Operand key, Dim count) {
  const CallSite site(key.where);
  expect_key("split_key", key);
  if (count < 0) {
    throw OpError({.op = "split_key",
                   .problem = "a negative count",
                   .got = {key.value.shape()},
                   .expected = "count >= 0"},
                  CallSite::current(key.where));
  }
  return fold_in(key, iota({kU64, {count}}));
}

Value random_bits(Operand key, Shape shape) {
  const CallSite site(key.where);
  expect_key("random_bits", key);
  const int width = bits(shape.dtype);
  if (!is_unsigned(shape.dtype) || width < 8) {
    throw OpError({.op = "random_bits",
                   .problem = "no random bits of this dtype",
                   .got = {shape},
                   .expected = "u8, u16, u32 or u64"},
                  CallSite::current(key.where));
  }
  const Dim per_word = 64 / width, count = (shape.size() + per_word - 1) / per_word;
  const Value positions = iota({kU64, {count}});
  const Value words = mix(mix(positions * kIncrement + word(key.value, 0)) ^ word(key.value, 1));
  if (per_word == 1) return reshape(words, shape.dims);
  const Value parts = reshape(bitcast_convert(words, shape.dtype), {count * per_word});
  return reshape(slice(parts, {0}, {shape.size()}), shape.dims);
}

}  // namespace hilo
