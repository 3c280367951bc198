#include "hilo/ops/jacobi.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"

namespace hilo {
namespace {

constexpr std::int64_t kMostSweeps = 20;

// Column i is paired with column i + h, of 2h columns.
struct Rotations {
  Value c, s, phase;  // [.., h]; the tangent of the angle is real after the second column is turned by the phase's conjugate
};

// The rotations that make [[p, off], [off^H, q]] diagonal; p and q are real. The smaller of both angles.
Rotations rotations(Value p, Value q, Value off) {
  const Value size = abs(off), is_zero = equal(size, 0), one = ones_like(size);
  const Value tau = (q - p) / (2 * select(is_zero, one, size));
  const Value t = select(greater_equal(tau, 0), one, -one) / (abs(tau) + sqrt(1 + tau * tau));
  const Value tangent = select(is_zero, zeros_like(t), t), c = rsqrt(1 + tangent * tangent);
  const Value phase = select(is_zero, ones_like(off), off / convert(select(is_zero, one, size), off.dtype()));
  return {convert(c, off.dtype()), convert(tangent * c, off.dtype()), phase};
}

// The columns x of 2h turned in pairs, and dealt out again so that in 2h - 1 rounds every two of them meet: the first
// one stays, the others move round a circle.
Value turned_columns(Value x, const Rotations& by) {
  const auto row = [](Value v) { return expand_dims(v, -2); };
  const Dim h = by.c.dim(-1);
  const Value left = slice_axis(x, -1, 0, h), right = slice_axis(x, -1, h, 2 * h) * row(conj(by.phase));
  const Value a = row(by.c) * left - row(by.s) * right, b = row(by.s) * left + row(by.c) * right;
  if (h == 1) return concatenate({a, b}, -1);
  return concatenate({slice_axis(a, -1, 0, 1), slice_axis(b, -1, 0, 1), slice_axis(a, -1, 1, h - 1), slice_axis(b, -1, 1, h),
                      slice_axis(a, -1, h - 1, h)}, -1);
}

Value with_even_columns(Value x) { return x.dim(-1) % 2 == 0 ? x : pad_axis(x, 0, -1, 0, 1); }

// Sweeps over all pairs of (x, v) for as long as `goes_on` says of x.
std::vector<Value> swept(std::vector<Value> start, const std::function<Value(Value)>& goes_on,
                         const std::function<std::vector<Value>(std::span<const Value>)>& round) {
  const Dim columns = start[0].dim(-1);
  start.insert(start.begin(), constant(Array::scalar(std::int32_t{0})));
  std::vector<Value> done = while_loop(std::move(start),
      [&](std::span<const Value> s) { return std::vector{logical_and(less(s[0], kMostSweeps), goes_on(s[1]))}; },
      [&](std::span<const Value> s) {
        std::vector<Value> next = fori_loop(0, columns - 1, {s[1], s[2]}, [&](Value, std::span<const Value> state) { return round(state); });
        next.insert(next.begin(), s[0] + 1);
        return next;
      });
  return {done[1], done[2]};
}

}  // namespace

std::vector<Value> jacobi_eigh(Value x) {
  const Dim n = x.dim(-1);
  if (n < 2) return {real(n == 0 ? reshape(x, {x.dims().begin(), x.dims().end() - 1}) : squeeze(x, {-1})), identity_like(x, n)};
  Value a = with_even_columns(x);
  if (a.dim(-1) > n) a = pad_axis(a, 0, -2, 0, 1);
  const Dim even = a.dim(-1), h = even / 2;
  const double tolerance = 10 * epsilon(part_dtype(x.dtype()));
  const Value off_diagonal = not_equal(eye(even, kI32), 1);
  const auto goes_on = [&](Value m) {
    const Value size = square_abs(m);
    const Value off = sum(select(off_diagonal, size, zeros_like(size)), {-2, -1});
    return any(greater(off, sum(size, {-2, -1}) * (tolerance * tolerance)));
  };
  const std::vector<Value> done = swept({a, identity_like(a, even)}, goes_on, [&](std::span<const Value> s) {
    const Value d = real(diagonal(s[0]));
    const Rotations by = rotations(slice_axis(d, -1, 0, h), slice_axis(d, -1, h, even), diagonal(slice_axis(slice_axis(s[0], -2, 0, h), -1, h, even)));
    const Value half = turned_columns(s[0], by);
    return std::vector{adjoint(turned_columns(adjoint(half), by)), turned_columns(s[1], by)};
  });
  return {slice_axis(real(diagonal(done[0])), -1, 0, n), slice_axis(slice_axis(done[1], -1, 0, n), -2, 0, n)};
}

std::vector<Value> jacobi_orthogonalize(Value x) {
  const Dim n = x.dim(-1);
  if (n < 2 || x.dim(-2) == 0) return {x, identity_like(exact_matmul(adjoint(x), x), n)};
  const Value a = with_even_columns(x);
  const Dim even = a.dim(-1), h = even / 2;
  Dims square = a.dims();
  square[square.size() - 2] = even;
  const double tolerance = 4 * epsilon(part_dtype(x.dtype()));
  const Value off_diagonal = not_equal(eye(even, kI32), 1);
  const auto goes_on = [&](Value m) {
    const Value products = exact_matmul(adjoint(m), m), d = real(diagonal(products));  // [.., n, n], [.., n]
    const Value bound = expand_dims(d, -1) * expand_dims(d, -2) * (tolerance * tolerance);
    return any(logical_and(off_diagonal, greater(square_abs(products), bound)));
  };
  const std::vector<Value> done = swept({a, broadcast_to(eye(even, x.dtype()), square)}, goes_on, [&](std::span<const Value> s) {
    const Value left = slice_axis(s[0], -1, 0, h), right = slice_axis(s[0], -1, h, even);
    const Rotations by = rotations(sum(square_abs(left), {-2}), sum(square_abs(right), {-2}), sum(conj(left) * right, {-2}));
    return std::vector{turned_columns(s[0], by), turned_columns(s[1], by)};
  });
  return {slice_axis(done[0], -1, 0, n), slice_axis(slice_axis(done[1], -1, 0, n), -2, 0, n)};
}

}  // namespace hilo
