#include "hilo/ops/slice.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct Slice : LinearJvp<Slice> {
  static constexpr std::string_view kName = "slice";
  Dims start_indices, limit_indices, strides;

  static void fields(auto&& field) {
    field("start_indices", &Slice::start_indices);
    field("limit_indices", &Slice::limit_indices);
    field("strides", &Slice::strides);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    const std::size_t rank = in[0].dims.size();
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem) + " (start = " + to_string(start_indices) +
                                 ", limit = " + to_string(limit_indices) +
                                 ", strides = " + to_string(strides) + ")",
                      .got = {in[0]},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (start_indices.size() != rank || limit_indices.size() != rank ||
        strides.size() != rank) {
      throw refuse("a list does not match the rank", "a start, a limit and a stride for each axis", "C2");
    }
    Shape out = in[0];  // C1
    for (std::size_t i = 0; i < rank; ++i) {
      const Dim start = start_indices[i], limit = limit_indices[i], n = in[0].dims[i];
      if (start < 0 || start > limit || (n != kDynamic && limit > n)) {
        throw refuse("axis " + std::to_string(i) + " is cut outside of x",
                     "0 <= start <= limit <= length", "C3");
      }
      if (strides[i] <= 0) throw refuse("a stride is not positive", "strides of at least 1", "C4");
      out.dims[i] = (limit - start + strides[i] - 1) / strides[i];                             // C5
    }
    return {out};
  }
  // Back to their places: zeros before, between and behind.
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    Dims high, interior;
    for (std::size_t i = 0; i < strides.size(); ++i) {
      const Dim taken = v.d_out.dims()[i];
      const Dim behind_last =
          taken == 0 ? start_indices[i] : start_indices[i] + (taken - 1) * strides[i] + 1;
      high.push_back(v.in[0].dims()[i] - behind_last);
      interior.push_back(strides[i] - 1);
    }
    return {pad(v.d_out, 0,
                {.low = start_indices, .high = std::move(high), .interior = std::move(interior)})};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const auto with_first = [](Dims list, Dim first) {
      list.insert(list.begin(), first);
      return list;
    };
    return {slice(b.in[0], with_first(start_indices, 0), with_first(limit_indices, b.size),
                  with_first(strides, 1))};
  }
};

Value slice_of_axis(const Operand& x, int axis, Dim start, Dim limit, Dim stride) {
  const auto a = static_cast<std::size_t>(axis);
  Dims starts(x.value.dims().size(), 0), limits = x.value.dims(), strides(starts.size(), 1);
  starts[a] = start;
  limits[a] = limit;
  strides[a] = stride;
  return slice(x, std::move(starts), std::move(limits), std::move(strides));
}

}  // namespace

void list_slice_ops(OpTable& table) { table.add<Slice>(); }

Value slice(Operand x, Dims start, Dims limit, Dims strides) {
  if (strides.empty()) strides.assign(start.size(), 1);
  const bool is_whole = limit == x.value.dims() &&
                        std::ranges::all_of(start, [](Dim i) { return i == 0; }) &&
                        std::ranges::all_of(strides, [](Dim i) { return i == 1; }) &&
                        start.size() == limit.size() && strides.size() == limit.size();
  if (is_whole) return x.value;
  Slice op;
  op.start_indices = std::move(start);
  op.limit_indices = std::move(limit);
  op.strides = std::move(strides);
  return apply(std::move(op), {x.value}, x.where);
}

Value slice_axis(Operand x, int axis, Dim start, Dim limit, Dim stride) {
  const CallSite site(x.where);
  axis = normalized_axis("slice_axis", x, axis);
  const Dim n = x.value.dim(axis);
  const Dim from = start < 0 ? start + n : start;
  const Dim to = limit == kEnd ? n : limit < 0 ? limit + n : limit;
  if (from < 0 || to < 0 || from > n || to > n || stride < 1) {
    throw OpError({.op = "slice_axis",
                   .problem = "cannot take " + std::to_string(start) + ":" +
                              (limit == kEnd ? "" : std::to_string(limit)) + ":" +
                              std::to_string(stride) + " of axis " + std::to_string(axis),
                   .got = {x.value.shape()},
                   .expected = "positions from -length to length, a stride of at least 1"},
                  CallSite::current(x.where));
  }
  return slice_of_axis(x, axis, from, std::max(from, to),
                       stride);  // nothing, as in NumPy, if the end comes first
}

Value index_axis(Operand x, int axis, Dim i) {
  const CallSite site(x.where);
  axis = normalized_axis("index_axis", x, axis);
  const Dim n = x.value.dim(axis), at = i < 0 ? i + n : i;
  if (at < 0 || at >= n) {
    throw OpError(
        {.op = "index_axis",
         .problem = "no element " + std::to_string(i) + " on axis " + std::to_string(axis),
         .got = {x.value.shape()},
         .expected = "-length <= i < length"},
        CallSite::current(x.where));
  }
  return squeeze(slice_of_axis(x, axis, at, at + 1, 1), {axis});
}

std::vector<Value> split(Operand x, int count, int axis) {
  const CallSite site(x.where);
  axis = normalized_axis("split", x, axis);
  if (count < 1 || x.value.dim(axis) % count != 0) {
    throw OpError({.op = "split",
                   .problem = "axis " + std::to_string(axis) + " is no " + std::to_string(count) +
                              " equal pieces",
                   .got = {x.value.shape()},
                   .expected = "a count that divides the length"},
                  CallSite::current(x.where));
  }
  return split(x, Dims(static_cast<std::size_t>(count), x.value.dim(axis) / count), axis);
}

std::vector<Value> split(Operand x, Dims lengths, int axis) {
  const CallSite site(x.where);
  axis = normalized_axis("split", x, axis);
  const bool is_negative = std::ranges::any_of(lengths, [](Dim n) { return n < 0; });
  if (is_negative || std::accumulate(lengths.begin(), lengths.end(), Dim{0}) != x.value.dim(axis)) {
    throw OpError({.op = "split",
                   .problem = "pieces of " + to_string(lengths) + " do not make up axis " +
                              std::to_string(axis),
                   .got = {x.value.shape()},
                   .expected = "lengths that add up to the axis"},
                  CallSite::current(x.where));
  }
  std::vector<Value> pieces;
  Dim start = 0;
  for (Dim n : lengths) {
    pieces.push_back(slice_of_axis(x, axis, start, start + n, 1));
    start += n;
  }
  return pieces;
}

}  // namespace hilo
