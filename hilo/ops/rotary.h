#pragma once
#include "hilo/core/array.h"
#include "hilo/graph/value.h"

// Positions written into vectors as angles: position / scale times base^(-2 i / width), i = 0, 1
// .., in f32 (f64 for f64).
namespace hilo {

struct RotaryOptions {
  double base = 10'000;
  double scale = 1;  ///< positions are divided by it (linear scaling, for longer contexts)
  /// Pairs are (x[2i], x[2i + 1]), as in the paper; otherwise (x[i], x[i + width / 2]), as in
  /// LLaMA, Gemma and GPT-NeoX.
  bool is_interleaved = false;
  Dim width = 0;  ///< of each vector so many first elements are rotated; 0: all
};

/// Rotates pairs of x's last axis by the angles of its position, so that products of two rotated
/// vectors depend on the distance of their positions.
/// Shapes:  x [..,T,N,H], positions (integers or floats) [T], or with the axes before: [..,T] ->
/// x's. Throws:  OpError if they do not fit, or the width is odd, or above H. Gradient: to x.
/// Source:  Su et al. 2021 (RoFormer). Example: rotary_embedding(q, iota({kI32, {tokens}}))
Value rotary_embedding(Operand x, Operand positions, RotaryOptions options = {});

/// base^(-2 i / width) for i = 0 .. width / 2 - 1.
/// Shapes:  [width / 2] of `dtype`, a float.
Array rotary_frequencies(Dim width, double base, DType dtype);

struct SinusoidOptions {
  double base = 10'000, scale = 1;
  /// sin and cos take turns, as in the paper; otherwise all sines stand before all cosines.
  bool is_interleaved = true;
  DType dtype = kF32;
};

/// Vectors of the sines and cosines of the angles: what transformers add to tokens, and diffusion
/// models make of times.
/// Shapes:  positions (integers or floats) [..] -> [..,width].
/// Throws:  OpError if the width is odd, or below 2.
/// Source:  Vaswani et al. 2017, section 3.5.
Value sinusoidal_embedding(Operand positions, Dim width, SinusoidOptions options = {});

}  // namespace hilo
