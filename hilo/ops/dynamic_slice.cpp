#include "hilo/ops/dynamic_slice.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/scatter.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

// C2, C3 of dynamic_slice; C4, C5 of dynamic_update_slice.
void expect_starts(Shapes in, Shapes starts) {
  bool fits = starts.size() == in[0].dims.size();
  for (const Shape& s : starts)
    fits = fits && s == starts[0] && s.is_scalar() && is_integer(s.dtype) && bits(s.dtype) >= 8;
  if (fits) return expect_kind(in, kAnyKind);
  throw OpError({.problem = "the starts do not fit",
                 .got = {in.begin(), in.end()},
                 .expected = "an integer scalar for each axis, all of one dtype"});
}

std::vector<Operand> as_operands(std::span<const Value> values) {
  return {values.begin(), values.end()};
}

// Starts that differ from example to example, as index rows: [b, rank].
Value index_rows(const Batch& b, std::size_t first) {
  std::vector<Value> columns;
  for (std::size_t k = first; k < b.in.size(); ++k) {
    columns.push_back(b.is_batched[k] ? b.in[k] : broadcast_to(b.in[k], {b.size}));
  }
  return stack(columns, 1);
}

Axes range(std::int64_t first, std::size_t count) {
  Axes axes(count);
  std::iota(axes.begin(), axes.end(), first);
  return axes;
}

// The starts with the batch axis's in front.
std::vector<Operand> batched_starts(std::span<const Value> starts) {
  std::vector<Operand> result = as_operands(starts);
  result.insert(result.begin(), 0);
  return result;
}

bool any_batched(const Batch& b, std::size_t first) {
  return std::find(b.is_batched.begin() + static_cast<std::ptrdiff_t>(first), b.is_batched.end(),
                   true) != b.is_batched.end();
}

struct DynamicSlice {
  static constexpr std::string_view kName = "dynamic_slice";
  Dims slice_sizes;

  static void fields(auto&& field) { field("slice_sizes", &DynamicSlice::slice_sizes); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (in.empty()) expect_count(in, 1);
    under("C2, C3", [&] { expect_starts(in, in.subspan(1)); });
    bool fits = slice_sizes.size() == in[0].dims.size();
    for (std::size_t i = 0; fits && i < slice_sizes.size(); ++i) {
      fits = slice_sizes[i] >= 0 &&
             (in[0].dims[i] == kDynamic || slice_sizes[i] <= in[0].dims[i]);  // C4
    }
    if (!fits) {
      throw OpError({.problem = "sizes of " + to_string(slice_sizes) + " do not fit",
                     .got = {in.begin(), in.end()},
                     .expected = "0 <= size <= length for each axis"});
    }
    return {{in[0].dtype, slice_sizes}};  // C1, C5
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    std::vector<Value> d_in(v.in.size());
    d_in[0] = dynamic_update_slice(zeros_like(v.in[0]), v.d_out, as_operands(v.in.subspan(1)));
    return d_in;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    if (!v.d_in[0]) return {Value()};
    return {dynamic_slice(v.d_in[0], as_operands(v.in.subspan(1)), slice_sizes)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    if (any_batched(b, 1)) {
      const std::size_t rank = slice_sizes.size();
      GatherDimensionNumbers n{
          .offset_dims = range(1, rank), .start_index_map = range(0, rank), .index_vector_dim = 1};
      Dims sizes = slice_sizes;
      if (b.is_batched[0]) {
        n.operand_batching_dims = n.start_indices_batching_dims = {0};
        n.start_index_map = range(1, rank);
        sizes.insert(sizes.begin(), 1);
      }
      return {gather(b.in[0], index_rows(b, 1), std::move(n), std::move(sizes))};
    }
    Dims sizes = slice_sizes;
    sizes.insert(sizes.begin(), b.size);
    return {dynamic_slice(b.in[0], batched_starts(b.in.subspan(1)), std::move(sizes))};
  }
};

struct DynamicUpdateSlice : NoFields {
  static constexpr std::string_view kName = "dynamic_update_slice";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (in.size() < 2) expect_count(in, 2);
    under("C4, C5", [&] { expect_starts(in, in.subspan(2)); });
    bool fits = in[1].dtype == in[0].dtype && in[1].dims.size() == in[0].dims.size();  // C2, C3
    for (std::size_t i = 0; fits && i < in[0].dims.size(); ++i) {
      fits = in[0].dims[i] == kDynamic || in[1].dims[i] <= in[0].dims[i];  // C6
    }
    if (!fits) {
      throw OpError({.problem = "the update does not fit",
                     .got = {in.begin(), in.end()},
                     .expected = "x's dtype and rank, and no axis longer than x's"});
    }
    return {in[0]};  // C1
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const std::vector<Operand> starts = as_operands(v.in.subspan(2));
    std::vector<Value> d_in(v.in.size());
    d_in[0] = dynamic_update_slice(v.d_out, zeros_like(v.in[1]), starts);
    d_in[1] = dynamic_slice(v.d_out, starts, v.in[1].dims());
    return d_in;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    if (!v.d_in[0] && !v.d_in[1]) return {Value()};
    const std::vector<Value> d = materialized(v.d_in.first(2), v.in.first(2));
    return {dynamic_update_slice(d[0], d[1], as_operands(v.in.subspan(2)))};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    if (any_batched(b, 2)) {
      const std::vector<Value> all = all_batched(b);
      const std::size_t rank = all.size() - 2;
      std::vector<Value> columns;  // moved inside, since scatter drops what sticks out
      for (std::size_t k = 0; k < rank; ++k) {
        const Value start = bits(all[k + 2].dtype()) < 32 ? convert(all[k + 2], kI32)
                                                          : all[k + 2];  // a u8 has no 300
        columns.push_back(clamp(0, start, all[0].dims()[k + 1] - all[1].dims()[k + 1]));
      }
      const ScatterDimensionNumbers n{.update_window_dims = range(1, rank),
                                      .input_batching_dims = {0},
                                      .scatter_indices_batching_dims = {0},
                                      .scatter_dims_to_operand_dims = range(1, rank),
                                      .index_vector_dim = 1};
      return {
          scatter(all[0], stack(columns, 1), all[1], n, Update::kSet, {.unique_indices = true})};
    }
    const std::vector<Value> both =
        all_batched({b.in.first(2), {b.is_batched[0], b.is_batched[1]}, b.size, b.transforms});
    return {dynamic_update_slice(both[0], both[1], batched_starts(b.in.subspan(2)))};
  }
};

// Numbers take the dtype of the other starts, i32 if all are numbers.
void append_starts(std::vector<Value>& operands, std::string_view op,
                   const std::vector<Operand>& starts) {
  DType dtype = kI32;
  for (const Operand& s : starts) {
    if (s.value) dtype = s.value.dtype();
  }
  for (const Operand& s : starts) operands.push_back(tensor_of(op, s, dtype));
}

// Starts of 0 but for one axis.
std::vector<Operand> starts_at(const Operand& x, int axis, const Operand& start) {
  std::vector<Operand> starts(x.value.dims().size(), 0);
  starts[static_cast<std::size_t>(axis)] = start;
  return starts;
}

}  // namespace

void list_dynamic_slice_ops(OpTable& table) {
  table.add<DynamicSlice>();
  table.add<DynamicUpdateSlice>();
}

Value dynamic_slice(Operand x, std::vector<Operand> starts, Dims sizes) {
  const CallSite site(x.where);
  std::vector<Value> operands = {x.value};
  append_starts(operands, DynamicSlice::kName, starts);
  return apply(DynamicSlice{std::move(sizes)}, operands, x.where);
}

Value dynamic_update_slice(Operand x, Operand update, std::vector<Operand> starts) {
  const CallSite site(x.where);
  std::vector<Value> operands = {x.value,
                                 update.value ? update.value : convert(update, x.value.dtype())};
  append_starts(operands, DynamicUpdateSlice::kName, starts);
  return apply(DynamicUpdateSlice{}, operands, x.where);
}

Value dynamic_slice_axis(Operand x, int axis, Operand start, Dim size) {
  const CallSite site(x.where);
  axis = normalized_axis("dynamic_slice_axis", x, axis);
  Dims sizes = x.value.dims();
  sizes[static_cast<std::size_t>(axis)] = size;
  return dynamic_slice(x, starts_at(x, axis, start), std::move(sizes));
}

Value dynamic_update_slice_axis(Operand x, Operand update, int axis, Operand start) {
  const CallSite site(x.where);
  return dynamic_update_slice(
      x, update, starts_at(x, normalized_axis("dynamic_update_slice_axis", x, axis), start));
}

Value dynamic_index_axis(Operand x, int axis, Operand i) {
  const CallSite site(x.where);
  return squeeze(dynamic_slice_axis(x, axis, i, 1), {axis});
}

}  // namespace hilo
