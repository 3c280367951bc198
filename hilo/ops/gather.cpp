#include "hilo/ops/gather.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/indexed_windows.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/scatter.h"

namespace hilo {
namespace {

struct Gather {
  static constexpr std::string_view kName = "gather";
  GatherDimensionNumbers dimension_numbers;
  Dims slice_sizes;
  bool indices_are_sorted = false;

  static void fields(auto&& field) {
    field("dimension_numbers", &Gather::dimension_numbers);
    field("slice_sizes", &Gather::slice_sizes);
    field("indices_are_sorted", &Gather::indices_are_sorted);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    expect_kind(in.first(1), kAnyKind);
    const Shape& x = in[0];
    if (slice_sizes.size() != x.dims.size()) {
      throw OpError(
          {.problem = "slice_sizes = " + to_string(slice_sizes) + " does not fit the rank",
           .expected = "a length for each axis of x", .constraint = "C20"});
    }
    const IndexedWindows w(dimension_numbers, slice_sizes);
    w.check(x, in[1], true);  // C1-C8, C10, C11, C13-C19
    for (std::size_t d = 0; d < x.dims.size(); ++d) {
      if (slice_sizes[d] < 0 || (x.dims[d] != kDynamic && slice_sizes[d] > x.dims[d])) {
        throw OpError({.problem = "slice_sizes = " + to_string(slice_sizes) +
                                  " does not fit axis " + std::to_string(d),
                       .expected = "0 <= slice_sizes <= lengths of x", .constraint = "C21"});
      }
    }
    for (const Axes& left_out : {w.collapsed, w.batching}) {
      for (std::int64_t d : left_out) {
        if (slice_sizes[static_cast<std::size_t>(d)] > 1) {
          throw OpError({.problem = "the window is longer than 1 on axis " + std::to_string(d),
                         .expected = "length 1 on collapsed and batching axes", .constraint = "C9, C12"});
        }
      }
    }
    return {{x.dtype, w.windowed_dims(in[1].dims)}};  // C22, C23
  }

  [[nodiscard]] Function decomposition(Shapes in) const {
    const IndexedWindows w(dimension_numbers, slice_sizes);
    if (w.batching.empty()) return {};
    const auto unpaired = [&](std::span<const Value> p) {
      return std::vector{gather(p[0], w.in_rows(p[1]), w.unpaired().for_gather(), slice_sizes)};
    };
    return trace(unpaired, in);
  }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    if (!is_differentiable(v.d_out.dtype())) return {Value(), Value()};
    const IndexedWindows w(dimension_numbers, slice_sizes);
    return {scatter(zeros_like(v.in[0]), w.clamped(v.in[1], v.in[0].dims()), v.d_out,
                    w.for_scatter(), Update::kAdd, {.indices_are_sorted = indices_are_sorted}),
            Value()};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {v.d_in[0]
                ? gather(v.d_in[0], v.in[1], dimension_numbers, slice_sizes, indices_are_sorted)
                : Value()};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const IndexedWindows w = IndexedWindows(dimension_numbers, slice_sizes)
                                 .batched(b.is_batched[0], b.is_batched[1], b.size);
    const bool is_sorted = indices_are_sorted && !b.is_batched[1];
    return {gather(b.in[0], b.in[1], w.for_gather(), w.sizes, is_sorted)};
  }
};

}  // namespace

void list_gather_ops(OpTable& table) { table.add<Gather>(); }

Value gather(Operand x, Operand indices, GatherDimensionNumbers numbers, Dims slice_sizes,
             bool indices_are_sorted) {
  return apply(Gather{std::move(numbers), std::move(slice_sizes), indices_are_sorted},
               {x.value, indices.value}, x.where);
}

}  // namespace hilo
