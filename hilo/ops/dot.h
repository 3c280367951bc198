#pragma once
#include <optional>
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/ops/exact_products.h"

namespace hilo {

/// Which axes of a and b are paired in a product.
struct DotDimensionNumbers {
  static constexpr std::string_view kMnemonic = "dot";
  Axes lhs_batching_dimensions{}, rhs_batching_dimensions{};
  Axes lhs_contracting_dimensions{}, rhs_contracting_dimensions{};
  static void fields(auto&& field) {
    field("lhs_batching_dimensions", &DotDimensionNumbers::lhs_batching_dimensions);
    field("rhs_batching_dimensions", &DotDimensionNumbers::rhs_batching_dimensions);
    field("lhs_contracting_dimensions", &DotDimensionNumbers::lhs_contracting_dimensions);
    field("rhs_contracting_dimensions", &DotDimensionNumbers::rhs_contracting_dimensions);
  }
};

/// Sums products of a and b over the contracting axes, one by one along the batching axes.
/// Shapes:  the result is [batching.., a's other axes.., b's other axes..].
/// Attributes: `dtype` of the result and of the sums; a's dtype if not given. bf16 x bf16 -> f32 is exact.
/// Throws:  OpError if axes are named twice or out of range, or paired lengths or dtypes differ.
/// Source:  StableHLO spec, dot_general (C1-C20).
Value dot_general(Operand a, Operand b, DotDimensionNumbers numbers, std::optional<DType> dtype = {});

/// NumPy's matmul: [.., m, k] x [.., k, n] -> [.., m, n]; the axes before broadcast; a vector is a row on the left and a
/// column on the right, and its axis goes.
/// Throws:  OpError for scalars, inner lengths that differ, axes that do not broadcast.
Value matmul(Operand a, Operand b);
/// The same, exact: what linear algebra is made of.
Value exact_matmul(Operand a, Operand b);

}  // namespace hilo
