#include "hilo/ops/searching.h"

#include <bit>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// Whether a comes before b where a NaN is larger than every number.
Value is_before(Value a, Value b) {
  if (!is_float(a.dtype())) return less(a, b);
  return logical_or(less(a, b), logical_and(not_equal(b, b), equal(a, a)));
}

// A vector, and values, of one dtype and without gradient.
struct Search {
  Value sorted, values;
  Search(std::string_view op, const Operand& vector, const Operand& wanted) {
    const Value s = promote(op, {vector})[0];
    const Value v = tensor_of(op, wanted, s.dtype());
    if (s.rank() != 1) {
      throw OpError({.op = std::string(op),
                     .problem = "what is searched is no vector",
                     .got = {s.shape(), v.shape()},
                     .expected = "one axis"},
                    CallSite::current(vector.where));
    }
    const DType dtype = common_dtype(op, std::vector{s.shape(), v.shape()});
    sorted = stop_gradient(convert(s, dtype));
    values = stop_gradient(convert(v, dtype));
  }
};

Value place_by_comparison(const Search& s, bool goes_behind) {
  const Value v = expand_dims(s.values, -1);  // [v.., 1]
  const Value is_passed =
      goes_behind ? logical_not(is_before(v, s.sorted)) : is_before(s.sorted, v);
  return sum(is_passed.as(kI32), {-1});
}

// All of [0, low) is before the place, nothing of [high, n).
Value place_by_bisection(const Search& s, bool goes_behind) {
  const Dim n = s.sorted.dim(0);
  const Shape places = s.values.shape().with(kI32);
  const auto step = [&](Value, std::span<const Value> state) {
    const Value low = state[0], high = state[1], middle = low + (high - low) / 2;
    const Value x = take(s.sorted, middle);
    const Value is_passed =
        goes_behind ? logical_not(is_before(s.values, x)) : is_before(x, s.values);
    const Value is_open = less(low, high), goes_up = logical_and(is_passed, is_open);
    return std::vector{select(goes_up, middle + 1, low), select(goes_up, high, middle)};
  };
  const auto steps = static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(n)));
  return fori_loop(0, steps, {zeros(places), full(places, n)}, step)[0];
}

Value place_in(const Search& s, SearchOptions options) {
  if (s.sorted.dim(0) == 0) return zeros(s.values.shape().with(kI32));
  return options.compares_all ? place_by_comparison(s, options.goes_behind)
                              : place_by_bisection(s, options.goes_behind);
}

Value flat(Value x) { return reshape(x, {x.size()}); }

Value is_true(Value x) { return x.dtype() == kI1 ? x : not_equal(x, zeros_like(x)); }

void expect_size(std::string_view op, const Operand& x, Dim size) {
  if (size >= 0) return;
  throw OpError({.op = std::string(op),
                 .problem = "a size of " + std::to_string(size),
                 .got = {x.value.shape()},
                 .expected = "a size of at least 0"},
                CallSite::current(x.where));
}

// The positions of the first `size` true elements of a vector; -1 behind the last.
Value found_positions(Value mask, Dim size) {
  const Value none = full({kI32, {size}}, -1);
  if (size == 0 || mask.size() == 0) return none;
  const Value places = cumulative_sum(mask.as(kI32), 0) - 1;
  return scatter_set(none, select(mask, places, size), iota({kI32, mask.dims()}), 0,
                     {.unique_indices = false});
}

}  // namespace

Value searchsorted(Operand sorted, Operand values, SearchOptions options) {
  const CallSite site(sorted.where);
  return place_in(Search("searchsorted", sorted, values), options);
}

Value digitize(Operand x, Operand bins, bool includes_right) {
  const CallSite site(x.where);
  const Search s("digitize", bins, x);
  const Dim n = s.sorted.dim(0);
  const SearchOptions options{.goes_behind = !includes_right};
  const Value place = place_in(s, options);
  if (n == 0) return place;
  Search backwards = s;
  backwards.sorted = reverse(s.sorted, 0);
  const Value from_back = n - place_in(backwards, options);
  const Value ascends = greater_equal(index_axis(s.sorted, 0, n - 1), index_axis(s.sorted, 0, 0));
  return select(ascends, place, from_back);
}

Value isin(Operand x, Operand candidates) {
  const CallSite site(x.where);
  const Value all = promote("isin", {candidates})[0];
  const Search s("isin", Operand(sort(flat(all)), candidates.where), x);
  if (s.sorted.dim(0) == 0) return zeros(s.values.shape().with(kI1));
  return equal(take(s.sorted, place_in(s, {})), s.values);
}

Value flatnonzero(Operand x, Dim size, Dim fill) {
  const CallSite site(x.where);
  expect_size("flatnonzero", x, size);
  const Value at = found_positions(is_true(flat(stop_gradient(x))), size);
  return select(less(at, 0), full(at.shape(), fill), at);
}

std::vector<Value> nonzero(Operand x, Dim size, Dim fill) {
  const CallSite site(x.where);
  expect_size("nonzero", x, size);
  const Value at = found_positions(is_true(flat(stop_gradient(x))), size);
  const Value is_none = less(at, 0), filler = full(at.shape(), fill);
  std::vector<Value> indices;
  Dim stride = x.value.size();
  for (Dim n : x.value.dims()) {
    stride = n == 0 ? 1 : stride / n;
    indices.push_back(select(is_none, filler, at / std::max<Dim>(stride, 1) % std::max<Dim>(n, 1)));
  }
  return indices;
}

Value argwhere(Operand x, Dim size, Dim fill) {
  const CallSite site(x.where);
  const std::vector<Value> indices = nonzero(x, size, fill);
  return indices.empty() ? zeros({kI32, {size, 0}}) : stack(indices, 1);
}

Value extract(Operand condition, Operand x, Dim size, Operand fill) {
  const CallSite site(x.where);
  const std::vector<Value> both = {promote("extract", {condition})[0], promote("extract", {x})[0]};
  if (both[0].dims() != both[1].dims()) {
    throw OpError({.op = "extract",
                   .problem = "the condition has other dims",
                   .got = {both[0].shape(), both[1].shape()},
                   .expected = "a condition for each element"},
                  CallSite::current(x.where));
  }
  return compress(Operand(flat(both[0]), condition.where), Operand(flat(both[1]), x.where), size, 0,
                  fill);
}

Value compress(Operand condition, Operand x, Dim size, int axis, Operand fill) {
  const CallSite site(x.where);
  expect_size("compress", x, size);
  const int a = normalized_axis("compress", x, axis);
  const Value mask = promote("compress", {condition})[0];
  if (mask.rank() != 1 || mask.dim(0) > x.value.dim(a)) {
    throw OpError({.op = "compress",
                   .problem = "the condition does not fit axis " + std::to_string(a),
                   .got = {mask.shape(), x.value.shape()},
                   .expected = "a vector, at most as long as the axis"},
                  CallSite::current(x.where));
  }
  const Value at = found_positions(is_true(stop_gradient(mask)), size);
  const Value filler = tensor_of("compress", fill, x.value.dtype());
  Dims dims = x.value.dims();
  dims[static_cast<std::size_t>(a)] = size;
  if (x.value.dim(a) == 0) return broadcast_to(filler, dims);
  const Value kept = take(x, select(less(at, 0), zeros_like(at), at), a);
  const Value is_none = broadcast_in_dim(less(at, 0), dims, {a});
  return select(is_none, broadcast_to(filler, dims), kept);
}

Unique unique(Operand x, Dim size, std::optional<Operand> fill_value) {
  const CallSite site(x.where);
  expect_size("unique", x, size);
  const Value all = flat(x.value);
  const Dim n = all.size();
  if (n == 0) {
    if (!fill_value) {
      throw OpError({.op = "unique",
                     .problem = "x is empty",
                     .got = {x.value.shape()},
                     .expected = "elements, or a fill_value"},
                    CallSite::current(x.where));
    }
    const Value none = zeros({kI32, {size}});
    return {broadcast_to(tensor_of("unique", *fill_value, all.dtype()), {size}), none,
            zeros(x.value.shape().with(kI32)), none, zeros({kI32, {}})};
  }
  const std::vector<Value> sorted = sort_by_first({all, iota({kI32, {n}})});
  const Value later = stop_gradient(slice_axis(sorted[0], 0, 1, n)),
              earlier = stop_gradient(slice_axis(sorted[0], 0, 0, n - 1));
  Value differs = not_equal(later, earlier);
  if (is_float(all.dtype()))
    differs = logical_and(differs, equal(earlier, earlier));  // NaN is last
  const Value is_first = concatenate({ones({kI1, {1}}), differs}, 0);
  const Value starts = found_positions(is_first, size + 1), is_none = less(starts, 0);
  const Value ends = select(is_none, full(starts.shape(), n), starts);
  const Value at = slice_axis(select(is_none, zeros_like(starts), starts), 0, 0, size);
  const Value count = sum(is_first.as(kI32));
  Value values = take(sorted[0], at);
  if (fill_value) {
    const Value filler = tensor_of("unique", *fill_value, all.dtype());
    values = select(less(iota(at.shape()), count), values, broadcast_to(filler, values.dims()));
  }
  const Value ranks = cumulative_sum(is_first.as(kI32), 0) - 1;
  const Value inverse =
      scatter_set(zeros({kI32, {n}}), sorted[1], ranks, 0, {.unique_indices = true});
  return {values, take(sorted[1], at), reshape(inverse, x.value.dims()),
          slice_axis(ends, 0, 1, size + 1) - slice_axis(ends, 0, 0, size), count};
}

Value bincount(Operand x, Dim length, std::optional<Operand> weights) {
  const CallSite site(x.where);
  expect_size("bincount", x, length);
  const Value given = promote("bincount", {x})[0];
  const Value numbers = given.dtype() == kI1 || bits(given.dtype()) < 32 ? given.as(kI32) : given;
  if (!is_integer(given.dtype()) && given.dtype() != kI1) {
    throw OpError({.op = "bincount",
                   .problem = "what is counted is no integers",
                   .got = {given.shape()},
                   .expected = "integers"},
                  CallSite::current(x.where));
  }
  const Value one = ones({kI32, {}});
  const Value by = broadcast_to(weights ? promote("bincount", {*weights})[0] : one, given.dims());
  if (length == 0) return zeros({by.dtype(), {0}});
  return scatter_add(zeros({by.dtype(), {length}}), flat(maximum(numbers, zeros_like(numbers))),
                     flat(by));
}

namespace {
Histogram counted(Value x, Value edges, const HistogramOptions& options, const Site& at) {
  const Dim bins = edges.rank() == 1 ? edges.dim(0) - 1 : 0;
  if (bins < 1) {
    throw OpError({.op = "histogram",
                   .problem = "no bins",
                   .got = {x.shape(), edges.shape()},
                   .expected = "a vector of at least two edges, or at least one bin"},
                  at);
  }
  const Value elements = flat(x);
  const Value last = index_axis(edges, 0, bins);
  const Value place = searchsorted(edges, elements, {.goes_behind = true});
  // Place 0 is below all bins, bins + 1 above; what lies on the last edge belongs to the last bin.
  const Value bin = select(equal(elements, last), full(place.shape(), bins), place) - 1;
  const Value is_inside = greater_equal(bin, 0);
  const Value weights =
      options.weights ? flat(convert(*options.weights, x.dtype())) : ones_like(elements);
  Value counts = scatter_add(zeros({x.dtype(), {bins}}),
                             select(is_inside, bin, full(bin.shape(), bins)), weights);
  if (options.is_density) {
    const Value widths = slice_axis(edges, 0, 1, kEnd) - slice_axis(edges, 0, 0, bins);
    counts = counts / widths / sum(counts);
  }
  return {counts, edges};
}
}  // namespace

Histogram histogram(Operand x, Dim bins, HistogramOptions options) {
  const CallSite site(x.where);
  const Site at = CallSite::current(x.where);
  const Value elements = stop_gradient(floating_of("histogram", x));
  const DType dtype = elements.dtype();
  Value low, high;
  if (options.range) {
    low = full({dtype, {}}, (*options.range)[0]);
    high = full({dtype, {}}, (*options.range)[1]);
  } else if (elements.size() == 0) {
    low = zeros({dtype, {}}), high = ones({dtype, {}});
  } else {
    low = min(elements), high = max(elements);
  }
  if (options.range && !((*options.range)[0] <= (*options.range)[1])) {
    throw OpError({.op = "histogram",
                   .problem = "a range of " + std::to_string((*options.range)[0]) + " to " +
                              std::to_string((*options.range)[1]),
                   .got = {elements.shape()},
                   .expected = "a range from low to high"},
                  at);
  }
  const Value is_point = equal(low, high);
  low = select(is_point, low - 0.5, low);
  high = select(is_point, high + 0.5, high);
  return counted(elements, linspace(low, high, std::max<Dim>(bins, 0) + 1), options, at);
}

Histogram histogram(Operand x, Value edges, HistogramOptions options) {
  const CallSite site(x.where);
  const Value elements = stop_gradient(floating_of("histogram", x));
  return counted(elements, stop_gradient(convert(edges, elements.dtype())), options,
                 CallSite::current(x.where));
}

}  // namespace hilo
