#include <algorithm>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/bessel.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/dynamic_shape.h"
#include "hilo/ops/einsum.h"
#include "hilo/ops/gamma_function.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/math.h"
#include "hilo/ops/numeric.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/switch_case.h"
#include "hilo/ops/token.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"
#include "hilo/stablehlo/importer.h"

// Operations of programs that are not one of Hilo's ops under their own name: calls and control flow, ops of older
// versions, CHLO, and the arithmetic on lengths of the dialects arith, shape and tensor.
namespace hilo::stablehlo {
namespace {

using In = std::span<const Value>;
using Out = std::vector<Value>;

void expect_operands(In in, std::size_t count) {
  if (in.size() != count) throw OpError({.problem = std::to_string(in.size()) + " operands", .expected = std::to_string(count)});
}
void expect_regions(const ir::Operation& op, std::size_t count) {
  if (op.regions.size() != count) throw OpError({.problem = std::to_string(op.regions.size()) + " regions", .expected = std::to_string(count)});
}
DType result_dtype(const Importer& importer, const ir::Operation& op) {
  if (op.results.empty()) throw OpError({.problem = "no result", .expected = "one"});
  return importer.type(op.results[0]).dtype;
}

// --- calls, constants, control flow

Out call_function(Importer& importer, const ir::Operation& op, In in) {
  return importer.call(Importer::required<std::string>(op, "callee"), in, op);
}

// One element said for all is kept as one.
Out make_constant(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 0);
  const AttributeValue* value = op.attribute("value");
  if (value == nullptr) throw OpError({.problem = "no attribute 'value'"});
  if (const auto* splat = std::get_if<SplatAttribute>(value)) {
    if (!splat->shape.is_static()) throw OpError({.problem = "a constant of open lengths", .got = {splat->shape}, .expected = "static dims"});
    return {broadcast_to(constant(splat->element), splat->shape.dims)};
  }
  return {constant(Importer::required<Array>(op, "value"))};
}

Out run_case(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  if (op.regions.empty()) throw OpError({.problem = "no branches", .expected = "at least one"});
  if (in[0].shape() != Shape{kI32, {}}) throw OpError({.problem = "the index does not fit", .got = {in[0].shape()}, .expected = "i32[]"});
  std::vector<Branch> branches;
  for (const ir::Region& region : op.regions) branches.push_back([run = importer.body(region)] { return run({}); });
  return switch_case(in[0], branches);
}

Out run_if(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  expect_regions(op, 2);
  const BuildFn if_true = importer.body(op.regions[0]), if_false = importer.body(op.regions[1]);
  return cond(in[0], Branch([&] { return if_true({}); }), Branch([&] { return if_false({}); }));
}

Out run_while(Importer& importer, const ir::Operation& op, In in) {
  expect_regions(op, 2);
  return while_loop({in.begin(), in.end()}, importer.body(op.regions[0]), importer.body(op.regions[1]));
}

// --- custom calls that mean something to the importer

// Ops of CHLO that PyTorch and older JAX write as calls, with their attributes in `mhlo.attributes`.
Out run_mhlo_call(Importer& importer, const ir::Operation& op, std::string_view name, In in) {
  ir::Operation same{.name = "chlo." + std::string(name == "topk" ? "top_k" : name), .results = op.results};
  if (const AttributeValue* given = op.attribute("mhlo.attributes"); given != nullptr && std::holds_alternative<DictionaryAttribute>(*given)) {
    same.attributes = std::get<DictionaryAttribute>(*given).members;
  }
  return importer.results_of(same, same.name, in);
}

// What divides a program by hand, or says which values go together.
Out refuse_of_shardy(Importer&, const ir::Operation&, In) {
  throw OpError({.problem = "this part of Shardy is not supported", .expected = "sdy.mesh, sdy.sharding, sdy.sharding_constraint, sdy.reshard"});
}

Out constrain(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  return {importer.constrained(op, in[0])};
}

Out run_custom_call(Importer& importer, const ir::Operation& op, In in) {
  const auto target = Importer::required<std::string>(op, "call_target_name");
  if (target.starts_with("check.")) {
    expect_operands(in, 2);
    importer.check(std::string_view(target).substr(6), op, in[0], in[1]);
    return {};
  }
  if (target == "shape_assertion") {  // of jax.export; what does not hold is refused here
    if (!in.empty() && known_integers(convert(in[0], kI32)) == Dims{0}) {
      const AttributeValue* message = op.attribute("error_message");
      const auto* text = message == nullptr ? nullptr : std::get_if<std::string>(message);
      std::string said = text == nullptr ? "" : ": " + *text;
      throw OpError({.problem = "the program refuses these lengths" + said});
    }
    return {};
  }
  if (target == "stablehlo.shape_refinement_operand_wrapper") return {in.front()};
  if (target.starts_with("mhlo.")) return run_mhlo_call(importer, op, std::string_view(target).substr(5), in);
  if (target == "xla.sdy.FuncResultSharding" && in.size() == 1) return {importer.as_result(op, in[0])};
  if (target == "Sharding" && in.size() == 1) return {in[0]};  // under what its attributes say of the result
  if (target.starts_with("xla.sdy.")) return refuse_of_shardy(importer, op, in);
  if (auto solved = import_lapack(importer, op, target, in)) return *solved;
  std::vector<Shape> declared;
  for (ir::ValueId id : op.results) declared.push_back(importer.type(id));
  return apply_parts(*all_ops().find("custom_call"), {op.attributes, {}, in, declared});
}

template <std::size_t kPrefix>
Out run_check(Importer& importer, const ir::Operation& op, In in) {
  std::string_view name = std::string_view(op.name).substr(kPrefix);
  if (!name.ends_with("_const")) {
    expect_operands(in, 2);
    importer.check(name, op, in[0], in[1]);
    return {};
  }
  expect_operands(in, 1);
  name.remove_suffix(6);
  const AttributeValue* value = op.attribute("value");
  if (value == nullptr) throw OpError({.problem = "no attribute 'value'"});
  const auto* splat = std::get_if<SplatAttribute>(value);
  const Value expected = splat != nullptr ? broadcast_to(constant(splat->element), splat->shape.dims) : constant(Importer::required<Array>(op, "value"));
  importer.check(name, op, in[0], expected);
  return {};
}

// --- older versions of StableHLO

Out make_dot(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  if (in[0].rank() < 1 || in[0].rank() > 2 || in[1].rank() < 1 || in[1].rank() > 2) {
    throw OpError({.problem = "ranks do not fit", .expected = "vectors and matrices"});
  }
  return {dot_general(in[0], in[1], {.lhs_contracting_dimensions = {in[0].rank() - 1}, .rhs_contracting_dimensions = {0}}, result_dtype(importer, op))};
}

Out make_broadcast(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  auto dims = Importer::required<Dims>(op, "broadcast_sizes");
  Axes axes(in[0].dims().size());
  std::iota(axes.begin(), axes.end(), std::ssize(dims));
  dims.insert(dims.end(), in[0].dims().begin(), in[0].dims().end());
  return {broadcast_in_dim(in[0], std::move(dims), std::move(axes))};
}

Out make_einsum(Importer& importer, const ir::Operation& op, In in) {
  return {einsum(Importer::required<std::string>(op, "einsum_config"), Operands(in), result_dtype(importer, op))};
}

Out make_torch_index_select(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  const auto dim = Importer::required<std::int64_t>(op, "dim"), batch = Importer::required<std::int64_t>(op, "batch_dims");
  if (batch != 0 || dim < 0 || dim >= in[0].rank()) throw OpError({.problem = "axes do not fit", .expected = "dim of the operand, batch_dims = 0"});
  return {take(in[0], in[1], static_cast<int>(dim))};
}

Out make_token(Importer&, const ir::Operation&, In in) {
  expect_operands(in, 0);
  return {after_all(Operands(std::vector<Value>{}))};
}

// --- CHLO

template <Value (*f)(Operand)>
Out unary(Importer&, const ir::Operation&, In in) {
  expect_operands(in, 1);
  return {f(in[0])};
}

// NumPy's rules, or axes for the operand of lower rank.
std::vector<Value> stretched(const ir::Operation& op, In in, std::size_t first = 0) {
  std::vector<Value> result(in.begin(), in.end());
  std::vector<Shape> shapes;
  for (std::size_t k = first; k < in.size(); ++k) shapes.push_back(in[k].shape());
  Dims dims;
  if (const AttributeValue* given = op.attribute("broadcast_dimensions"); given != nullptr && result.size() == first + 2 &&
                                                                           result[first].rank() != result[first + 1].rank()) {
    Axes axes;
    if (!read_attribute(*given, axes)) detail::refuse_attribute("broadcast_dimensions");
    const std::size_t low = result[first].rank() < result[first + 1].rank() ? first : first + 1, high = 2 * first + 1 - low;
    Dims aligned(result[high].dims().size(), 1);
    for (std::size_t i = 0; i < axes.size() && i < result[low].dims().size(); ++i) {
      if (axes[i] < 0 || axes[i] >= std::ssize(aligned)) throw OpError({.problem = "broadcast_dimensions are out of range"});
      aligned[static_cast<std::size_t>(axes[i])] = result[low].dims()[i];
    }
    result[low] = reshape(result[low], aligned);
    shapes = {result[first].shape(), result[first + 1].shape()};
  }
  dims = broadcast_dims("broadcast", shapes);
  for (std::size_t k = first; k < result.size(); ++k) result[k] = broadcast_to(result[k], dims);
  return result;
}

template <Value (*f)(Operand, Operand)>
Out binary(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  const Out x = stretched(op, in);
  return {f(x[0], x[1])};
}

Value either(Operand a, Operand b) { return is_bool(a.value.dtype()) ? logical_or(a, b) : bitwise_or(a, b); }
Value both(Operand a, Operand b) { return is_bool(a.value.dtype()) ? logical_and(a, b) : bitwise_and(a, b); }
Value one_of(Operand a, Operand b) { return is_bool(a.value.dtype()) ? logical_xor(a, b) : bitwise_xor(a, b); }
Value product(Operand a, Operand b) { return is_bool(a.value.dtype()) ? logical_and(a, b) : multiply(a, b); }

Out make_compare(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  const Out x = stretched(op, in);
  const AttributeValue* given = op.attribute("comparison_direction");
  const auto* direction = given == nullptr ? nullptr : std::get_if<EnumAttribute>(given);
  const std::string word = direction == nullptr ? "" : direction->value;
  if (word == "EQ") return {equal(x[0], x[1])};
  if (word == "NE") return {not_equal(x[0], x[1])};
  if (word == "LT") return {less(x[0], x[1])};
  if (word == "LE") return {less_equal(x[0], x[1])};
  if (word == "GT") return {greater(x[0], x[1])};
  if (word == "GE") return {greater_equal(x[0], x[1])};
  throw OpError({.problem = "no comparison_direction", .expected = "EQ, NE, LT, LE, GT or GE"});
}

Out make_select(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 3);
  const Out x = stretched(op, in);
  return {select(x[0], x[1], x[2])};
}

Out make_constant_like(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  const AttributeValue* value = op.attribute("value");
  if (value == nullptr) throw OpError({.problem = "no attribute 'value'"});
  std::int64_t whole = 0;
  Value number;
  if (const auto* d = std::get_if<double>(value)) number = full({in[0].dtype(), {}}, *d);
  else if (const auto* f = std::get_if<Float32Attribute>(value)) number = full({in[0].dtype(), {}}, f->value);
  else if (const auto* a = std::get_if<Array>(value); a != nullptr && a->shape().is_scalar()) number = constant(a->as(in[0].dtype()));
  else if (read_attribute(*value, whole)) number = full({in[0].dtype(), {}}, whole);
  else throw OpError({.problem = "attribute 'value' is of another kind", .expected = "a number"});
  return {broadcast_to(number, in[0].dims())};
}

// --- arithmetic on lengths

Out as_it_is(Importer&, const ir::Operation&, In in) {
  expect_operands(in, 1);
  return {in[0]};
}

Out converted(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  return {convert(in[0], result_dtype(importer, op))};
}

Out make_arith_constant(Importer& importer, const ir::Operation& op, In in) {
  const AttributeValue* value = op.attribute("value");
  if (value == nullptr) throw OpError({.problem = "no attribute 'value'"});
  std::int64_t whole = 0;
  const DType dtype = result_dtype(importer, op);
  if (const auto* b = std::get_if<bool>(value)) return {constant(Array::scalar(*b))};
  if (const auto* d = std::get_if<double>(value)) return {full({dtype, {}}, *d)};
  if (const auto* f = std::get_if<Float32Attribute>(value)) return {full({dtype, {}}, f->value)};
  const auto* array = std::get_if<Array>(value);
  if (array == nullptr || array->shape().is_scalar()) {
    if (read_attribute(*value, whole)) return {full({dtype, {}}, whole)};
  }
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

// The length of each axis, as far as it is known when the program runs.
Value lengths(Value x, DType dtype) {
  Out each;
  for (int i = 0; i < x.rank(); ++i) each.push_back(reshape(convert(get_dimension_size(x, i), dtype), {1}));
  if (each.empty()) return zeros({dtype, {0}});
  return concatenate(each, 0);
}

Out make_shape_of(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  return {lengths(in[0], result_dtype(importer, op))};
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

const std::map<std::string_view, Importer::Handler>& Importer::handlers() {
  static const std::map<std::string_view, Handler> table = {
      {"func.call", call_function},
      {"constant", make_constant},
      {"case", run_case},
      {"if", run_if},
      {"while", run_while},
      {"custom_call", run_custom_call},
      {"check.expect_eq", run_check<6>},
      {"check.expect_close", run_check<6>},
      {"check.expect_almost_eq", run_check<6>},
      {"check.expect_eq_const", run_check<6>},
      {"check.expect_close_const", run_check<6>},
      {"check.expect_almost_eq_const", run_check<6>},
      // Shardy
      {"sdy.sharding_constraint", constrain},
      {"sdy.reshard", constrain},
      {"sdy.constant", make_constant},
      {"sdy.manual_computation", refuse_of_shardy},
      {"sdy.named_computation", refuse_of_shardy},
      {"sdy.propagation_barrier", refuse_of_shardy},
      {"sdy.sharding_group", refuse_of_shardy},
      {"sdy.data_flow_edge", refuse_of_shardy},
      {"sdy.all_gather", refuse_of_shardy},
      {"sdy.all_reduce", refuse_of_shardy},
      {"sdy.all_slice", refuse_of_shardy},
      {"sdy.all_to_all", refuse_of_shardy},
      {"sdy.collective_permute", refuse_of_shardy},
      {"sdy.reduce_scatter", refuse_of_shardy},
      // older ops
      {"dot", make_dot},
      {"broadcast", make_broadcast},
      {"einsum", make_einsum},
      {"unary_einsum", make_einsum},
      {"torch_index_select", make_torch_index_select},
      {"create_token", make_token},
      // CHLO
      {"chlo.asin", unary<asin>},
      {"chlo.acos", unary<acos>},
      {"chlo.atan", unary<atan>},
      {"chlo.asinh", unary<asinh>},
      {"chlo.acosh", unary<acosh>},
      {"chlo.atanh", unary<atanh>},
      {"chlo.sinh", unary<sinh>},
      {"chlo.cosh", unary<cosh>},
      {"chlo.tan", unary<tan>},
      {"chlo.erf", unary<erf>},
      {"chlo.erfc", unary<erfc>},
      {"chlo.erf_inv", unary<erf_inv>},
      {"chlo.lgamma", unary<lgamma>},
      {"chlo.digamma", unary<digamma>},
      {"chlo.bessel_i1e", unary<bessel_i1e>},
      {"chlo.conj", unary<conj>},
      {"chlo.square", unary<square>},
      {"chlo.is_inf", unary<isinf>},
      {"chlo.is_pos_inf", unary<isposinf>},
      {"chlo.is_neg_inf", unary<isneginf>},
      {"chlo.next_after", binary<nextafter>},
      {"chlo.broadcast_next_after", binary<nextafter>},
      {"chlo.polygamma", binary<polygamma>},
      {"chlo.broadcast_polygamma", binary<polygamma>},
      {"chlo.zeta", binary<zeta>},
      {"chlo.broadcast_zeta", binary<zeta>},
      {"chlo.broadcast_add", binary<add>},
      {"chlo.broadcast_subtract", binary<subtract>},
      {"chlo.broadcast_multiply", binary<product>},
      {"chlo.broadcast_divide", binary<divide>},
      {"chlo.broadcast_remainder", binary<remainder>},
      {"chlo.broadcast_power", binary<power>},
      {"chlo.broadcast_maximum", binary<maximum>},
      {"chlo.broadcast_minimum", binary<minimum>},
      {"chlo.broadcast_atan2", binary<atan2>},
      {"chlo.broadcast_and", binary<both>},
      {"chlo.broadcast_or", binary<either>},
      {"chlo.broadcast_xor", binary<one_of>},
      {"chlo.broadcast_shift_left", binary<shift_left>},
      {"chlo.broadcast_shift_right_arithmetic", binary<shift_right_arithmetic>},
      {"chlo.broadcast_shift_right_logical", binary<shift_right_logical>},
      {"chlo.broadcast_complex", binary<complex>},
      {"chlo.broadcast_compare", make_compare},
      {"chlo.broadcast_select", make_select},
      {"chlo.constant", make_constant},
      {"chlo.constant_like", make_constant_like},
      // lengths
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
  };
  return table;
}

}  // namespace hilo::stablehlo
