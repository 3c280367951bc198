#include "hilo/ops/ragged_dot.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/ops/arrange.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/composite.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"

namespace hilo {
namespace {

bool contains(const Axes& axes, std::int64_t a) { return std::ranges::find(axes, a) != axes.end(); }

// The axes as they are numbered once `gone` is not there.
Axes without(Axes axes, std::int64_t gone) {
  for (std::int64_t& a : axes) a -= a > gone ? 1 : 0;
  return axes;
}

}  // namespace

Value ragged_dot(Operand a, Operand b, Operand group_sizes) {
  const CallSite site(a.where);
  return ragged_dot_general(a, b, group_sizes, {.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {1}, .lhs_ragged_dimensions = {0}, .rhs_group_dimensions = {0}});
}

Value ragged_dot_general(Operand a_, Operand b_, Operand group_sizes_, RaggedDotDimensionNumbers n, std::optional<DType> dtype) {
  const CallSite site(a_.where);
  const Value a = a_.value, b = b_.value, sizes = group_sizes_.value;
  const auto refuse = [&](std::string problem, std::string expected) {
    return OpError({.op = "ragged_dot", .problem = std::move(problem), .got = {a.shape(), b.shape(), sizes.shape()}, .expected = std::move(expected)}, CallSite::current(a_.where));
  };
  if (n.lhs_ragged_dimensions.size() != 1 || n.lhs_ragged_dimensions[0] < 0 || n.lhs_ragged_dimensions[0] >= a.rank()) throw refuse("no ragged axis", "one axis of the first operand");
  if (sizes.rank() != 1 || !is_integer(sizes.dtype())) throw refuse("group sizes do not fit", "whole numbers [g]");
  const std::int64_t ragged = n.lhs_ragged_dimensions[0];
  const bool is_batching = contains(n.lhs_batching_dimensions, ragged), is_contracting = contains(n.lhs_contracting_dimensions, ragged);
  const bool has_slices = !is_batching && !is_contracting;
  if (n.rhs_group_dimensions.size() != (has_slices ? 1U : 0U)) throw refuse("the group axes do not fit", has_slices ? "one group axis of the second operand" : "no group axis where the ragged one is batching or contracting");
  const DotDimensionNumbers pairs{n.lhs_batching_dimensions, n.rhs_batching_dimensions, n.lhs_contracting_dimensions, n.rhs_contracting_dimensions};
  if (is_batching) return dot_general(a, b, pairs, dtype);

  const std::int64_t group = has_slices ? n.rhs_group_dimensions[0] : -1;
  if (has_slices && (group < 0 || group >= b.rank() || b.dims()[static_cast<std::size_t>(group)] != sizes.dims()[0])) {
    throw refuse("the groups do not fit", "a slice of the second operand for each group");
  }
  const auto by_groups = [&](std::span<const Value> p) {
    const Value ends = cumulative_sum(convert(p[2], kI64), 0), starts = ends - convert(p[2], kI64);
    const auto group_of = [&](Value start, Value end) {
      const Value place = iota(p[0].shape().with(kI64), static_cast<int>(ragged));
      return select(logical_and(greater_equal(place, start), less(place, end)), p[0], zeros_like(p[0]));
    };
    if (is_contracting) {
      const Step each = [&](std::span<const Value>, std::span<const Value> x) { return Carried{{}, {dot_general(group_of(x[0], x[1]), p[1], pairs, dtype)}}; };
      return scan({}, {starts, ends}, each).ys;
    }
    DotDimensionNumbers slices = pairs;
    slices.rhs_batching_dimensions = without(pairs.rhs_batching_dimensions, group);
    slices.rhs_contracting_dimensions = without(pairs.rhs_contracting_dimensions, group);
    const auto product = [&](std::span<const Value> x) { return std::vector{dot_general(x[0], x[1], slices, dtype)}; };
    const Value by_group = moveaxis(p[1], {static_cast<int>(group)}, {0});
    const Shape slice{by_group.dtype(), Dims(by_group.dims().begin() + 1, by_group.dims().end())};
    const Shape result = trace(product, std::vector{p[0].shape(), slice}).result_shapes()[0];
    const Step add = [&](std::span<const Value> sum, std::span<const Value> x) { return Carried{{sum[0] + product(std::vector{group_of(x[0], x[1]), x[2]})[0]}, {}}; };
    return scan({full(result, 0)}, {starts, ends, by_group}, add).carry;
  };
  // Under the name by which XLA knows it, with the attributes that JAX gives it.
  const std::string precision = is_exact(current_precision()) ? "HIGHEST" : "DEFAULT";
  ListAttribute axes;
  RaggedDotDimensionNumbers::fields([&](std::string_view, auto member) { axes.items.emplace_back(Array::of({std::ssize(n.*member)}, n.*member)); });
  CompositeOptions options{.name = "chlo.ragged_dot", .version = 1};
  options.attributes.emplace_back(NamedAttribute{"precision_config", ListAttribute{{precision, precision}}});
  options.attributes.emplace_back(NamedAttribute{"ragged_dot_dimension_numbers", axes});
  return composite(std::move(options), Operands({a, b, sizes}, a_.where), by_groups)[0];
}

}  // namespace hilo
