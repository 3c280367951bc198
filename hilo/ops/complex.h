#pragma once
#include "hilo/graph/value.h"

// Complex numbers and their parts. A gradient g of a complex x stands for the change Re(sum(g d)) along d, as JAX has
// it; so that of a real function f is the conjugate of its steepest ascent.
namespace hilo {

/// re + i im, which broadcast: c64 of f32, c128 of f64.
/// Throws:  OpError if they are no f32 or f64.
/// Source:  StableHLO spec, complex (C1-C3).
Value complex(Operand re, Operand im);

/// The real part; of real numbers they themselves.
Value real(Operand x);
/// The imaginary part; of real numbers zeros.
Value imag(Operand x);
/// re - i im; of real numbers they themselves.
Value conj(Operand x);
/// The angle in radians, -pi to pi; of real numbers 0 or pi.
Value angle(Operand x);
/// The complex number of that radius and angle.
Value polar(Operand radius, Operand angle);
/// |x|^2, exact where abs(x) would overflow or has no gradient.
Value square_abs(Operand x);

/// The dtype of the parts of a complex dtype; of others they themselves.
DType part_dtype(DType dtype);

}  // namespace hilo
