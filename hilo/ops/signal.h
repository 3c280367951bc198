#pragma once
#include <optional>

#include "hilo/graph/value.h"

// Curves: convolution of vectors, polynomials, interpolation.
namespace hilo {

/// Where two vectors overlap: anywhere (n + m - 1 places), with the middle of the shorter inside
/// the longer (as many as the longer has), wholly.
enum class Overlap : std::uint8_t { kFull, kSame, kValid };
/// Sums of products of a and the mirrored b at every distance.
/// Throws:  OpError for operands that are no vectors, or empty.
Value convolve(Operand a, Operand b, Overlap overlap = Overlap::kFull);
/// The same without mirroring.
Value correlate(Operand a, Operand b, Overlap overlap = Overlap::kValid);

/// The polynomial with the vector of `coefficients`, that of the highest power first, at each x.
Value polyval(Operand coefficients, Operand x);

struct InterpOptions {
  std::optional<double> left{},
      right{};                ///< below and above all points; else the first and last value
  bool extrapolates = false;  ///< there the outermost lines go on
};
/// At each x, the height of the straight lines through the points (xp, fp).
/// Shapes:  xp [n], ascending, fp [n].
/// Throws:  OpError unless they are vectors of one length, 2 or more.
Value interp(Operand x, Operand xp, Operand fp, InterpOptions options = {});

}  // namespace hilo
