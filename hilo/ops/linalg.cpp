#include "hilo/ops/linalg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/eigh.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/lu.h"
#include "hilo/ops/math.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// The largest of numbers that are not negative; 0 of none.
Value largest(Value x, Axes axes, bool keeps_dims = false) { return maximum(max(x, std::move(axes), keeps_dims), 0); }

struct Pinv : MatrixBatch<Pinv> {
  static constexpr std::string_view kName = "hilo.pinv";
  double tolerance = 0;

  static void fields(auto&& field) { field("tolerance", &Pinv::tolerance); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_matrix(in[0], false);
    Shape out = in[0];
    std::swap(out.dims[out.dims.size() - 1], out.dims[out.dims.size() - 2]);
    return {out};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([&](std::span<const Value> p) {
      const Svd f = svd(p[0]);
      const Value counts = greater(f.s, largest(f.s, {-1}, true) * tolerance);
      const Value inverse = select(counts, reciprocal(select(counts, f.s, ones_like(f.s))), zeros_like(f.s));
      return std::vector{exact_matmul(adjoint(f.vt) * expand_dims(convert(inverse, p[0].dtype()), -2), adjoint(f.u))};
    }, in);
  }
  // Golub and Pereyra 1973, for a rank that stays.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Value a = v.in[0], p = v.out, d = v.d_in[0], d_h = adjoint(d), p_h = adjoint(p);
    const Value kernel = exact_matmul(exact_matmul(p, p_h), d_h - exact_matmul(exact_matmul(d_h, a), p));
    const Value range = exact_matmul(d_h - exact_matmul(p, exact_matmul(a, d_h)), exact_matmul(p_h, p));
    return {kernel + range - exact_matmul(p, exact_matmul(d, p))};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return reverse_of([this](const Jvp& j) { return jvp(j); }, v);
  }
};

double rank_tolerance(const Shape& x, double factor) {
  return factor * static_cast<double>(std::max(x.dim(-1), x.dim(-2))) * epsilon(part_dtype(x.dtype));
}

// Numerator and denominator of the approximant are v + u and v - u: even and odd powers.
std::array<Value, 2> pade13(Value x) {
  constexpr std::array<double, 14> b = {64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
                                        10559470521600,    670442572800,      33522128640,      1323241920,       40840800,
                                        960960,            16380,             182,              1};
  const auto c = [&](std::size_t i) { return b[i] / b[0]; };
  const Value one = identity_like(x, x.dim(-1)), x2 = exact_matmul(x, x), x4 = exact_matmul(x2, x2), x6 = exact_matmul(x4, x2);
  const Value odd = exact_matmul(x6, c(13) * x6 + c(11) * x4 + c(9) * x2) + c(7) * x6 + c(5) * x4 + c(3) * x2 + c(1) * one;
  const Value even = exact_matmul(x6, c(12) * x6 + c(10) * x4 + c(8) * x2) + c(6) * x6 + c(4) * x4 + c(2) * x2 + one;
  return {exact_matmul(x, odd), even};
}

[[noreturn]] void refuse(std::string_view op, std::string problem, std::string expected, const std::vector<Value>& got, std::source_location where) {
  std::vector<Shape> shapes;
  for (const Value& v : got) shapes.push_back(v.shape());
  throw OpError({.op = std::string(op), .problem = std::move(problem), .got = std::move(shapes), .expected = std::move(expected)},
                CallSite::current(where));
}

// The chain's matrices from `first` to `last`, multiplied where `cut` says.
Value chain(const std::vector<Value>& x, const std::vector<std::vector<std::size_t>>& cut, std::size_t first, std::size_t last) {
  if (first == last) return x[first];
  const std::size_t k = cut[first][last];
  return matmul(chain(x, cut, first, k), chain(x, cut, k + 1, last));
}

}  // namespace

void list_linalg_ops(OpTable& table) { table.add<Pinv>(); }

Value vector_norm(Operand operand, double order, Axes axes, bool keeps_dims) {
  const CallSite site(operand.where);
  const Value x = promote("vector_norm", {operand})[0];
  expect_kind("vector_norm", x, kFloats | kComplexes);
  if (order == 2) return sqrt(sum(square_abs(x), axes, keeps_dims));
  const Value size = abs(x);
  if (order == 0) return sum(not_equal(size, 0).as(size.dtype()), axes, keeps_dims);
  if (order == 1) return sum(size, axes, keeps_dims);
  if (std::isinf(order)) return order > 0 ? largest(size, axes, keeps_dims) : min(size, axes, keeps_dims);
  return power(sum(power(size, order), axes, keeps_dims), 1 / order);
}

Value matrix_norm(Operand operand, MatrixNorm order, bool keeps_dims) {
  const CallSite site(operand.where);
  const Value x = matrix_of("matrix_norm", operand, false);
  const auto kept = [&](Value y) { return keeps_dims ? expand_dims(y, Axes{-2, -1}) : y; };
  switch (order) {
    case MatrixNorm::kFrobenius: return kept(sqrt(sum(square_abs(x), {-2, -1})));
    case MatrixNorm::kNuclear: return kept(sum(svdvals(x), {-1}));
    case MatrixNorm::kOne: return kept(largest(sum(abs(x), {-2}), {-1}));
    case MatrixNorm::kMinusOne: return kept(min(sum(abs(x), {-2}), {-1}));
    case MatrixNorm::kTwo: return kept(largest(svdvals(x), {-1}));
    case MatrixNorm::kMinusTwo: return kept(min(svdvals(x), {-1}));
    case MatrixNorm::kInf: return kept(largest(sum(abs(x), {-1}), {-1}));
    case MatrixNorm::kMinusInf: break;
  }
  return kept(min(sum(abs(x), {-1}), {-1}));
}

Value matrix_power(Operand operand, std::int64_t power) {
  const CallSite site(operand.where);
  Value x = matrix_of("matrix_power", operand, true);
  if (power == 0) return identity_like(x, x.dim(-1));
  if (power < 0) x = inv(x);
  Value result;
  for (std::uint64_t n = power < 0 ? 0 - static_cast<std::uint64_t>(power) : static_cast<std::uint64_t>(power); n > 0; n /= 2) {
    if (n % 2 == 1) result = result ? matmul(result, x) : x;
    if (n > 1) x = matmul(x, x);
  }
  return result;
}

Value expm(Operand operand) {
  const CallSite site(operand.where);
  constexpr double kLargestNorm = 5.371920351148152;
  constexpr std::int64_t kMostSquarings = 16;
  const Value x = matrix_of("expm", operand, true);
  if (x.dim(-1) == 0) return x;
  const Value norm = matrix_norm(stop_gradient(x), MatrixNorm::kOne, true);        // [.., 1, 1]
  const Value squarings = maximum(ceil(log2(norm / kLargestNorm)), 0);             // NaN of NaN
  const auto [u, v] = pade13(x * convert(exp2(-squarings), x.dtype()));
  const Value start = solve(v - u, v + u);
  const Value done = fori_loop(0, kMostSquarings, start, [&](Value i, Value y) {
    return select(less(convert(i, norm.dtype()), squarings), exact_matmul(y, y), y);
  });
  return select(less_equal(squarings, kMostSquarings), done, full(done.shape(), std::numeric_limits<double>::quiet_NaN()));
}

Value pinv(Operand operand, double tolerance) {
  const CallSite site(operand.where);
  const Value x = matrix_of("pinv", operand, false);
  return apply(Pinv{{}, tolerance < 0 ? rank_tolerance(x.shape(), 10) : tolerance}, {x});
}

Value matrix_rank(Operand operand, double tolerance) {
  const CallSite site(operand.where);
  const Value x = matrix_of("matrix_rank", operand, false), s = svdvals(x);
  if (tolerance >= 0) return sum(greater(s, tolerance).as(kI32), {-1});
  return sum(greater(s, largest(s, {-1}, true) * rank_tolerance(x.shape(), 1)).as(kI32), {-1});
}

LeastSquares lstsq(Operand a, Operand b, double tolerance) {
  const CallSite site(a.where);
  const Value x = matrix_of("lstsq", a, false), given = promote("lstsq", {b})[0];
  const bool is_vector = given.rank() == 1;
  if (x.rank() != 2 || given.rank() < 1 || given.rank() > 2 || given.dim(0) != x.dim(0) || given.dtype() != x.dtype()) {
    refuse("lstsq", "b does not fit a", "[m, n] and [m, k] (or [m]) of one dtype", {x, given}, a.where);
  }
  const Value y = is_vector ? expand_dims(given, -1) : given;
  const Svd f = svd(x);
  const Value counts = greater_equal(f.s, largest(f.s, {-1}, true) * (tolerance < 0 ? rank_tolerance(x.shape(), 1) : tolerance));
  const Value has_size = logical_and(counts, greater(f.s, 0));
  const Value inverse = select(has_size, reciprocal(select(has_size, f.s, ones_like(f.s))), zeros_like(f.s));
  const Value solution = exact_matmul(adjoint(f.vt), expand_dims(convert(inverse, x.dtype()), -1) * exact_matmul(adjoint(f.u), y));
  return {is_vector ? squeeze(solution, {-1}) : solution, sum(square_abs(y - exact_matmul(x, solution)), {0}),
          sum(has_size.as(kI32)), f.s};
}

Value multi_dot(Operands matrices) {
  const CallSite site(matrices.where);
  std::vector<Value> x = matrices.values;
  const std::size_t n = x.size();
  if (n == 0) refuse("multi_dot", "no matrices", "at least one", x, matrices.where);
  const bool is_row = x.front().rank() == 1 && n > 1, is_column = x.back().rank() == 1 && n > 1;
  if (is_row) x.front() = expand_dims(x.front(), 0);
  if (is_column) x.back() = expand_dims(x.back(), -1);
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i].rank() == 2 && (i == 0 || x[i - 1].dim(1) == x[i].dim(0))) continue;
    refuse("multi_dot", "matrix " + std::to_string(i) + " does not fit", "[a, b], [b, c], [c, d], ..", matrices.values, matrices.where);
  }
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0));
  std::vector<std::vector<std::size_t>> cut(n, std::vector<std::size_t>(n, 0));
  for (std::size_t length = 1; length < n; ++length) {
    for (std::size_t i = 0; i + length < n; ++i) {
      const std::size_t j = i + length;
      cost[i][j] = std::numeric_limits<double>::infinity();
      for (std::size_t k = i; k < j; ++k) {
        const double c = cost[i][k] + cost[k + 1][j] + static_cast<double>(x[i].dim(0)) * static_cast<double>(x[k].dim(1)) * static_cast<double>(x[j].dim(1));
        if (c < cost[i][j]) cost[i][j] = c, cut[i][j] = k;
      }
    }
  }
  Value y = chain(x, cut, 0, n - 1);
  if (is_row) y = squeeze(y, {0});
  return is_column ? squeeze(y, {-1}) : y;
}

Value condition_number(Operand operand) {
  const CallSite site(operand.where);
  const Value s = svdvals(matrix_of("condition_number", operand, false));
  return max(s, {-1}) / min(s, {-1});
}

}  // namespace hilo
