#pragma once
#include <optional>
#include <variant>
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/ops/scatter.h"

// NumPy's x[..] and JAX's x.at[..]: one entry an axis, from the first.
//
//     x[0, :, 1:-1]        index(x, {0, kAll, Range{1, -1}})
//     x[..., ::-1, None]   index(x, {kEllipsis, Range{.step = -1}, kNewAxis})
//     x[rows, :, columns]  index(x, {rows, kAll, columns})
//     x.at[2, 1:].add(u)   index_add(x, {2, Range{1}}, u)
namespace hilo {

/// Positions from `start` to before `stop`, every `step`-th, backwards if it is negative. Ends that
/// are not given are those of the axis, negative ones count from the back, and those beyond are
/// moved to the nearest end, all as in Python.
struct Range {
  std::optional<Dim> start{}, stop{};
  Dim step = 1;
};
inline constexpr Range kAll{};  ///< the whole axis, as :
struct NewAxis {};
inline constexpr NewAxis kNewAxis{};  ///< an axis of length 1 of the result, as None
struct Ellipsis {};
inline constexpr Ellipsis kEllipsis{};  ///< as many whole axes as are left, as ...

/// One entry: a number (the axis goes), a Range, kNewAxis, kEllipsis, or a tensor of integers.
struct Entry {
  template <std::integral T>
  Entry(T number) : what(static_cast<Dim>(number)) {}
  Entry(Range range) : what(range) {}
  Entry(NewAxis axis) : what(axis) {}
  Entry(Ellipsis rest) : what(rest) {}
  Entry(Value indices) : what(indices) {}

  std::variant<Dim, Range, NewAxis, Ellipsis, Value> what;
};
using Entries = std::vector<Entry>;

/// The elements that the entries say. Tensors of indices, and the numbers beside them, broadcast
/// against each other; their axes stand where they were, or in front if other entries come between.
/// Negative indices count from the back; others outside are moved to the nearest end.
/// Throws:  OpError for more entries than axes, two ellipses, a step of 0, a number or a constant
///          index outside of its axis, indices that are no integers (booleans: `where`, `compress`).
/// Gradient: to x; indices that repeat add up.
Value index(Operand x, Entries entries);

// x with those elements changed by `updates`, which broadcast to what `index` gives. Indices outside
// are dropped; where they repeat, index_set keeps one of the updates, the others take all.
// Throws:  as `index`, and OpError for updates that do not fit.

Value index_set(Operand x, Entries entries, Operand updates);
Value index_add(Operand x, Entries entries, Operand updates);
Value index_multiply(Operand x, Entries entries, Operand updates);
Value index_max(Operand x, Entries entries, Operand updates);
Value index_min(Operand x, Entries entries, Operand updates);
Value index_update(Operand x, Entries entries, Operand updates, Update update);

}  // namespace hilo
