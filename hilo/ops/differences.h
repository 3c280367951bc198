#pragma once
#include <optional>
#include <vector>

#include "hilo/graph/value.h"

// Differences of neighbours, and what is made of them. Running totals stand in
// hilo/ops/cumulative.h.
namespace hilo {

struct DiffOptions {
  int order = 1;  ///< how often
  int axis = -1;
  std::optional<Value> prepend{}, append{};  ///< what is joined to x before
};
/// Each element minus the one before it along an axis, which gets shorter by `order`. Of booleans:
/// whether they differ.
/// Throws:  OpError if `order` is negative.
Value diff(Operand x, DiffOptions options = {});
/// The same of all elements in row-major order.
Value ediff1d(Operand x);

/// Slopes along `axis`: half the difference of both neighbours, at the ends that to the one there
/// is, over `spacing`: a number, or a vector of positions along the axis.
/// Throws:  OpError if the axis is shorter than 2, or there is not a position for each element.
/// Source:  numpy.gradient (edge_order=1).
Value gradient(Operand x, int axis, Operand spacing = 1);
/// The same along each of `axes` (all of them if none is named).
std::vector<Value> gradient(Operand x, Axes axes = {});

struct TrapezoidOptions {
  double dx = 1;             ///< distance of neighbours
  std::optional<Value> x{};  ///< or the positions: a vector, or of y's dims
  int axis = -1;
};
/// The area below y by straight lines from point to point.
Value trapezoid(Operand y, TrapezoidOptions options = {});

/// x with whole periods added so that neighbours along `axis` are at most half a period apart.
Value unwrap(Operand x, int axis = -1, double period = 6.283185307179586);

}  // namespace hilo
