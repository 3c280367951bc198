// all_reduce and reduce_scatter.
#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/collective.h"
#include "hilo/ops/collective_groups.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

// What both hold: groups and a function of two scalars.
struct CollectiveReduction : CollectiveGroups {
  Function computation;

  CollectiveReduction() = default;
  CollectiveReduction(CollectiveOptions given, BinaryOp op, DType dtype)
      : CollectiveGroups(std::move(given)),
        computation(scalar_reducer(op == nullptr ? &add : op, dtype)) {}

  void expect_reducer(Shapes in) const {
    const Shape scalar{in[0].dtype, {}};
    expect_body(in, computation, {{scalar, scalar}}, {{scalar}}, "a body from two scalars to one, of the operands' dtype");
  }
  void expect_sum() const {
    if (reducer_name(computation) == "add") return;
    throw OpError({.problem = "no gradient of this body is known", .expected = "a body that adds"});
  }
  template <class Self>
  static void reduction_fields(auto&& field) {
    group_fields<Self>(field);
    field("use_global_device_ids", &Self::use_global_device_ids);
    field("computation", &Self::computation);
  }
};

struct AllReduce : CollectiveReduction {
  static constexpr std::string_view kName = "all_reduce";
  using CollectiveReduction::CollectiveReduction;
  static void fields(auto&& field) { reduction_fields<AllReduce>(field); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_kind(in, kAnyKind.from_bits(8));
    if (in.empty()) throw OpError({.problem = "no operands", .expected = "at least one"});
    for (const Shape& s : in) {
      if (s.dtype != in[0].dtype)
        throw OpError({.problem = "dtypes differ", .expected = "equal dtypes", .constraint = "C5"});  // C5
    }
    under("C5", [&] { expect_reducer(in); });
    check(false);                   // C1, C2, C3, C4
    return {in.begin(), in.end()};  // C6, C7
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const { return summed(v.d_outs); }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const { return summed(v.d_in); }
  // Those of the list that are not zero, in one op.
  [[nodiscard]] std::vector<Value> summed(std::span<const Value> d) const {
    expect_sum();
    std::vector<Value> given, result(d.size());
    for (const Value& one : d) {
      if (one) given.push_back(one);
    }
    const std::vector<Value> sums = all_reduce(given, options);
    for (std::size_t k = 0, next = 0; k < d.size(); ++k) {
      if (d[k]) result[k] = sums[next++];
    }
    return result;
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return apply_all(AllReduce(*this), all_batched(b));
  }
};

struct ReduceScatter : CollectiveReduction {
  static constexpr std::string_view kName = "reduce_scatter";
  std::int64_t scatter_dimension = 0;
  using CollectiveReduction::CollectiveReduction;
  static void fields(auto&& field) {
    field("scatter_dimension", &ReduceScatter::scatter_dimension);
    reduction_fields<ReduceScatter>(field);
  }
  void complete(const OpParts& parts) {
    const auto length = [&](const Shape& s) { return scatter_dimension >= 0 && scatter_dimension < s.rank() ? s.dims[static_cast<std::size_t>(scatter_dimension)] : 0; };
    complete_partitions(parts, length(parts.operand(0).shape()), length(parts.result()));
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind.from_bits(8));
    under("C2", [&] { expect_axis(in, scatter_dimension); });
    under("C7", [&] { expect_reducer(in); });
    check(true);                         // C3, C4, C5, C6
    Shape out = in[0];
    Dim& length = out.dims[static_cast<std::size_t>(scatter_dimension)];
    const Dim size = group_size(true);
    if (length == kDynamic) return {out};
    if (length == 0 || length % size != 0) {
      throw OpError({.problem = "groups of " + std::to_string(size) + " do not divide axis " +
                                std::to_string(scatter_dimension),
                     .expected = "a length that the size of a group divides", .constraint = "C1"});
    }
    length /= size;
    return {out};  // C8, C9
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    expect_sum();
    return {all_gather(v.d_out, static_cast<int>(scatter_dimension), options)};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    expect_sum();
    return {apply(ReduceScatter(*this), {v.d_in[0]})};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    ReduceScatter op = *this;
    ++op.scatter_dimension;
    return {apply(std::move(op), b.in)};
  }
};

}  // namespace

void list_collective_reduce_ops(OpTable& table) {
  table.add<AllReduce>();
  table.add<ReduceScatter>();
}

std::vector<Value> all_reduce(Operands operands, CollectiveOptions options, BinaryOp op) {
  const CallSite site(operands.where);
  if (operands.values.empty()) {
    throw OpError({.op = "all_reduce", .problem = "no operands", .expected = "at least one"},
                  CallSite::current(operands.where));
  }
  return apply_all(AllReduce(std::move(options), op, operands.values[0].dtype()), operands.values,
                   operands.where);
}

Value all_reduce(Operand x, CollectiveOptions options, BinaryOp op) {
  return all_reduce(Operands({x.value}, x.where), std::move(options), op)[0];
}

Value reduce_scatter(Operand x, int axis, CollectiveOptions options, BinaryOp op) {
  const CallSite site(x.where);
  ReduceScatter scattered(std::move(options), op, x.value.dtype());
  scattered.scatter_dimension = normalized_axis("reduce_scatter", x, axis);
  return apply(std::move(scattered), {x.value}, x.where);
}

}  // namespace hilo
