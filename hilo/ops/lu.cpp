#include "hilo/ops/lu.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/triangular.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

Dims batch_of(const Dims& dims) { return {dims.begin(), dims.end() - 2}; }

// Step k of the elimination, of a, its permutation and the parity of that, all batches at once.
std::vector<Value> eliminate(Value k, std::span<const Value> state) {
  const Value a = state[0], permutation = state[1];
  const Value rows = iota({kI32, {a.dim(-2)}}), columns = iota({kI32, {a.dim(-1)}});
  const Value size = select(less(rows, k), -1, abs(dynamic_index_axis(a, -1, k)));  // [.., m]
  const Value p = argmax(size, -1, true);                                           // [.., 1], the pivot's row
  const Value is_k = equal(rows, k), is_p = equal(rows, p);                         // [m], [.., m]
  const Value row_k = dynamic_index_axis(a, -2, k);                                 // [.., n]
  const Value row_p = sum(select(expand_dims(is_p, -1), a, zeros_like(a)), {-2});   // [.., n]
  const Value swapped = select(expand_dims(is_k, -1), expand_dims(row_p, -2),
                               select(expand_dims(is_p, -1), expand_dims(row_k, -2), a));
  const Value at_k = dynamic_index_axis(permutation, -1, k);                                  // [..]
  const Value at_p = sum(select(is_p, permutation, zeros_like(permutation)), {-1}, true);     // [.., 1]
  const Value order = select(is_k, at_p, select(is_p, expand_dims(at_k, -1), permutation));   // [.., m]
  const Value parity = select(equal(squeeze(p, {-1}), k), state[2], -state[2]);
  const Value pivot = expand_dims(dynamic_index_axis(row_p, -1, k), -1);                      // [.., 1]
  const Value quotient = dynamic_index_axis(swapped, -1, k) / select(equal(abs(pivot), 0), ones_like(pivot), pivot);
  const Value factor = expand_dims(select(greater(rows, k), quotient, zeros_like(quotient)), -1);          // [.., m, 1]
  const Value row = expand_dims(select(greater(columns, k), row_p, zeros_like(row_p)), -2);                // [.., 1, n]
  const Value is_factor = logical_and(expand_dims(greater(rows, k), -1), equal(columns, k));               // [m, n]
  return {select(is_factor, factor, swapped - factor * row), order, parity};
}

// a -> packed factors, permutation, parity.
struct LuOp : NoFields, MatrixBatch<LuOp> {
  static constexpr std::string_view kName = "hilo.lu";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_matrix(in[0], false);
    Dims rows = in[0].dims;
    rows.pop_back();
    return {in[0], {kI32, std::move(rows)}, {in[0].dtype, batch_of(in[0].dims)}};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([&](std::span<const Value> p) {
      const Value a = p[0], rows = iota({kI32, {a.dim(-2)}});
      const std::vector<Shape> out = infer(in);
      const std::vector<Value> start = {a, broadcast_to(rows, out[1].dims), ones(out[2])};
      const Dim steps = std::min(a.dim(-2), a.dim(-1));
      return steps == 0 ? start : fori_loop(0, steps, start, eliminate);  // no row has a pivot in nothing
    }, in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    if (in[0].dim(-1) != in[0].dim(-2)) return {};
    return kernel_for(platform, "hilo_lu", in, infer(in));
  }
  // With L and U made square by the identity, L^-1 dA U^-1 is a strictly lower part, which is L^-1 dL, and an upper one.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Value packed = v.outs[0];
    const Dim m = packed.dim(-2), n = packed.dim(-1), k = std::min(m, n);
    const Value d_a = take_along_axis(v.d_in[0], expand_dims(v.outs[1], -1), -2);  // [.., m, n]
    const Value l = pad_axis(slice_axis(packed, -1, 0, k), 0, -1, 0, m - k);       // [.., m, m]
    const Value below = iota({kI32, {n, 1}}), right = iota({kI32, {n}});
    const Value padded = pad_axis(slice_axis(packed, -2, 0, k), 0, -2, 0, n - k);
    const Value u = select(logical_and(equal(below, right), greater_equal(below, k)), ones_like(padded), padded);  // [.., n, n]
    const Value left = triangular_solve(l, d_a, {.has_unit_diagonal = true});
    const Value both = triangular_solve(u, left, {.is_left = false, .is_lower = false});
    const Value unit_l = tril(l, -1) + identity_like(l, m);
    return {exact_matmul(unit_l, tril(both, -1)) + exact_matmul(triu(both), triu(u)), Value(), Value()};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return reverse_of([this](const Jvp& j) { return jvp(j); }, v);
  }
};

// (a, b) of one batch -> x
struct Solve : NoFields, MatrixBatch<Solve> {
  static constexpr std::string_view kName = "hilo.solve";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    expect_matrix(in[0], true);
    expect_matrix(in[1], false);
    if (in[0].dtype != in[1].dtype || in[0].dim(-1) != in[1].dim(-2)) {
      throw OpError({.problem = "b does not fit a", .got = {in.begin(), in.end()}, .expected = "[.., n, n] and [.., n, k] (or [n]) of one dtype"});
    }
    return {in[1]};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([](std::span<const Value> p) {
      const Lu f = lu(p[0]);
      const Value b = take_along_axis(p[1], expand_dims(f.permutation, -1), -2);
      const Value y = triangular_solve(f.packed, b, {.has_unit_diagonal = true});
      return std::vector{triangular_solve(f.packed, y, {.is_lower = false})};
    }, in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_solve", in, infer(in));
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Value moved = v.d_in[0] ? -exact_matmul(v.d_in[0], v.out) : Value();
    return {apply(Solve{}, {v.in[0], add_tangents(v.d_in[1], moved)})};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Value d_b = apply(Solve{}, {matrix_transpose(v.in[0]), v.d_out});
    return {-exact_matmul(d_b, matrix_transpose(v.out)), d_b};
  }
};

// Elements of a small matrix: [.., n, n] -> [..].
Value element(Value a, Dim row, Dim column) { return index_axis(index_axis(a, -2, row), -1, column); }

Value minor_of(Value a, Dim first, Dim second) {  // of rows 1 and 2 of a 3 x 3
  return element(a, 1, first) * element(a, 2, second) - element(a, 1, second) * element(a, 2, first);
}

// The tangent of a determinant: the trace of adj(a) d_a, adj(a) = det(a) a^-1, which has a limit where the last pivot is
// zero. With P a = L U, y = L^-1 P d_a, and U parted into [U' c; 0 u], the rows of adj(a) d_a are U'^-1 (det y' - c z) and,
// last, z = det / u y. Where an earlier pivot is zero, the tangent is taken for zero.
Value determinant_tangent(Value a, Value d_a) {
  const Lu f = lu(a);
  const Dim last = a.dim(-1) - 1;
  const Value rest = f.parity * prod(diagonal(slice_axis(slice_axis(f.packed, -1, 0, last), -2, 0, last)), {-1});  // [..]
  const auto outer = [](Value v) { return expand_dims(v, Axes{-1, -2}); };                                         // [.., 1, 1]
  const Value is_regular = broadcast_to(outer(not_equal(rest, zeros_like(rest))), a.dims());
  const Value packed = select(is_regular, f.packed, identity_like(a, a.dim(-1)));
  const Value y = triangular_solve(packed, take_along_axis(d_a, expand_dims(f.permutation, -1), -2), {.has_unit_diagonal = true});
  const Value z = outer(rest) * slice_axis(y, -2, last, kEnd);                                                     // [.., 1, n]
  const Value top = slice_axis(packed, -2, 0, last);                                                               // [.., n-1, n]
  const Value above = outer(rest * element(f.packed, last, last)) * slice_axis(y, -2, 0, last) - exact_matmul(slice_axis(top, -1, last, kEnd), z);
  const Value product = concatenate({triangular_solve(slice_axis(top, -1, 0, last), above, {.is_lower = false}), z}, -2);
  return trace(select(is_regular, product, zeros_like(product)));
}

}  // namespace

void list_lu_ops(OpTable& table) {
  table.add<LuOp>();
  table.add<Solve>();
}

Lu lu(Operand x) {
  const std::vector<Value> out = apply_all(LuOp{}, promote("lu", {x}), x.where);
  return {out[0], out[1], out[2]};
}

Value lower_factor(const Lu& lu) {
  const Value l = slice_axis(lu.packed, -1, 0, std::min(lu.packed.dim(-2), lu.packed.dim(-1)));
  return tril(l, -1) + eye(l.dim(-2), l.dtype(), l.dim(-1));
}
Value upper_factor(const Lu& lu) {
  return triu(slice_axis(lu.packed, -2, 0, std::min(lu.packed.dim(-2), lu.packed.dim(-1))));
}

Value solve(Operand a, Operand b) {
  const CallSite site(a.where);
  Value x = matrix_of("solve", a, true), y = promote("solve", {b})[0];
  const bool is_vector = y.rank() == 1;
  if (is_vector) y = expand_dims(y, -1);
  if (y.rank() >= 2) broadcast_batches("solve", x, y);
  const Value solution = apply(Solve{}, {x, y});
  return is_vector ? squeeze(solution, {-1}) : solution;
}

Value inv(Operand a) {
  const CallSite site(a.where);
  const Value x = matrix_of("inv", a, true);
  return solve(x, identity_like(x, x.dim(-1)));
}

Value det(Operand a) {
  const CallSite site(a.where);
  const Value x = matrix_of("det", a, true);
  switch (x.dim(-1)) {
    case 0: return ones({x.dtype(), batch_of(x.dims())});
    case 1: return element(x, 0, 0);
    case 2: return element(x, 0, 0) * element(x, 1, 1) - element(x, 0, 1) * element(x, 1, 0);
    case 3: return element(x, 0, 0) * minor_of(x, 1, 2) - element(x, 0, 1) * minor_of(x, 0, 2) + element(x, 0, 2) * minor_of(x, 0, 1);
    default: break;
  }
  const auto product_of_pivots = [](std::span<const Value> p) {
    const Lu f = lu(p[0]);
    return std::vector{f.parity * prod(diagonal(f.packed), {-1})};
  };
  const auto tangent = [](std::span<const Value> p, std::span<const Value>, std::span<const Value> t) {
    return std::vector{determinant_tangent(p[0], t[0])};
  };
  return custom_jvp({x}, product_of_pivots, tangent)[0];
}

SignAndLog slogdet(Operand a) {
  const CallSite site(a.where);
  const Value x = matrix_of("slogdet", a, true);
  if (x.dim(-1) == 0) {
    const Shape one{x.dtype(), batch_of(x.dims())};
    return {ones(one), zeros(one.with(part_dtype(one.dtype)))};
  }
  const Lu f = lu(x);
  const Value pivots = diagonal(f.packed);
  return {f.parity * prod(sign(pivots), {-1}), sum(log(abs(pivots)), {-1})};
}

}  // namespace hilo
