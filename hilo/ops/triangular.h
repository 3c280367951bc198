#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// The triangular L with L L^H = x, or with `is_lower` false the U with U^H U = x, for a positive definite x. Only that
/// triangle of x is read; the other one of the result is zero. Where x is not positive definite the result is NaN.
/// Shapes:  [.., n, n] -> [.., n, n].
/// Throws:  OpError if x is no square matrix of f32, f64, c64 or c128.
/// Gradient: to the triangle that is read.
/// Source:  StableHLO spec, cholesky (C1-C3).
Value cholesky(Operand x, bool is_lower = true);

/// What op(a) is.
enum class Transposition : std::uint8_t { kNone, kTranspose, kAdjoint };

struct TriangularSolveOptions {
  bool is_left = true;           ///< op(a) x = b; otherwise x op(a) = b
  bool is_lower = true;          ///< which triangle of a is read
  bool has_unit_diagonal = false;  ///< a's diagonal is taken for ones, and not read
  Transposition transpose_a = Transposition::kNone;
};

/// Solves a triangular system.
/// Shapes:  a [.., n, n], b [.., n, k] (or [.., k, n] on the right of x) -> as b; the axes before broadcast.
/// Throws:  OpError if a is no square matrix, b does not fit, or dtypes are not one of f32, f64, c64, c128.
/// Gradient: to b, and to the triangle of a that is read.
/// Source:  StableHLO spec, triangular_solve (C1-C7).
Value triangular_solve(Operand a, Operand b, const TriangularSolveOptions& options = {});

}  // namespace hilo
