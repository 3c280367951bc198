#pragma once
#include "hilo/graph/value.h"

// More linear algebra, made of hilo/ops/triangular.h, lu.h, qr.h and eigh.h. Matrices are the last two axes; all axes
// before are a batch. Names are those of numpy.linalg.
namespace hilo {

/// Of matrices: kOne (kMinusOne) is the largest (smallest) sum of a column, kInf (kMinusInf) of a row; kTwo (kMinusTwo)
/// the largest (smallest) singular value; kFrobenius the root of the sum of squares; kNuclear the sum of the singular
/// values.
enum class MatrixNorm : std::uint8_t { kFrobenius, kNuclear, kOne, kMinusOne, kTwo, kMinusTwo, kInf, kMinusInf };

/// The sum of |x|^order to the power 1 / order along `axes` (all if none is given); of order infinity (-infinity) the
/// largest (smallest) |x|, of order 0 how many are not 0. Real also of complex x.
/// Gradient: of order 2 NaN at x = 0, as JAX has it.
Value vector_norm(Operand x, double order = 2, Axes axes = {}, bool keeps_dims = false);
/// Norms of matrices: [.., m, n] -> [..].
Value matrix_norm(Operand x, MatrixNorm order = MatrixNorm::kFrobenius, bool keeps_dims = false);

/// x times itself, `power` times by repeated squaring; the inverse's power for negative ones.
Value matrix_power(Operand x, std::int64_t power);
/// The sum of x^n / n!, by scaling, a Pade approximant of degree 13 and squaring, 16 times at most: NaN for matrices of
/// larger norm (above 350,000).
/// Source:  Higham 2005.
Value expm(Operand x);
/// The inverse of what is not singular in x (Moore and Penrose). Singular values up to `tolerance` times the largest
/// count as 0; 10 max(m, n) epsilon if it is not given.
Value pinv(Operand x, double tolerance = -1);
/// How many singular values are larger than `tolerance` (max(m, n) epsilon times the largest, if not given): i32[..].
Value matrix_rank(Operand x, double tolerance = -1);

/// The x of least length among those for which a x is nearest to b. Singular values of a below `tolerance` times the
/// largest count as 0; max(m, n) epsilon if it is not given.
/// Shapes:  a [m, n], b [m, k] or [m]; `solution` [n, k] or [n], `residuals` [k], sums of squares of b - a x, `rank`
///          i32[], `singular_values` [min(m, n)].
/// Throws:  OpError if a is no single matrix, or b does not fit.
/// Source:  numpy.linalg.lstsq.
struct LeastSquares {
  Value solution, residuals, rank, singular_values;
};
LeastSquares lstsq(Operand a, Operand b, double tolerance = -1);

/// The product of a chain of matrices in the cheapest order; the first and the last may be vectors.
/// Throws:  OpError if there is none, one has not the rank, or lengths do not fit.
Value multi_dot(Operands matrices);
/// How much errors of b grow in a x = b: the largest singular value over the smallest. NumPy's cond.
Value condition_number(Operand x);

}  // namespace hilo
