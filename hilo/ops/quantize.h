#pragma once
#include "hilo/graph/value.h"

// Tensors whose elements are integers that stand for real numbers (Quantization in
// hilo/core/shape.h). XLA compiles no such types: a program for a platform has the stored integers
// in their place, and these ops as arithmetic. Its arguments and results of quantised shapes are
// tensors of the storage dtype.
namespace hilo {

/// round(clamp(x / scale + zero_point, storage_min, storage_max)), ties to even; of a quantised x,
/// of what it stands for.
/// Throws:  OpError if x is no float of the expressed dtype, or the quantization does not fit it:
///          one scale, or one for each index of its axis; scales finite and positive; zero points
///          within the storage's range.
/// Gradient: none: rounding is constant almost everywhere.
/// Source:  StableHLO spec, uniform_quantize (C1, C2), and "Quantized element types" (C1-C11).
Value uniform_quantize(Operand x, Quantization quantization);

/// The quantised tensor that has these integers in store, converted to the storage dtype.
/// Throws:  OpError as uniform_quantize.
/// Gradient: none.
Value uniform_from_stored(Operand integers, Quantization quantization);

/// (stored - zero_point) * scale, in the expressed dtype.
/// Throws:  OpError if x is not quantised.
/// Source:  StableHLO spec, uniform_dequantize (C1, C2).
Value uniform_dequantize(Operand x);

}  // namespace hilo
