#include "hilo/ops/indexed_windows.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/scatter.h"
#include "hilo/ops/select.h"

namespace hilo {
namespace {

bool contains(const Axes& axes, std::int64_t a) { return std::ranges::find(axes, a) != axes.end(); }
Dim at(const Dims& dims, std::int64_t axis) { return dims[static_cast<std::size_t>(axis)]; }
std::int64_t ssize(const Axes& axes) { return static_cast<std::int64_t>(axes.size()); }

Axes joined(Axes a, const Axes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

bool is_unique(Axes axes) {
  std::ranges::sort(axes);
  return std::ranges::adjacent_find(axes) == axes.end();
}

bool is_inside(const Axes& axes, std::int64_t rank) {
  return std::ranges::all_of(axes, [&](std::int64_t a) { return 0 <= a && a < rank; });
}

}  // namespace

IndexedWindows::IndexedWindows(const GatherDimensionNumbers& n, Dims slice_sizes)
    : window_dims(n.offset_dims),
      collapsed(n.collapsed_slice_dims),
      batching(n.operand_batching_dims),
      indices_batching(n.start_indices_batching_dims),
      start_map(n.start_index_map),
      index_vector_dim(n.index_vector_dim),
      sizes(std::move(slice_sizes)) {}

IndexedWindows::IndexedWindows(const ScatterDimensionNumbers& n, const Dims& x, const Dims& updates)
    : window_dims(n.update_window_dims),
      collapsed(n.inserted_window_dims),
      batching(n.input_batching_dims),
      indices_batching(n.scatter_indices_batching_dims),
      start_map(n.scatter_dims_to_operand_dims),
      index_vector_dim(n.index_vector_dim) {
  std::size_t next = 0;
  for (std::int64_t d = 0; d < ssize(x); ++d) {
    const bool is_left_out = contains(collapsed, d) || contains(batching, d);
    sizes.push_back(is_left_out ? std::min<Dim>(1, at(x, d)) : at(updates, window_dims.at(next++)));
  }
}

GatherDimensionNumbers IndexedWindows::for_gather() const {
  return {window_dims, collapsed, batching, indices_batching, start_map, index_vector_dim};
}

ScatterDimensionNumbers IndexedWindows::for_scatter() const {
  return {window_dims, collapsed, batching, indices_batching, start_map, index_vector_dim};
}

void IndexedWindows::check(const Shape& x, const Shape& indices, bool is_gather) const {
  const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
    return OpError({.problem = std::move(problem), .expected = std::move(expected), .constraint = std::move(constraint)});
  };
  const auto named = [&](const char* in_gather, const char* in_scatter) {
    return std::string(is_gather ? in_gather : in_scatter);
  };
  const std::string window = named("offset_dims", "update_window_dims"),
                    left_out = named("collapsed_slice_dims", "inserted_window_dims"),
                    batch = named("operand_batching_dims", "input_batching_dims"),
                    indices_batch =
                        named("start_indices_batching_dims", "scatter_indices_batching_dims"),
                    map = named("start_index_map", "scatter_dims_to_operand_dims");
  const std::int64_t rank = x.rank(), indices_rank = indices.rank();
  if (!is_integer(indices.dtype) || bits(indices.dtype) < 8)
    throw refuse("indices are no integers", "integer indices");
  if (rank != ssize(window_dims) + ssize(collapsed) + ssize(batching)) {
    throw refuse("the rank of x is not divided up",
                 window + ", " + left_out + " and " + batch + " with one entry per axis of x", named("C1", "C2"));
  }
  if (index_vector_dim < 0 || index_vector_dim > indices_rank) {
    throw refuse("index_vector_dim = " + std::to_string(index_vector_dim) + " is out of range",
                 "0 <= index_vector_dim <= rank of the indices", named("C2", "C22"));
  }
  const Dim row = index_vector_dim < indices_rank ? at(indices.dims, index_vector_dim) : 1;
  if (ssize(start_map) != row && row != kDynamic) {
    throw refuse(map + " has not one entry per index of a row", std::to_string(row) + " entries", named("C3", "C19"));
  }
  const std::int64_t windowed_rank =
      ssize(window_dims) + indices_rank - (index_vector_dim < indices_rank ? 1 : 0);
  if (!is_unique(window_dims) || !std::ranges::is_sorted(window_dims))
    throw refuse(window + " = " + to_string(window_dims) + " is not ascending",
                 "distinct, ascending axes", named("C4", "C7"));
  if (!is_inside(window_dims, windowed_rank))
    throw refuse(window + " = " + to_string(window_dims) + " is out of range",
                 named("axes of the result", "axes of the updates"), named("C5", "C8"));
  if (!is_unique(joined(collapsed, batching)))
    throw refuse(left_out + " and " + batch + " name an axis twice", "distinct axes", named("C6", "C9"));
  if (!std::ranges::is_sorted(collapsed))
    throw refuse(left_out + " = " + to_string(collapsed) + " is not ascending",
                 "ascending axes", named("C7", "C10"));
  if (!is_inside(collapsed, rank))
    throw refuse(left_out + " = " + to_string(collapsed) + " is out of range",
                 "axes of x", named("C8", "C11"));
  if (!std::ranges::is_sorted(batching))
    throw refuse(batch + " = " + to_string(batching) + " is not ascending",
                 "ascending axes", named("C10", "C12"));
  if (!is_inside(batching, rank))
    throw refuse(batch + " = " + to_string(batching) + " is out of range",
                 "axes of x", named("C11", "C13"));
  if (!is_unique(indices_batching))
    throw refuse(indices_batch + " names an axis twice", "distinct axes", named("C13", "C14"));
  if (!is_inside(indices_batching, indices_rank))
    throw refuse(indices_batch + " = " + to_string(indices_batching) + " is out of range",
                 "axes of the indices", named("C14", "C15"));
  if (contains(indices_batching, index_vector_dim))
    throw refuse(indices_batch + " names index_vector_dim", "other axes", named("C15", "C16"));
  if (batching.size() != indices_batching.size())
    throw refuse(batch + " and " + indices_batch + " do not pair",
                 "equal numbers of axes", named("C16", "C17"));
  for (std::size_t i = 0; i < batching.size(); ++i) {
    const Dim m = at(x.dims, batching[i]), n = at(indices.dims, indices_batching[i]);
    if (m != n && m != kDynamic && n != kDynamic) {
      throw refuse("batching axes " + std::to_string(batching[i]) + " and " +
                       std::to_string(indices_batching[i]) + " differ in length",
                   "equal lengths of paired axes", named("C17", "C18"));
    }
  }
  if (!is_unique(joined(start_map, batching)))
    throw refuse(map + " and " + batch + " name an axis twice", "distinct axes", named("C18", "C20"));
  if (!is_inside(start_map, rank))
    throw refuse(map + " = " + to_string(start_map) + " is out of range", "axes of x", named("C19", "C21"));
}

Axes IndexedWindows::index_axes(std::size_t count) const {
  Axes result;
  for (std::int64_t a = 0; result.size() < count; ++a) {
    if (!contains(window_dims, a)) result.push_back(a);
  }
  return result;
}

Dims IndexedWindows::windowed_dims(const Dims& indices) const {
  Dims outer = indices, inner;
  if (index_vector_dim < ssize(indices)) outer.erase(outer.begin() + index_vector_dim);
  for (std::int64_t d = 0; d < ssize(sizes); ++d) {
    if (!contains(collapsed, d) && !contains(batching, d)) inner.push_back(at(sizes, d));
  }
  Dims result;
  std::size_t next_outer = 0, next_inner = 0;
  for (std::int64_t a = 0; a < ssize(outer) + ssize(inner); ++a) {
    result.push_back(contains(window_dims, a) ? inner.at(next_inner++) : outer.at(next_outer++));
  }
  return result;
}

IndexedWindows IndexedWindows::batched(bool has_x, bool has_indices, Dim size) const {
  IndexedWindows w = *this;
  const bool is_window = !has_indices;  // the batch axis runs inside each window
  w.window_dims = shifted(window_dims, is_window);
  if (has_x) {
    w.collapsed = shifted(collapsed);
    w.batching = shifted(batching, has_indices);
    w.start_map = shifted(start_map);
    w.sizes.insert(w.sizes.begin(), is_window ? size : std::min<Dim>(1, size));
  }
  if (has_indices) {
    w.indices_batching = shifted(indices_batching, has_x);
    ++w.index_vector_dim;
  }
  return w;
}

IndexedWindows IndexedWindows::unpaired() const {
  IndexedWindows w = *this;
  w.collapsed = joined(collapsed, batching);
  std::ranges::sort(w.collapsed);
  w.start_map = joined(batching, start_map);
  w.batching.clear();
  w.indices_batching.clear();
  return w;
}

Value IndexedWindows::in_rows(Value indices) const {
  if (bits(indices.dtype()) < 32) indices = convert(indices, kI32);
  Dims rows = indices.dims();
  if (index_vector_dim == indices.rank()) rows.push_back(1);
  indices = reshape(indices, rows);
  rows[static_cast<std::size_t>(index_vector_dim)] = 1;
  std::vector<Value> columns;
  for (std::int64_t axis : indices_batching)
    columns.push_back(iota({indices.dtype(), rows}, static_cast<int>(axis)));
  columns.push_back(indices);
  return concatenate(columns, static_cast<int>(index_vector_dim));
}

Value IndexedWindows::last_starts(Value indices, const Dims& x) const {
  std::vector<double> last;
  for (std::int64_t axis : start_map) {
    last.push_back(
        std::min(static_cast<double>(at(x, axis) - at(sizes, axis)), max_finite(indices.dtype())));
  }
  if (index_vector_dim == indices.rank())
    return full({indices.dtype(), indices.dims()}, last.at(0));
  const Value row = constant(from_doubles({indices.dtype(), {ssize(start_map)}}, last));
  return broadcast_in_dim(row, indices.dims(), {index_vector_dim});
}

Value IndexedWindows::clamped(Value indices, const Dims& x) const {
  return clamp(zeros_like(indices), indices, last_starts(indices, x));
}

Value IndexedWindows::are_inside(Value indices, const Dims& x) const {
  Value inside = less_equal(indices, last_starts(indices, x));
  if (is_signed(indices.dtype())) inside = logical_and(inside, greater_equal(indices, 0));
  if (index_vector_dim < indices.rank()) inside = all(inside, {index_vector_dim});
  return broadcast_in_dim(inside, windowed_dims(indices.dims()), index_axes(inside.dims().size()));
}

}  // namespace hilo
