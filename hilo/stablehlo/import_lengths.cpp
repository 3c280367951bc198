#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dynamic_shape.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/numeric.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/stablehlo/import_handlers.h"

// The arithmetic on lengths of the dialects arith, shape and tensor.
namespace hilo::stablehlo {
namespace {

Out converted(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  return {convert(in[0], result_dtype(importer, op))};
}

Out make_arith_constant(Importer& importer, const ir::Operation& op, In in) {
  const AttributeValue* value = op.attribute("value");
  if (value == nullptr) throw OpError({.problem = "no attribute 'value'"});
  if (const auto* b = std::get_if<bool>(value)) return {constant(Array::scalar(*b))};
  if (const Value number = number_of(*value, result_dtype(importer, op))) return {number};
  return make_constant(importer, op, in);
}

Out make_arith_compare(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  switch (Importer::required<std::int64_t>(op, "predicate")) {
    case 0: return {equal(in[0], in[1])};
    case 1: return {not_equal(in[0], in[1])};
    case 2: return {less(in[0], in[1])};
    case 3: return {less_equal(in[0], in[1])};
    case 4: return {greater(in[0], in[1])};
    case 5: return {greater_equal(in[0], in[1])};
    default: throw OpError({.problem = "a comparison of unsigned numbers", .expected = "eq, ne, slt, sle, sgt or sge"});
  }
}

Out make_shape_of(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  return {convert(dimension_sizes(in[0]), result_dtype(importer, op))};
}

Out make_num_elements(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  Value n = full({result_dtype(importer, op), {}}, 1);
  for (Dim i = 0; i < in[0].size(); ++i) n = n * reshape(slice(in[0], {i}, {i + 1}), {});
  return {n};
}

Out make_shape_broadcast(Importer&, const ir::Operation&, In in) {
  if (in.empty()) throw OpError({.problem = "no operands", .expected = "shapes"});
  Dim rank = 0;
  for (Value s : in) rank = std::max(rank, s.size());
  Value joined;
  for (Value s : in) {
    const Value padded = s.size() == rank ? s : concatenate({broadcast_to(full({s.dtype(), {}}, 1), {rank - s.size()}), s}, 0);
    joined = joined ? select(equal(joined, 1), padded, joined) : padded;
  }
  return {joined};
}

Out make_from_elements(Importer& importer, const ir::Operation& op, In in) {
  if (op.results.empty()) throw OpError({.problem = "no result", .expected = "one"});
  Out each;
  for (Value v : in) each.push_back(reshape(v, {1}));
  return {reshape(each.empty() ? zeros({result_dtype(importer, op), {0}}) : concatenate(each, 0), importer.type(op.results[0]).dims)};
}

// `tensor.dim`, `shape.get_extent`: which axis is an operand.
Out make_dim(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  const Dims axis = known_integers(in[1]);
  const bool is_list = op.name == "shape.get_extent";
  const Dim most = is_list ? in[0].size() : in[0].rank();
  if (axis.size() != 1 || axis[0] < 0 || axis[0] >= most) throw OpError({.problem = "the axis is not known", .expected = "a constant below " + std::to_string(most)});
  if (is_list) return {reshape(slice(in[0], {axis[0]}, {axis[0] + 1}), {})};
  return {convert(get_dimension_size(in[0], static_cast<int>(axis[0])), kI64)};
}

Out make_extract(Importer&, const ir::Operation&, In in) {
  if (in.empty() || std::ssize(in) != in[0].rank() + 1) throw OpError({.problem = "indices do not match the rank", .expected = "one for each axis"});
  Dims start, limit;
  for (Value i : in.subspan(1)) {
    const Dims index = known_integers(i);
    const Dim length = in[0].dims()[start.size()];
    if (index.size() != 1 || index[0] < 0 || index[0] >= length) throw OpError({.problem = "an index is not known, or out of range", .expected = "constants"});
    start.push_back(index[0]);
    limit.push_back(index[0] + 1);
  }
  return {reshape(slice(in[0], start, limit), {})};
}

Out make_const_shape(Importer&, const ir::Operation& op, In) { return {constant(Importer::required<Array>(op, "shape"))}; }

}  // namespace

void add_length_handlers(Handlers& table) {
  table.insert({
      {"arith.constant", make_arith_constant},
      {"arith.addi", binary<add>},
      {"arith.subi", binary<subtract>},
      {"arith.muli", binary<multiply>},
      {"arith.divsi", binary<divide>},
      {"arith.remsi", binary<remainder>},
      {"arith.maxsi", binary<maximum>},
      {"arith.minsi", binary<minimum>},
      {"arith.cmpi", make_arith_compare},
      {"arith.select", make_select},
      {"arith.index_cast", converted},
      {"arith.extsi", converted},
      {"arith.trunci", converted},
      {"shape.shape_of", make_shape_of},
      {"shape.const_shape", make_const_shape},
      {"shape.num_elements", make_num_elements},
      {"shape.broadcast", make_shape_broadcast},
      {"shape.get_extent", make_dim},
      {"shape.to_extent_tensor", as_it_is},
      {"shape.value_as_shape", as_it_is},
      {"shape.index_to_size", as_it_is},
      {"shape.size_to_index", as_it_is},
      {"tensor.from_elements", make_from_elements},
      {"tensor.dim", make_dim},
      {"tensor.extract", make_extract},
      {"tensor.cast", as_it_is},
  });
}

}  // namespace hilo::stablehlo
