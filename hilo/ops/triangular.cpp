#include "hilo/ops/triangular.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/unary.h"

namespace hilo {

EnumWords words_of(Transposition) { return {"transpose", {"NO_TRANSPOSE", "TRANSPOSE", "ADJOINT"}}; }

namespace {

// The triangle of x that `options` say is read.
Value triangle(Value x, bool is_lower, bool has_unit_diagonal = false) {
  const int offset = has_unit_diagonal ? 1 : 0;
  return is_lower ? tril(x, -offset) : triu(x, offset);
}

struct Cholesky : MatrixBatch<Cholesky> {
  static constexpr std::string_view kName = "cholesky";
  bool lower = true;

  static void fields(auto&& field) { field("lower", &Cholesky::lower); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    under("C2, C3", [&] { expect_matrix(in[0], true); });
    return {in[0]};              // C1
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_cholesky", in, infer(in), {{"is_lower", lower}});
  }
  // L^-1 dL is lower, and together with its adjoint L^-1 dA L^-H: so it is that one's lower half.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const auto half = [](Value x) { return (tril(x) + tril(x, -1)) * 0.5; };
    const Value d = half(lower ? v.d_in[0] : adjoint(v.d_in[0])), l = lower ? v.out : adjoint(v.out);
    const Value left = triangular_solve(l, d + adjoint(d));
    const Value d_l = exact_matmul(l, half(adjoint(triangular_solve(l, adjoint(left)))));
    return {lower ? d_l : adjoint(d_l)};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return reverse_of([this](const Jvp& j) { return jvp(j); }, v);
  }
};

struct TriangularSolve : MatrixBatch<TriangularSolve> {
  static constexpr std::string_view kName = "triangular_solve";
  bool left_side = true, lower = true, unit_diagonal = false;
  Transposition transpose_a = Transposition::kNone;

  static void fields(auto&& field) {
    field("left_side", &TriangularSolve::left_side);
    field("lower", &TriangularSolve::lower);
    field("unit_diagonal", &TriangularSolve::unit_diagonal);
    field("transpose_a", &TriangularSolve::transpose_a);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    under("C4", [&] { expect_matrix(in[0], true); });
    under("C1", [&] { expect_matrix(in[1], false); });
    Dims like = in[1].dims, a = in[0].dims;
    like[like.size() - (left_side ? 1 : 2)] = like[like.size() - (left_side ? 2 : 1)];
    if (!is_compatible({in[0].dtype, a}, {in[1].dtype, like})) {
      throw OpError({.problem = "b does not fit a", .got = {in.begin(), in.end()},
                     .expected = left_side ? "[.., n, n] and [.., n, k] of one dtype" : "[.., n, n] and [.., k, n] of one dtype", .constraint = "C2, C3, C6"});
    }
    return {in[1]};  // C7
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_triangular_solve", in, infer(in),
                      {{"is_left", left_side}, {"is_lower", lower}, {"has_unit_diagonal", unit_diagonal},
                       {"transposition", static_cast<std::int64_t>(transpose_a)}});
  }
  // The same system with op(a) transposed: where op(a) is the adjoint, that is the conjugate of a.
  [[nodiscard]] Value solve_transposed(Value a, Value b) const {
    TriangularSolve other = *this;
    other.transpose_a = transpose_a == Transposition::kNone ? Transposition::kTranspose : Transposition::kNone;
    if (transpose_a != Transposition::kAdjoint) return apply(other, {a, b});
    return conj(apply(other, {a, conj(b)}));
  }
  [[nodiscard]] Value applied(Value d_a) const {  // op of the part of d_a that is read
    const Value d = triangle(d_a, lower, unit_diagonal);
    if (transpose_a == Transposition::kNone) return d;
    return transpose_a == Transposition::kTranspose ? matrix_transpose(d) : adjoint(d);
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    Value d = v.d_in[1];  // d_b - op(d_a) x
    if (v.d_in[0]) {
      const Value moved = left_side ? exact_matmul(applied(v.d_in[0]), v.out) : exact_matmul(v.out, applied(v.d_in[0]));
      d = add_tangents(d, -moved);
    }
    return {apply(*this, {v.in[0], d})};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Value d_b = solve_transposed(v.in[0], v.d_out);
    const Value d_op = left_side ? exact_matmul(d_b, matrix_transpose(v.out)) : exact_matmul(matrix_transpose(v.out), d_b);
    const Value d_a = transpose_a == Transposition::kNone        ? d_op
                      : transpose_a == Transposition::kTranspose ? matrix_transpose(d_op)
                                                                 : adjoint(d_op);
    return {negate(triangle(d_a, lower, unit_diagonal)), d_b};
  }
};

}  // namespace

void list_triangular_ops(OpTable& table) {
  table.add<Cholesky>();
  table.add<TriangularSolve>();
}

Value cholesky(Operand x, bool is_lower) {
  const CallSite site(x.where);
  // XLA leaves what it finds in the other triangle.
  return triangle(hilo::apply(Cholesky{{}, is_lower}, promote("cholesky", {x})), is_lower);
}

Value triangular_solve(Operand a, Operand b, const TriangularSolveOptions& o) {
  const CallSite site(a.where);
  std::vector<Value> in = {promote("triangular_solve", {a})[0], promote("triangular_solve", {b})[0]};
  if (in[0].rank() >= 2 && in[1].rank() >= 2) broadcast_batches("triangular_solve", in[0], in[1]);
  return hilo::apply(TriangularSolve{{}, o.is_left, o.is_lower, o.has_unit_diagonal, o.transpose_a}, in);
}

}  // namespace hilo
