#pragma once
#include <optional>
#include <variant>
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/ops/scatter.h"

// NumPy's x[..] and JAX's x.at[..]: one entry an axis, from the first.
//
//     x[0, :, 1:-1]        index(x, {0, kAll, Slice{1, -1}})
//     x[..., ::-1, None]   index(x, {kEllipsis, Slice{.step = -1}, kNewAxis})
//     x[rows, :, columns]  index(x, {rows, kAll, columns})
//     x.at[2, 1:].add(u)   index_add(x, {2, Slice{1}}, u)
namespace hilo {

/// Positions from `start` to before `stop`, every `step`-th, backwards if it is negative. Ends that
/// are not given are those of the axis, negative ones count from the back, and those beyond are
/// moved to the nearest end, all as in Python.
struct Slice {
  std::optional<Dim> start{}, stop{};
  Dim step = 1;
};
inline constexpr Slice kAll{};  ///< the whole axis, as :
struct NewAxis {};
inline constexpr NewAxis kNewAxis{};  ///< an axis of length 1 of the result, as None
struct Ellipsis {};
inline constexpr Ellipsis kEllipsis{};  ///< as many whole axes as are left, as ...

/// One entry: a number (the axis goes), a Slice, kNewAxis, kEllipsis, or a tensor of integers.
struct IndexEntry {
  template <std::integral T>
  IndexEntry(T number) : what(static_cast<Dim>(number)) {}
  IndexEntry(Slice range) : what(range) {}
  IndexEntry(NewAxis axis) : what(axis) {}
  IndexEntry(Ellipsis rest) : what(rest) {}
  IndexEntry(Value indices) : what(indices) {}

  std::variant<Dim, Slice, NewAxis, Ellipsis, Value> what;
};
using IndexEntries = std::vector<IndexEntry>;

/// The elements that the entries say. Tensors of indices, and the numbers beside them, broadcast
/// against each other; their axes stand where they were, or in front if other entries come between.
/// Negative indices count from the back; others outside are moved to the nearest end.
/// Throws:  OpError for more entries than axes, two ellipses, a step of 0, a number or a constant
///          index outside of its axis, indices that are no integers (booleans: `where`,
///          `compress`).
/// Gradient: to x; indices that repeat add up.
Value index(Operand x, IndexEntries entries);

// x with those elements changed by `updates`, which broadcast to what `index` gives. Indices
// outside are dropped; where they repeat, index_set keeps one of the updates, the others take all.
// Throws:  as `index`, and OpError for updates that do not fit.

Value index_set(Operand x, IndexEntries entries, Operand updates);
Value index_add(Operand x, IndexEntries entries, Operand updates);
Value index_multiply(Operand x, IndexEntries entries, Operand updates);
Value index_max(Operand x, IndexEntries entries, Operand updates);
Value index_min(Operand x, IndexEntries entries, Operand updates);
Value index_update(Operand x, IndexEntries entries, Operand updates, Update update);

}  // namespace hilo
