#include "hilo/ops/sort.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// 2n scalars, each dtype twice.
std::vector<Shape> pairs_of_scalars(std::span<const Value> operands) {
  std::vector<Shape> scalars;
  for (const Value& v : operands) scalars.insert(scalars.end(), 2, Shape{v.dtype(), {}});
  return scalars;
}

// Orders by the first `keys` operands, the first one first. Floats in total order, with one NaN and
// one zero.
Function by_keys(std::span<const Value> operands, std::size_t keys, bool is_descending) {
  const auto comparable = [](Value x) {
    if (!is_float(x.dtype())) return x;
    if (bits(x.dtype()) < 16) x = x.as(kF32);
    const Value nan = constant(
        from_doubles({x.dtype(), {}}, std::vector{std::numeric_limits<double>::quiet_NaN()}));
    return select(equal(x, 0), zeros_like(x), select(not_equal(x, x), nan, x));
  };
  const auto before = [](Value a, Value b) {
    return is_float(a.dtype()) ? less_total_order(a, b) : less(a, b);
  };
  return trace(
      [&](std::span<const Value> p) {
        Value result;
        for (std::size_t k = keys; k-- > 0;) {
          const Value left = comparable(p[2 * k + (is_descending ? 1 : 0)]);
          const Value right = comparable(p[2 * k + (is_descending ? 0 : 1)]);
          const Value wins = before(left, right);
          result = result ? logical_or(wins, logical_and(logical_not(before(right, left)), result))
                          : wins;
        }
        return std::vector{result};
      },
      pairs_of_scalars(operands));
}

struct Sort {
  static constexpr std::string_view kName = "sort";
  std::int64_t dimension = 0;
  bool is_stable = true;
  Function comparator;

  static void fields(auto&& field) {
    field("dimension", &Sort::dimension);
    field("is_stable", &Sort::is_stable);
    field("comparator", &Sort::comparator);
  }
  void complete(const OpParts& parts) {  // what the format says of those that are not said
    if (parts.attribute("dimension") == nullptr) dimension = -1;
    if (parts.attribute("is_stable") == nullptr) is_stable = false;
    if (dimension < 0) dimension += parts.operand(0).rank();
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem),
                      .got = {in.begin(), in.end()},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (in.empty()) throw refuse("no operands", "at least one", "C1");
    expect_kind(in, kAnyKind.from_bits(8));
    std::vector<Shape> scalars, out;
    for (const Shape& s : in) {
      if (!is_compatible({in[0].dtype, s.dims}, {in[0].dtype, in[0].dims})) throw refuse("operands differ", "operands of the same dims", "C3");
      scalars.insert(scalars.end(), 2, Shape{s.dtype, {}});
    }
    if (dimension < 0 ||
        dimension >= in[0].rank()) {  // C4; negative ones are counted from the back before
      throw refuse("axis " + std::to_string(dimension) + " is out of range", "0 <= axis < rank", "C4");
    }
    if (!comparator || comparator.parameter_shapes() != scalars ||
        comparator.result_shapes() != std::vector{Shape{kI1, {}}}) {
      throw refuse("the comparator does not fit", "a comparator from 2n scalars to i1", "C5");
    }
    const Dims dims = merged(in).dims;
    for (const Shape& s : in) out.push_back({s.dtype, dims});  // C2
    return out;
  }

  // Where each element of the result came from: positions that are sorted along with the operands.
  [[nodiscard]] Value origins(std::span<const Value> in) const {
    std::vector<Value> with_positions(in.begin(), in.end());
    with_positions.push_back(iota(in[0].shape().with(kI32), axis()));
    const Function wider =
        trace([&](std::span<const Value> p) { return call(comparator, p.first(p.size() - 2)); },
              pairs_of_scalars(with_positions));
    return sort(std::move(with_positions), axis(), wider, is_stable).back();
  }
  [[nodiscard]] int axis() const { return static_cast<int>(dimension); }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Value destinations = argsort(origins(v.in), axis());  // of each element of the operands
    std::vector<Value> d_in;
    for (const Value& d : v.d_outs) {
      d_in.push_back(d && is_differentiable(d.dtype()) ? take_along_axis(d, destinations, axis())
                                                       : Value());
    }
    return d_in;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Value from = origins(v.in);
    std::vector<Value> d_out;
    for (const Value& d : v.d_in) d_out.push_back(d ? take_along_axis(d, from, axis()) : Value());
    return d_out;
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return sort(all_batched(b), axis() + 1, comparator, is_stable);
  }
};

struct TopKOp {
  static constexpr std::string_view kName = "chlo.top_k";
  std::int64_t k = 0;

  static void fields(auto&& field) { field("k", &TopKOp::k); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, (kBools | kReals).from_bits(8));
    if (in[0].rank() == 0 || k < 0 || k > in[0].dim(-1)) {
      throw OpError({.problem = "cannot take " + std::to_string(k) + " elements",
                     .got = {in[0]},
                     .expected = "0 <= k <= length of the last axis"});
    }
    Shape out = in[0];
    out.dims.back() = k;
    return {out, out.with(kI32)};
  }
  [[nodiscard]] Function decomposition(Shapes in) const {
    const auto first_k = [&](std::span<const Value> p) {
      const std::vector<Value> with_positions = {p[0], iota(p[0].shape().with(kI32), -1)};
      const auto is_before = [](std::span<const Value> s) {
        const bool has_nan = is_float(s[0].dtype());
        return std::vector{has_nan ? less_total_order(s[1], s[0]) : less(s[1], s[0])};
      };
      std::vector<Value> top = sort(with_positions, -1, trace(is_before, pairs_of_scalars(with_positions)));
      for (Value& x : top) x = slice_axis(x, -1, 0, k);
      return top;
    };
    return trace(first_k, in);
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    if (!v.d_out || !is_differentiable(v.d_out.dtype())) return {Value()};
    return {put_along_axis(zeros_like(v.in[0]), v.outs[1], v.d_out, Update::kAdd, -1,
                           {.unique_indices = true})};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {take_along_axis(v.d_in[0], v.outs[1]), Value()};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const TopK top = top_k(b.in[0], k);
    return {top.values, top.indices};
  }
};

}  // namespace

void list_sort_ops(OpTable& table) {
  table.add<Sort>();
  table.add<TopKOp>();
}

std::vector<Value> sort(Operands operands, int axis, Function comparator, bool is_stable) {
  const int rank = operands.values.empty() ? 0 : operands.values[0].rank();
  return apply_all(Sort{axis < 0 ? axis + rank : axis, is_stable, std::move(comparator)},
                   operands.values, operands.where);
}

std::vector<Value> sort_by_keys(Operands operands, int keys, int axis, SortOptions options) {
  const CallSite site(operands.where);
  if (keys < 1 || static_cast<std::size_t>(keys) > operands.values.size()) {
    std::vector<Shape> got;
    for (const Value& v : operands.values) got.push_back(v.shape());
    throw OpError({.op = "sort_by_keys",
                   .problem = "cannot sort by " + std::to_string(keys) + " keys",
                   .got = std::move(got),
                   .expected = "1 <= keys <= number of operands"},
                  CallSite::current(operands.where));
  }
  Function comparator = by_keys(std::span(operands.values), static_cast<std::size_t>(keys),
                                options.is_descending);
  return sort(std::move(operands), axis, std::move(comparator), options.is_stable);
}

std::vector<Value> sort_by_first(Operands operands, int axis, SortOptions options) {
  const CallSite site(operands.where);
  return sort_by_keys(std::move(operands), 1, axis, options);
}

Value sort(Operand x, int axis, SortOptions options) {
  return sort_by_first(Operands({x.value}, x.where), axis, options)[0];
}

Value argsort(Operand x, int axis, SortOptions options) {
  const CallSite site(x.where);
  const int a = normalized_axis("argsort", x, axis);
  return sort_by_first(Operands({x.value, iota(x.value.shape().with(kI32), a)}, x.where), a,
                       options)[1];
}

Value lexsort(Operands keys, int axis) {
  const CallSite site(keys.where);
  std::vector<Value> operands(keys.values.rbegin(), keys.values.rend());
  const int count = static_cast<int>(operands.size());
  if (count > 0) {
    const int a = normalized_axis("lexsort", Operand(operands[0], keys.where), axis);
    operands.push_back(iota(operands[0].shape().with(kI32), a));
    axis = a;
  }
  return sort_by_keys(Operands(std::move(operands), keys.where), count, axis).back();
}

namespace {
// The axis, if it has an element `kth`.
int axis_of_partition(std::string_view op, const Operand& x, Dim kth, int axis) {
  const int a = normalized_axis(op, x, axis);
  const Dim n = x.value.dim(a);
  if (kth < -n || kth >= n) {
    throw OpError({.op = std::string(op),
                   .problem = "axis " + std::to_string(a) + " has no place " + std::to_string(kth),
                   .got = {x.value.shape()},
                   .expected = "-length <= kth < length"},
                  CallSite::current(x.where));
  }
  return a;
}
}  // namespace

Value partition(Operand x, Dim kth, int axis) {
  const CallSite site(x.where);
  return sort(x, axis_of_partition("partition", x, kth, axis));
}

Value argpartition(Operand x, Dim kth, int axis) {
  const CallSite site(x.where);
  return argsort(x, axis_of_partition("argpartition", x, kth, axis));
}

TopK top_k(Operand x, Dim k) {
  const std::vector<Value> both = apply_all(TopKOp{k}, std::span(&x.value, 1), x.where);
  return {both[0], both[1]};
}

}  // namespace hilo
