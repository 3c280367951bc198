#include "hilo/ops/dot.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

bool contains(const Axes& axes, std::int64_t a) { return std::ranges::find(axes, a) != axes.end(); }

// The axes of a rank that are in neither list, in order.
Axes other_axes(int rank, const Axes& a, const Axes& b) {
  Axes result;
  for (int i = 0; i < rank; ++i) {
    if (!contains(a, i) && !contains(b, i)) result.push_back(i);
  }
  return result;
}

Axes range(std::size_t first, std::size_t count) {
  Axes result(count);
  std::iota(result.begin(), result.end(), static_cast<std::int64_t>(first));
  return result;
}

Axes joined(Axes a, const Axes& b, const Axes& c) {
  a.insert(a.end(), b.begin(), b.end());
  a.insert(a.end(), c.begin(), c.end());
  return a;
}

Axes inverse(const Axes& permutation) {
  Axes result(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    result[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
  }
  return result;
}

struct DotGeneral {
  static constexpr std::string_view kName = "dot_general";
  DotDimensionNumbers dot_dimension_numbers;
  std::optional<DType> dtype{};  // of the result; StableHLO reads it off the type

  std::optional<ListAttribute> precision_config{};  // how exact the products are, where a device has a choice
  std::optional<StructAttribute> algorithm{};

  static void fields(auto&& field) {
    field("dot_dimension_numbers", &DotGeneral::dot_dimension_numbers);
    field("precision_config", &DotGeneral::precision_config);
    field("algorithm", &DotGeneral::algorithm);
  }
  void complete(const OpParts& parts) { dtype = parts.result().dtype; }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    expect_kind(in, kAnyKind.from_bits(4));
    const DotDimensionNumbers& n = dot_dimension_numbers;
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem), .got = {in[0], in[1]}, .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (in[0].dtype != in[1].dtype) throw refuse("dtypes differ", "equal dtypes");
    const auto pair = [&](const Axes& a, const Axes& b, std::string_view role) {
      if (a.size() != b.size()) throw refuse("unequal numbers of " + std::string(role) + " axes", "pairs of axes", "C1, C2");
      for (std::size_t i = 0; i < a.size(); ++i) {
        const Dim m = in[0].dim(static_cast<int>(a[i])), k = in[1].dim(static_cast<int>(b[i]));
        if (m != k && m != kDynamic && k != kDynamic) {
          throw refuse(std::string(role) + " axes " + std::to_string(a[i]) + " and " + std::to_string(b[i]) + " differ in length",
                       "equal lengths of paired axes", "C9, C10");
        }
      }
    };
    under("C11", [&] { expect_precisions(precision_config); });
    if (algorithm) under("C22-C24", [&] { expect_algorithm(); });
    for (const auto* axes : {&n.lhs_batching_dimensions, &n.lhs_contracting_dimensions}) {
      for (std::int64_t a : *axes) under("C5, C6", [&] { expect_axis(in, a); });
    }
    for (const auto* axes : {&n.rhs_batching_dimensions, &n.rhs_contracting_dimensions}) {
      for (std::int64_t a : *axes) under("C7, C8", [&] { expect_axis(in.subspan(1), a); });
    }
    under("C3, C5, C6", [&] { normalized_axes(kName, joined(n.lhs_batching_dimensions, n.lhs_contracting_dimensions, {}), in[0].rank()); });
    under("C4, C7, C8", [&] { normalized_axes(kName, joined(n.rhs_batching_dimensions, n.rhs_contracting_dimensions, {}), in[1].rank()); });
    pair(n.lhs_batching_dimensions, n.rhs_batching_dimensions, "batching");
    pair(n.lhs_contracting_dimensions, n.rhs_contracting_dimensions, "contracting");
    Shape out{dtype.value_or(in[0].dtype), {}};
    for (std::size_t i = 0; i < n.lhs_batching_dimensions.size(); ++i) {
      const Dim length = in[0].dim(static_cast<int>(n.lhs_batching_dimensions[i]));
      out.dims.push_back(length != kDynamic ? length : in[1].dim(static_cast<int>(n.rhs_batching_dimensions[i])));
    }
    for (std::int64_t a : free_axes(in[0].rank(), 0)) out.dims.push_back(in[0].dim(static_cast<int>(a)));
    for (std::int64_t a : free_axes(in[1].rank(), 1)) out.dims.push_back(in[1].dim(static_cast<int>(a)));
    return {out};  // C12
  }

  // Of whole numbers an algorithm says nothing, and XLA knows none for them.
  [[nodiscard]] Function lowering(std::string_view, Shapes in) const {
    if (!algorithm || !is_integer(in[0].dtype)) return {};
    DotGeneral plain = *this;
    plain.algorithm.reset();
    return trace([&](std::span<const Value> p) { return std::vector{apply(plain, {p[0], p[1]})}; }, in);
  }

  void expect_algorithm() const {
    std::int64_t count = 0;
    const EnumAttribute exact{"precision", "DEFAULT"};
    const bool is_default = !precision_config || std::ranges::all_of(precision_config->items, [&](const auto& p) { return p == AttributeValue(exact); });
    bool fits = is_default;
    for (const NamedAttribute& m : algorithm->members) {
      const bool is_count = m.name.ends_with("_count") || m.name == "num_primitive_operations";
      if (is_count) fits = fits && read_attribute(m.value, count) && count > 0;
    }
    if (fits) return;
    throw OpError({.problem = is_default ? "an algorithm with a count below 1" : "an algorithm, and a precision besides",
                   .expected = "counts of at least 1, and precisions of DEFAULT"});
  }

  [[nodiscard]] Axes free_axes(int rank, int side) const {
    const DotDimensionNumbers& n = dot_dimension_numbers;
    return side == 0 ? other_axes(rank, n.lhs_batching_dimensions, n.lhs_contracting_dimensions)
                     : other_axes(rank, n.rhs_batching_dimensions, n.rhs_contracting_dimensions);
  }

  // The cotangent of a: d_out summed with b over b's free axes gives [batching, a's free, contracted in b's order],
  // which is put back into a's order. b's is the mirror image.
  [[nodiscard]] Value cotangent(int side, Value a, Value b, Value d_out) const {
    const DotDimensionNumbers& n = dot_dimension_numbers;
    const Axes& batching = side == 0 ? n.lhs_batching_dimensions : n.rhs_batching_dimensions;
    const Axes& b_batching = side == 0 ? n.rhs_batching_dimensions : n.lhs_batching_dimensions;
    const Axes& contracting = side == 0 ? n.lhs_contracting_dimensions : n.rhs_contracting_dimensions;
    const Axes& b_contracting = side == 0 ? n.rhs_contracting_dimensions : n.lhs_contracting_dimensions;
    const Axes a_free = free_axes(a.rank(), side), b_free = free_axes(b.rank(), 1 - side);
    const std::size_t first_b_free = side == 0 ? batching.size() + a_free.size() : batching.size();
    const Value d = dot_general(convert(d_out, b.dtype()), b,
                                {.lhs_batching_dimensions = range(0, batching.size()),
                                 .rhs_batching_dimensions = b_batching,
                                 .lhs_contracting_dimensions = range(first_b_free, b_free.size()),
                                 .rhs_contracting_dimensions = b_free});
    Axes b_order(b_contracting.size());  // contracted axes come out in b's order of axes
    std::iota(b_order.begin(), b_order.end(), 0);
    std::ranges::sort(b_order, {}, [&](std::int64_t i) { return b_contracting[static_cast<std::size_t>(i)]; });
    Axes contracted;
    for (std::int64_t i : b_order) contracted.push_back(contracting[static_cast<std::size_t>(i)]);
    return convert(transpose(d, inverse(joined(batching, a_free, contracted))), a.dtype());
  }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const ExactProducts same(is_exact(precision_config));
    return {cotangent(0, v.in[0], v.in[1], v.d_out), cotangent(1, v.in[1], v.in[0], v.d_out)};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const ExactProducts same(is_exact(precision_config));
    const Value da = v.d_in[0] ? dot_general(v.d_in[0], v.in[1], dot_dimension_numbers, dtype) : Value();
    const Value db = v.d_in[1] ? dot_general(v.in[0], v.d_in[1], dot_dimension_numbers, dtype) : Value();
    return {add_tangents(da, db)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const ExactProducts same(is_exact(precision_config));
    DotDimensionNumbers n = dot_dimension_numbers;
    if (b.is_batched[0]) {
      n.lhs_batching_dimensions = shifted(n.lhs_batching_dimensions);
      n.lhs_contracting_dimensions = shifted(n.lhs_contracting_dimensions);
    }
    if (b.is_batched[1]) {
      n.rhs_batching_dimensions = shifted(n.rhs_batching_dimensions);
      n.rhs_contracting_dimensions = shifted(n.rhs_contracting_dimensions);
    }
    if (b.is_batched[0] && b.is_batched[1]) {
      n.lhs_batching_dimensions.insert(n.lhs_batching_dimensions.begin(), 0);
      n.rhs_batching_dimensions.insert(n.rhs_batching_dimensions.begin(), 0);
      return {dot_general(b.in[0], b.in[1], n, dtype)};
    }
    // The batch axis is a free one of its side: it comes out behind the batching axes, or behind a's free ones too.
    const Value y = dot_general(b.in[0], b.in[1], n, dtype);
    std::size_t at = n.lhs_batching_dimensions.size();
    if (b.is_batched[1]) at += free_axes(b.in[0].rank(), 0).size();
    Axes order = {static_cast<std::int64_t>(at)};
    for (int i = 0; i < y.rank(); ++i) {
      if (i != static_cast<int>(at)) order.push_back(i);
    }
    return {transpose(y, order)};
  }
};

}  // namespace

void list_dot_ops(OpTable& table) { table.add<DotGeneral>(); }

Value dot_general(Operand a, Operand b, DotDimensionNumbers numbers, std::optional<DType> dtype) {
  DotGeneral op;
  op.dot_dimension_numbers = std::move(numbers);
  op.dtype = dtype;
  op.precision_config = current_precision();
  return apply(std::move(op), {a.value, b.value}, a.where);
}

Value exact_matmul(Operand a, Operand b) {
  const ExactProducts exact;
  return matmul(a, b);
}

Value matmul(Operand a_operand, Operand b_operand) {
  const CallSite site(a_operand.where);
  const Site at = CallSite::current(a_operand.where);
  Value a = a_operand.value, b = b_operand.value;
  const auto refuse = [&](std::string problem, std::string hint = {}) {
    return OpError({.op = "matmul", .problem = std::move(problem), .got = {a.shape(), b.shape()},
                    .expected = "[m,k] x [k,n]", .hint = std::move(hint)}, at);
  };
  if (!a || !b || a.rank() == 0 || b.rank() == 0) {
    std::vector<Shape> got;
    for (const Value& v : {a, b}) {
      if (v) got.push_back(v.shape());
    }
    throw OpError({.op = "matmul", .problem = "a scalar operand", .got = got, .expected = "at least one axis each", .hint = "a * b"}, at);
  }
  const Dim k = a.dim(-1);
  if (k != b.dim(b.rank() == 1 ? 0 : -2)) {
    const bool flipped = b.rank() >= 2 && k == b.dim(-1);
    throw refuse("inner sizes differ", flipped && b.rank() == 2 ? "matmul(a, transpose(b)) would fit" : "");
  }
  const std::vector<Shape> shapes = {a.shape(), b.shape()};
  DType dtype{};
  Dims lead_a(a.dims().begin(), a.dims().end() - std::min(a.rank(), 2)), lead_b(b.dims().begin(), b.dims().end() - std::min(b.rank(), 2));
  Dims lead;
  try {
    dtype = common_dtype("matmul", shapes);
    const std::vector<Shape> leads = {{dtype, lead_a}, {dtype, lead_b}};
    lead = broadcast_dims("matmul", leads);
  } catch (const OpError& e) {
    throw OpError({.op = "matmul", .problem = e.refusal().problem, .got = shapes, .expected = e.refusal().expected, .hint = e.refusal().hint}, at);
  }
  a = convert(a, dtype);
  b = convert(b, dtype);
  if (lead_b.empty()) {  // one matrix for all of a
    return dot_general(a, b, {.lhs_contracting_dimensions = {a.rank() - 1}, .rhs_contracting_dimensions = {b.rank() == 1 ? 0 : b.rank() - 2}});
  }
  const auto with_lead = [&](Value x) {
    Dims dims = lead;
    dims.insert(dims.end(), x.dims().end() - std::min(x.rank(), 2), x.dims().end());
    return broadcast_to(x, std::move(dims));
  };
  const bool a_is_row = a.rank() == 1;
  if (a_is_row) a = reshape(a, {1, k});
  a = with_lead(a);
  b = with_lead(b);
  const Axes batching = range(0, lead.size());
  const Value y = dot_general(a, b, {.lhs_batching_dimensions = batching, .rhs_batching_dimensions = batching,
                                     .lhs_contracting_dimensions = {a.rank() - 1}, .rhs_contracting_dimensions = {b.rank() - 2}});
  return a_is_row ? squeeze(y, {-2}) : y;
}

}  // namespace hilo
