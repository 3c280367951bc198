#pragma once
#include <optional>

#include "hilo/graph/value.h"

namespace hilo {

/// Which axes of a and b are paired in a product by groups; the names are CHLO's.
struct RaggedDotDimensionNumbers {
  static constexpr std::string_view kMnemonic = "chlo.ragged_dot";
  Axes lhs_batching_dimensions{}, rhs_batching_dimensions{};
  Axes lhs_contracting_dimensions{}, rhs_contracting_dimensions{};
  Axes lhs_ragged_dimensions{};  ///< the one axis of a whose places belong to groups
  Axes rhs_group_dimensions{};   ///< the one axis of b with a slice for each group, or none
  static void fields(auto&& field) {
    using Self = RaggedDotDimensionNumbers;
    field("lhs_batching_dimensions", &Self::lhs_batching_dimensions);
    field("rhs_batching_dimensions", &Self::rhs_batching_dimensions);
    field("lhs_contracting_dimensions", &Self::lhs_contracting_dimensions);
    field("rhs_contracting_dimensions", &Self::rhs_contracting_dimensions);
    field("lhs_ragged_dimensions", &Self::lhs_ragged_dimensions);
    field("rhs_group_dimensions", &Self::rhs_group_dimensions);
  }
};

/// Products of consecutive groups of rows, each with a matrix of its own: a mixture of experts.
/// Shapes:  [m, k] x [g, k, n] -> [m, n]; `group_sizes` [g] whole numbers. Rows beyond their sum give zeros.
/// Throws:  OpError as `ragged_dot_general`.
/// Example: ragged_dot(tokens, experts, counts)
Value ragged_dot(Operand a, Operand b, Operand group_sizes);

/// The general form. The ragged axis of a is one of three:
///   neither batching nor contracting: each group meets its own slice of b; the result is dot_general's without the group axis;
///   contracting: each group gives a product of its own; the result has them along a new first axis;
///   batching: the product is dot_general's, whatever the groups.
/// Throws:  OpError if axes do not fit or there is not one ragged axis; for group sizes of more than one axis.
/// Gradient: to a and b, step by step through the groups.
/// Cost:    on a CPU g products of all of a, masked; GPUs and TPUs have an op for it.
/// Source:  jax.lax.ragged_dot_general; CHLO's ragged_dot.
Value ragged_dot_general(Operand a, Operand b, Operand group_sizes, RaggedDotDimensionNumbers numbers, std::optional<DType> dtype = {});

}  // namespace hilo
