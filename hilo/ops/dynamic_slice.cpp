#include "hilo/ops/dynamic_slice.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

// C2, C3 of dynamic_slice; C4, C5 of dynamic_update_slice.
void expect_starts(Shapes in, Shapes starts) {
  bool fits = starts.size() == in[0].dims.size();
  for (const Shape& s : starts) fits = fits && s == starts[0] && s.is_scalar() && is_integer(s.dtype);
  if (fits) return;
  throw OpError({.problem = "the starts do not fit", .got = {in.begin(), in.end()},
                 .expected = "an integer scalar for each axis, all of one dtype"});
}

std::vector<Operand> as_operands(std::span<const Value> values) { return {values.begin(), values.end()}; }

// One example after the other, side by side: for starts that differ from example to example.
std::vector<Value> example_by_example(const Batch& b, auto rule) {
  std::vector<Value> results;
  for (Dim i = 0; i < b.size; ++i) {
    std::vector<Value> in;
    for (std::size_t k = 0; k < b.in.size(); ++k) in.push_back(b.is_batched[k] ? index_axis(b.in[k], 0, i) : b.in[k]);
    results.push_back(rule(std::span<const Value>(in)));
  }
  return {stack(results, 0)};
}

// The starts with the batch axis's in front.
std::vector<Operand> batched_starts(std::span<const Value> starts) {
  std::vector<Operand> result = as_operands(starts);
  result.insert(result.begin(), 0);
  return result;
}

bool any_batched(const Batch& b, std::size_t first) {
  return std::find(b.is_batched.begin() + static_cast<std::ptrdiff_t>(first), b.is_batched.end(), true) != b.is_batched.end();
}

struct DynamicSlice {
  static constexpr std::string_view kName = "dynamic_slice";
  Dims slice_sizes;

  static void fields(auto&& field) { field("slice_sizes", &DynamicSlice::slice_sizes); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (in.empty()) expect_count(in, 1);
    expect_starts(in, in.subspan(1));  // C2, C3
    bool fits = slice_sizes.size() == in[0].dims.size();
    for (std::size_t i = 0; fits && i < slice_sizes.size(); ++i) {
      fits = slice_sizes[i] >= 0 && (in[0].dims[i] == kDynamic || slice_sizes[i] <= in[0].dims[i]);  // C4
    }
    if (!fits) {
      throw OpError({.problem = "sizes of " + to_string(slice_sizes) + " do not fit", .got = {in.begin(), in.end()},
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
      return example_by_example(b, [&](std::span<const Value> in) {
        return dynamic_slice(in[0], as_operands(in.subspan(1)), slice_sizes);
      });
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
    expect_starts(in, in.subspan(2));                                                     // C4, C5
    bool fits = in[1].dtype == in[0].dtype && in[1].dims.size() == in[0].dims.size();     // C2, C3
    for (std::size_t i = 0; fits && i < in[0].dims.size(); ++i) {
      fits = in[0].dims[i] == kDynamic || in[1].dims[i] <= in[0].dims[i];                 // C6
    }
    if (!fits) {
      throw OpError({.problem = "the update does not fit", .got = {in.begin(), in.end()},
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
      return example_by_example(b, [](std::span<const Value> in) {
        return dynamic_update_slice(in[0], in[1], as_operands(in.subspan(2)));
      });
    }
    const std::vector<Value> both = all_batched({b.in.first(2), {b.is_batched[0], b.is_batched[1]}, b.size, b.transforms});
    return {dynamic_update_slice(both[0], both[1], batched_starts(b.in.subspan(2)))};
  }
};

// Numbers take the dtype of the other starts, i32 if all are numbers.
void append_starts(std::vector<Value>& operands, std::string_view op, const std::vector<Operand>& starts) {
  DType dtype = kI32;
  for (const Operand& s : starts) {
    if (s.value) dtype = s.value.dtype();
  }
  for (const Operand& s : starts) operands.push_back(s.value ? s.value : scalar_of(op, s.scalar, dtype, s.where));
}

// Starts of 0 but for one axis.
std::vector<Operand> starts_at(std::string_view op, const Operand& x, int axis, const Operand& start) {
  const int a = axis < 0 ? axis + x.value.rank() : axis;
  if (a < 0 || a >= x.value.rank()) {
    throw OpError({.op = std::string(op), .problem = "axis " + std::to_string(axis) + " is out of range",
                   .got = {x.value.shape()}, .expected = "-rank <= axis < rank"}, CallSite::current(x.where));
  }
  std::vector<Operand> starts(x.value.dims().size(), 0);
  starts[static_cast<std::size_t>(a)] = start;
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
  std::vector<Value> operands = {x.value, update.value ? update.value : convert(update, x.value.dtype())};
  append_starts(operands, DynamicUpdateSlice::kName, starts);
  return apply(DynamicUpdateSlice{}, operands, x.where);
}

Value dynamic_slice_axis(Operand x, int axis, Operand start, Dim size) {
  const CallSite site(x.where);
  std::vector<Operand> starts = starts_at("dynamic_slice_axis", x, axis, start);
  Dims sizes = x.value.dims();
  sizes[static_cast<std::size_t>(axis < 0 ? axis + x.value.rank() : axis)] = size;
  return dynamic_slice(x, std::move(starts), std::move(sizes));
}

Value dynamic_update_slice_axis(Operand x, Operand update, int axis, Operand start) {
  const CallSite site(x.where);
  return dynamic_update_slice(x, update, starts_at("dynamic_update_slice_axis", x, axis, start));
}

Value dynamic_index_axis(Operand x, int axis, Operand i) {
  const CallSite site(x.where);
  return squeeze(dynamic_slice_axis(x, axis, i, 1), {axis});
}

}  // namespace hilo
