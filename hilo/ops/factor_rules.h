#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "hilo/ops/custom_call.h"
#include "hilo/ops/rules.h"

// What the rules of matrix factorisations share. Matrices are the last two axes; all before are a batch.
namespace hilo {

/// What the factorisations take: XLA's solvers have no narrower floats.
inline constexpr Kinds kMatrixKinds = (kFloats | kComplexes).from_bits(32);

/// Throws OpError unless x is a matrix (or a batch of them) of a dtype that has factorisations; asked for, square.
void expect_matrix(const Shape& x, bool is_square);
/// The operand of a composite, `op`, that must be such a matrix.
Value matrix_of(std::string_view op, const Operand& x, bool is_square);

/// The reverse rule of an op whose forward rule is given: that is linear in the tangents, and the cotangents of the
/// operands are those that its own reverse gives the tangents.
std::vector<Value> reverse_of(const std::function<std::vector<Value>(const Jvp&)>& forward, const Vjp& v);

/// The batch axis in front is one more of the axes before the matrices.
template <class Self>
struct MatrixBatch {
  std::vector<Value> batch(const Batch& b) const {
    return apply_all(static_cast<const Self&>(*this), all_batched(b), std::source_location::current());
  }
};

/// What stands in the place of an op where Hilo has a kernel: on the CPU, for operands that are not empty.
Function kernel_for(std::string_view platform, std::string name, Shapes in, const std::vector<Shape>& out,
                    const std::vector<CallAttribute>& attributes = {},
                    const std::vector<CustomOp::InPlace>& in_place = {});

/// The axes before the matrices of both broadcast against each other. Throws OpError, naming `op`, if they do not fit.
void broadcast_batches(std::string_view op, Value& a, Value& b);
/// The last two axes swapped, and conjugated.
Value matrix_transpose(Operand x);
Value adjoint(Operand x);
/// The identity in x's dtype, [.., n, n] broadcast to x's batch.
Value identity_like(Value x, Dim n);
/// x with zeros off its main diagonal.
Value diagonal_part(Value x);
/// 1 / (x_j - x_i) for i != j, and 0 for i = j; x [.., n].
Value reciprocal_differences(Value x);

}  // namespace hilo
