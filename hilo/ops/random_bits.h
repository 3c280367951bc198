#pragma once
#include <cstdint>

#include "hilo/core/array.h"
#include "hilo/graph/value.h"

// Random numbers come from keys that the program passes along: the same key and shape give the same
// numbers, on every device and in every run. A key is u64[2]. Use a key once: draw from it, or
// derive others from it.
//   Value key = random_key(42);
//   Value noise = normal(fold_in(key, 0), {kF32, {64, 32}});
//   Value mask = bernoulli(fold_in(key, 1), 0.7, {64, 32});
namespace hilo {

/// The key of a seed: a C++ number or an integer scalar.
Value random_key(Operand seed);
/// The same bits on the host, for state that is kept between runs.
Array random_key_array(std::uint64_t seed);

/// A new key for each number in `data`: the step of a loop, the index of a layer.
/// Shapes:  key u64[2], data an integer number or tensor [..] -> u64[..,2].
/// Throws:  OpError if the key is none or data is not of integers.
Value fold_in(Operand key, Operand data);

/// `count` keys: u64[count,2]; row i is fold_in(key, i).
Value split_key(Operand key, Dim count);

/// Random bits in a tensor of unsigned integers.
/// Throws:  OpError if the key is none or the dtype is not u8, u16, u32 or u64.
/// Cost:    0.1 ns an element of u16 on one core; less than the memory traffic it makes. Batching
/// over keys costs no more. Source:  position i of key (a, b) is m(m(i g + a) ^ b), m being the mix
/// and g the increment of SplitMix64 (Steele, Lea,
///          Flood: Fast splittable pseudorandom number generators, 2014).
Value random_bits(Operand key, Shape shape);

}  // namespace hilo
