#include "hilo/ops/reshape.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct Reshape : NoFields, LinearJvp<Reshape> {
  static constexpr std::string_view kName = "reshape";
  Dims dims;  // of the result; StableHLO reads it off the type

  void complete(const OpParts& parts) { dims = parts.result().dims; }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    if (checked_size(dims) != in[0].size()) {
      throw OpError({.problem = "cannot view the elements as " + to_string(dims), .got = {in[0]},
                     .expected = "dims of product " + std::to_string(in[0].size()), .constraint = "C1"});
    }
    return {{in[0].dtype, dims}};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const { return {reshape(v.d_out, v.in[0].dims())}; }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    Dims batched = dims;
    batched.insert(batched.begin(), b.size);
    return {reshape(b.in[0], std::move(batched))};
  }
};

struct Transpose : LinearJvp<Transpose> {
  static constexpr std::string_view kName = "transpose";
  Axes permutation;

  static void fields(auto&& field) { field("permutation", &Transpose::permutation); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    Axes sorted = permutation, all(in[0].dims.size());
    std::iota(all.begin(), all.end(), 0);
    std::ranges::sort(sorted);
    if (sorted != all) {
      throw OpError({.problem = to_string(permutation) + " is no permutation of the axes", .got = {in[0]},
                     .expected = "each axis of x once", .constraint = "C2"});
    }
    Shape out{in[0].dtype, {}};
    for (std::int64_t axis : permutation) out.dims.push_back(in[0].dims[static_cast<std::size_t>(axis)]);
    return {out};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    Axes inverse(permutation.size());
    for (std::size_t i = 0; i < permutation.size(); ++i) {
      inverse[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
    }
    return {transpose(v.d_out, inverse)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {transpose(b.in[0], shifted(permutation, true))};
  }
};

// Axes counted from the front of `rank`; a refusal shows x and its line.
Axes axes_of(std::string_view op, const Operand& x, Axes axes, int rank) {
  try {
    return normalized_axes(op, std::move(axes), rank);
  } catch (const OpError& e) {
    Refusal r = e.refusal();
    r.got = {x.value.shape()};
    throw OpError(std::move(r), CallSite::current(x.where));
  }
}

}  // namespace

void list_reshape_ops(OpTable& table) {
  table.add<Reshape>();
  table.add<Transpose>();
}

Axes normalized_axes(std::string_view op, Axes axes, int rank) {
  for (std::int64_t& axis : axes) {
    const std::int64_t given = axis;
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) {
      throw OpError({.op = std::string(op), .problem = "axis " + std::to_string(given) + " is out of range",
                     .expected = "-" + std::to_string(rank) + " <= axis < " + std::to_string(rank)});
    }
    if (std::ranges::count(axes, axis) > 1) {
      throw OpError({.op = std::string(op), .problem = "axis " + std::to_string(given) + " is named twice",
                     .expected = "distinct axes"});
    }
  }
  return axes;
}

int normalized_axis(std::string_view op, const Operand& x, std::int64_t axis) {
  return static_cast<int>(axes_of(op, x, {axis}, x.value.rank())[0]);
}

Value reshape(Operand x, Dims dims) {
  const CallSite site(x.where);
  Dim known = 1;
  Dim* open = nullptr;
  for (Dim& d : dims) {
    if (d == -1 && open == nullptr) open = &d;
    else known *= d;
  }
  if (open != nullptr && known > 0 && x.value.size() % known == 0) *open = x.value.size() / known;
  if (std::ranges::any_of(dims, [](Dim d) { return d < 0; })) {
    throw OpError({.op = "reshape", .problem = "cannot work out " + to_string(dims), .got = {x.value.shape()},
                   .expected = "at most one -1, and a product that divides the size"}, CallSite::current(x.where));
  }
  if (dims == x.value.dims()) return x.value;
  Reshape op;
  op.dims = std::move(dims);
  return apply(op, {x.value}, x.where);
}

Value transpose(Operand x, Axes permutation) {
  const bool is_identity = std::ranges::is_sorted(permutation);
  Transpose op;
  op.permutation = std::move(permutation);
  for (std::int64_t& axis : op.permutation) axis = axis < 0 ? axis + x.value.rank() : axis;
  if (is_identity && op.permutation.size() == x.value.dims().size() &&
      (op.permutation.empty() || (op.permutation.front() == 0 && op.permutation.back() == x.value.rank() - 1))) {
    return x.value;
  }
  return apply(op, {x.value}, x.where);
}

Value transpose(Operand x) {
  Axes reversed(x.value.dims().size());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  return transpose(x, std::move(reversed));
}

Value squeeze(Operand x, Axes axes) {
  const CallSite site(x.where);
  const bool takes_all = axes.empty();
  axes = axes_of("squeeze", x, std::move(axes), x.value.rank());
  Dims dims;
  for (int i = 0; i < x.value.rank(); ++i) {
    const bool is_named = std::ranges::find(axes, i) != axes.end();
    if (is_named && x.value.dim(i) != 1) {
      throw OpError({.op = "squeeze", .problem = "axis " + std::to_string(i) + " has not length 1",
                     .got = {x.value.shape()}, .expected = "axes of length 1"}, CallSite::current(x.where));
    }
    if (!is_named && !(takes_all && x.value.dim(i) == 1)) dims.push_back(x.value.dim(i));
  }
  return reshape(x, std::move(dims));
}

Value expand_dims(Operand x, Axes axes) {
  const CallSite site(x.where);
  const int rank = x.value.rank() + static_cast<int>(axes.size());
  axes = axes_of("expand_dims", x, std::move(axes), rank);
  Dims dims;
  std::size_t next = 0;
  for (int i = 0; i < rank; ++i) {
    dims.push_back(std::ranges::find(axes, i) != axes.end() ? 1 : x.value.dims()[next++]);
  }
  return reshape(x, std::move(dims));
}

Value flatten(Operand x, int first) {
  const CallSite site(x.where);
  if (first < 0 || first > x.value.rank()) {
    throw OpError({.op = "flatten", .problem = "axis " + std::to_string(first) + " is out of range",
                   .got = {x.value.shape()}, .expected = "0 <= first <= rank"}, CallSite::current(x.where));
  }
  const Dims& dims = x.value.dims();
  Dims joined(dims.begin(), dims.begin() + first);
  joined.push_back(std::accumulate(dims.begin() + first, dims.end(), Dim{1}, std::multiplies<>()));
  return reshape(x, std::move(joined));
}

}  // namespace hilo
