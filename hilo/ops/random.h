#pragma once
#include "hilo/graph/value.h"
#include "hilo/ops/random_bits.h"

// Random tensors. Each takes a key (hilo/ops/random_bits.h) that is used for nothing else. Shapes
// are of f64, f32, f16 or bf16 unless said otherwise; f16 and bf16 are rounded from f32 where a
// formula is at work. Gradients flow to parameters that are Values (low, high), not to keys.
namespace hilo {

/// Evenly spread over low <= x < high: multiples of 2^-24 of the range (f64: 2^-53, f16: 2^-11,
/// bf16: 2^-8). The last step may round up to `high` where the range is not [0, 1).
Value uniform(Operand key, Shape shape, Operand low = 0.0, Operand high = 1.0);

/// Normal with mean 0 and variance 1; tails reach 6.3 (f64: 8.2).
/// Cost:    2 ns an element of f32 on one core.
/// Source:  the inverse of the distribution function: Wichura, Algorithm AS 241 (PPND7), 1988; for
/// f64 by erf_inv.
Value normal(Operand key, Shape shape);

/// Normal, but never outside of [low, high]: what is outside is drawn again, so to say.
Value truncated_normal(Operand key, Shape shape, Operand low = -2.0, Operand high = 2.0);

/// i1: true with probability p, a number or a tensor that broadcasts to `dims`.
/// A number is met to 2^-17, and to 2^-33 where it or 1 - p is below 1/64; a tensor's elements to
/// 2^-24. Throws:  OpError for a number outside of [0, 1]. Cost:    half a ns an element on one
/// core: 8, 16 or 32 random bits each, as few as the probability needs.
Value bernoulli(Operand key, Operand p, Dims dims);

/// Whole numbers low <= x < high, all equally likely (to 2^-32 for ranges up to 2^32). `shape` is
/// of integers. Throws:  OpError if the range is empty or does not fit the dtype.
Value randint(Operand key, Shape shape, std::int64_t low, std::int64_t high);

Value exponential(Operand key, Shape shape);  ///< density exp(-x) for x >= 0; reaches 22.8
Value gumbel(Operand key, Shape shape);       ///< distribution exp(-exp(-x))
/// An index (i32) along `axis`, drawn with the probabilities softmax(logits, axis).
/// Shapes:  the result has the other axes of the logits.
Value categorical(Operand key, Operand logits, int axis = -1);

/// 0 .. count-1 (i32) in random order.
Value permutation(Operand key, Dim count);
/// x's slices along `axis` in random order.
Value shuffle(Operand key, Operand x, int axis = 0);

}  // namespace hilo
