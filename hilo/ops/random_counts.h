#pragma once
#include "hilo/graph/value.h"

// Random counts; hilo/ops/random.h says what keys are. `shape` is of integers of 8 bits or more or
// of f64, f32, f16 or bf16; formulas are worked out in f32, or in f64 where a parameter is f64.
// Parameters are numbers or Values that broadcast to the shape. No gradients. A parameter that
// makes no sense, NaN included, gives NaN, or -1 where the shape is of integers (0 of unsigned
// ones).
namespace hilo {

/// How many tries it takes to the first success, each of probability p: 1, 2, ..
Value geometric(Operand key, Shape shape, Operand p);

/// How many events there are where `rate` are expected.
/// Cost:     a loop of as many rounds as the largest of the counts below 30 or so; rates from 10
///           on take two or three.
/// Source:   Knuth below 10; PTRS of Hoermann: The transformed rejection method, 1993, above.
Value poisson(Operand key, Shape shape, Operand rate);

/// How many of `count` tries succeed, each with probability p.
/// Cost:     as `poisson`.
/// Source:   sums of geometric numbers for small means; BTRS of Hoermann: The generation of
///           binomial random variates, 1993.
Value binomial(Operand key, Shape shape, Operand count, Operand p);

/// How often each of k outcomes comes up in `count` tries.
/// Shapes:   shape [.., k]; p broadcasts to it and need not have sum 1; count broadcasts to [..].
/// Throws:   OpError for a shape without axes.
/// Cost:     k binomials, one after the other.
Value multinomial(Operand key, Shape shape, Operand count, Operand p);

}  // namespace hilo
