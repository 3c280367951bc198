#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "hilo/graph/value.h"

namespace hilo {

/// Copies x along new or unit axes.
/// Shapes:  x's axis i becomes axis `axes[i]` of `dims`; x.dim(i) is 1 or dims[axes[i]].
/// Throws:  OpError if `axes` has not one distinct entry per axis of x, or a length fits neither.
/// Source:  StableHLO spec, broadcast_in_dim (C1-C5).
Value broadcast_in_dim(Operand x, Dims dims, Axes axes);

/// NumPy's broadcast_to: x's axes are the last ones of `dims`; unit axes stretch.
Value broadcast_to(Operand x, Dims dims);

/// The dims that NumPy's rule gives for the shapes together. Throws OpError, naming `op`, if they do not fit.
Dims broadcast_dims(std::string_view op, Shapes shapes);

/// x as `broadcast_to` has it, to the lengths of another tensor; open ones are what they are when the program runs.
Value broadcast_like(Value x, Value other);

/// Each of the values as `broadcast_to` has it. Lengths that are open are, when the program runs, those of one of them
/// that has all of `dims`.
void broadcast_each(std::span<Value> values, const Dims& dims);

/// The dtype that holds every value of the others, if one of them does; C++ numbers do not count.
/// Throws OpError, naming `op`, with the cast that would help.
DType common_dtype(std::string_view op, Shapes shapes);

/// Operands as an elementwise op wants them: C++ numbers take the dtype of the tensors, dtypes are promoted where
/// nothing is lost, shapes are broadcast.
/// Throws:  OpError if all are numbers, a number does not fit the dtype, dtypes mix with loss, or shapes do not fit.
std::vector<Value> promote(std::string_view op, const std::vector<Operand>& operands);

/// The operand's Value as it is, or its C++ number as a scalar of `dtype`.
/// Throws:  OpError, naming `op`, if the number is fractional and the dtype is an integer, or out of range, or the Value
///          is empty.
Value tensor_of(std::string_view op, const Operand& operand, DType dtype);

}  // namespace hilo
