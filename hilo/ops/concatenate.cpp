#include "hilo/ops/concatenate.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

struct Concatenate : LinearJvp<Concatenate> {
  static constexpr std::string_view kName = "concatenate";
  std::int64_t dimension = 0;

  static void fields(auto&& field) { field("dimension", &Concatenate::dimension); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem),
                      .got = {in.begin(), in.end()},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (in.empty()) throw refuse("nothing to join", "at least one part", "C3");
    expect_kind(in, kAnyKind.from_bits(4));
    if (dimension < 0 || dimension >= in[0].rank()) {
      throw refuse("axis " + std::to_string(dimension) + " is out of range", "0 <= axis < rank", "C4");
    }
    const auto axis = static_cast<std::size_t>(dimension);
    Shape out = in[0];  // C5
    for (const Shape& s : in.subspan(1)) {
      if (s.dtype != in[0].dtype) throw refuse("dtypes differ", "equal dtypes", "C1");
      bool fits = s.dims.size() == out.dims.size();
      for (std::size_t i = 0; fits && i < s.dims.size(); ++i) {
        fits = i == axis || s.dims[i] == out.dims[i] || s.dims[i] == kDynamic ||
               out.dims[i] == kDynamic;
        if (fits && i != axis && out.dims[i] == kDynamic) out.dims[i] = s.dims[i];
      }
      if (!fits)
        throw refuse("parts differ outside of axis " + std::to_string(axis),
                     "equal lengths of all other axes", "C2");
      const bool is_dynamic = out.dims[axis] == kDynamic || s.dims[axis] == kDynamic;
      out.dims[axis] = is_dynamic ? kDynamic : out.dims[axis] + s.dims[axis];  // C6
    }
    return {out};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    Dims lengths;
    for (const Value& part : v.in)
      lengths.push_back(part.dims()[static_cast<std::size_t>(dimension)]);
    return split(v.d_out, std::move(lengths), static_cast<int>(dimension));
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {concatenate(all_batched(b), static_cast<int>(dimension) + 1)};
  }
};

// [.., n, ..] -> [.., before, n, after, ..] -> [.., before * n * after, ..].
Value multiplied(Value x, std::size_t axis, Dim before, Dim after) {
  Dims dims = x.dims(), joined = x.dims();
  const auto at = dims.begin() + static_cast<std::ptrdiff_t>(axis);
  joined[axis] *= before * after;
  dims.insert(dims.insert(at, before) + 2, after);
  Axes kept;
  for (std::size_t i = 0; i < x.dims().size(); ++i) {
    kept.push_back(static_cast<std::int64_t>(i < axis ? i : i == axis ? i + 1 : i + 2));
  }
  return reshape(broadcast_in_dim(x, std::move(dims), std::move(kept)), std::move(joined));
}

}  // namespace

void list_concatenate_ops(OpTable& table) { table.add<Concatenate>(); }

Value concatenate(Operands parts, int axis) {
  Concatenate op;
  const bool has_rank = !parts.values.empty() && parts.values[0];
  op.dimension = axis < 0 && has_rank ? axis + parts.values[0].rank() : axis;
  return apply(op, parts.values, parts.where);
}

Value stack(Operands parts, int axis) {
  const CallSite site(parts.where);
  std::vector<Shape> shapes;
  for (const Value& part : parts.values) shapes.push_back(part.shape());
  const bool are_equal =
      std::ranges::all_of(shapes, [&](const Shape& s) { return s == shapes[0]; });
  if (shapes.empty() || !are_equal) {
    throw OpError({.op = "stack",
                   .problem = shapes.empty() ? "nothing to stack" : "parts differ",
                   .got = std::move(shapes),
                   .expected = "at least one part, all of one shape and dtype"},
                  CallSite::current(parts.where));
  }
  axis = axis < 0 ? axis + shapes[0].rank() + 1 : axis;
  if (axis < 0 || axis > shapes[0].rank()) {
    throw OpError({.op = "stack",
                   .problem = "the new axis is out of range",
                   .got = std::move(shapes),
                   .expected = "-rank - 1 <= axis <= rank"},
                  CallSite::current(parts.where));
  }
  std::vector<Value> slabs;
  for (const Value& part : parts.values)
    slabs.push_back(expand_dims(Operand(part, parts.where), axis));
  return concatenate(Operands(std::move(slabs), parts.where), axis);
}

Value tile(Operand x, Dims counts) {
  const CallSite site(x.where);
  if (counts.size() != x.value.dims().size() ||
      std::ranges::any_of(counts, [](Dim n) { return n < 0; })) {
    throw OpError({.op = "tile",
                   .problem = "counts of " + to_string(counts) + " do not fit",
                   .got = {x.value.shape()},
                   .expected = "a count of at least 0 for each axis"},
                  CallSite::current(x.where));
  }
  Value y = x.value;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != 1) y = multiplied(y, i, counts[i], 1);
  }
  return y;
}

Value repeat(Operand x, Dim count, int axis) {
  const CallSite site(x.where);
  const int a = normalized_axis("repeat", x, axis);
  if (count < 0) {
    throw OpError({.op = "repeat",
                   .problem = "cannot repeat " + std::to_string(count) + " times",
                   .got = {x.value.shape()},
                   .expected = "a count of at least 0"},
                  CallSite::current(x.where));
  }
  return multiplied(x.value, static_cast<std::size_t>(a), 1, count);
}

}  // namespace hilo
