#include <numeric>

#include "hilo/ops/arrange.h"
#include "hilo/ops/bessel.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/einsum.h"
#include "hilo/ops/gamma_function.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/math.h"
#include "hilo/ops/numeric.h"
#include "hilo/ops/ragged_dot.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/token.h"
#include "hilo/ops/unary.h"
#include "hilo/stablehlo/import_handlers.h"

// Ops of older versions of StableHLO, one that plugins lack yet, and CHLO.
namespace hilo::stablehlo {

Out stretched(const ir::Operation& op, In in, std::size_t first) {
  std::vector<Value> result(in.begin(), in.end());
  std::vector<Shape> shapes;
  for (std::size_t k = first; k < in.size(); ++k) shapes.push_back(in[k].shape());
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
  broadcast_each(std::span(result).subspan(first), broadcast_dims("broadcast", shapes));
  return result;
}

Out make_select(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 3);
  const Out x = stretched(op, in);
  return {select(x[0], x[1], x[2])};
}

namespace {

// An order of StableHLO 1.22: zeros are equal, and so are NaNs, which are above all numbers.
Out compare_weakly(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  const Value a = in[0], b = in[1];
  if (a.shape() != b.shape() || !is_float(a.dtype())) {
    throw OpError({.problem = "WEAKORDER does not fit", .got = {a.shape(), b.shape()}, .expected = "floats of one shape", .constraint = "StableHLO spec, compare (C3)"});
  }
  const auto is_nan = [](Value x) { return not_equal(x, x); };
  const auto is_less = [&](Value x, Value y) { return logical_or(less(x, y), logical_and(logical_not(is_nan(x)), is_nan(y))); };
  const AttributeValue* given = op.attribute("comparison_direction");
  if (given == nullptr || !std::holds_alternative<EnumAttribute>(*given)) detail::refuse_attribute("comparison_direction");
  const std::string& direction = std::get<EnumAttribute>(*given).value;
  if (direction == "LT") return {is_less(a, b)};
  if (direction == "GT") return {is_less(b, a)};
  if (direction == "LE") return {logical_not(is_less(b, a))};
  if (direction == "GE") return {logical_not(is_less(a, b))};
  const Value is_equal = logical_or(equal(a, b), logical_and(is_nan(a), is_nan(b)));
  return {direction == "EQ" ? is_equal : logical_not(is_equal)};
}

// --- older versions of StableHLO

Out make_dot(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  if (in[0].rank() < 1 || in[0].rank() > 2 || in[1].rank() < 1 || in[1].rank() > 2) {
    throw OpError({.problem = "ranks do not fit", .expected = "vectors and matrices"});
  }
  ir::Operation general = op;
  general.attributes.push_back({"dot_dimension_numbers", StructAttribute{"dot", {{"lhs_batching_dimensions", Axes{}},
                                                                                 {"rhs_batching_dimensions", Axes{}},
                                                                                 {"lhs_contracting_dimensions", Axes{in[0].rank() - 1}},
                                                                                 {"rhs_contracting_dimensions", Axes{0}}}}});
  return importer.results_of(general, "dot_general", in);
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

Out make_constant_like(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  const AttributeValue* value = op.attribute("value");
  if (value == nullptr) throw OpError({.problem = "no attribute 'value'"});
  const Value number = number_of(*value, in[0].dtype());
  if (!number) throw OpError({.problem = "attribute 'value' is of another kind", .expected = "a number"});
  return {broadcast_to(number, in[0].dims())};
}

// The upper half of the product of two whole numbers.
Value mulhi(Operand a, Operand b) {
  const DType dtype = a.value.dtype();
  if (!is_integer(dtype)) throw OpError({.problem = "operands of no whole numbers", .got = {a.value.shape(), b.value.shape()}, .expected = "integers"});
  const int bits = bytes(dtype) * 8;
  const bool has_sign = is_signed(dtype);
  const auto upper = [](Value x, int by) { return shift_right_logical(x, full({x.dtype(), {}}, by)); };
  if (bits < 64) {
    const DType wide = has_sign ? kI64 : kU64;
    const Value product = multiply(convert(a.value, wide), convert(b.value, wide));
    return convert(has_sign ? shift_right_arithmetic(product, full({wide, {}}, bits)) : upper(product, bits), dtype);
  }
  // By halves of 32 bits; what is below the upper half only carries.
  const auto split = [&](Value x) {
    const Value u = has_sign ? bitcast_convert(x, kU64) : x;
    return std::pair{bitwise_and(u, full({kU64, {}}, 0xFFFFFFFF)), upper(u, 32)};
  };
  const auto [a_low, a_high] = split(a.value);
  const auto [b_low, b_high] = split(b.value);
  const Value first = a_high * b_low + upper(a_low * b_low, 32);
  const Value second = a_low * b_high + bitwise_and(first, full({kU64, {}}, 0xFFFFFFFF));
  const Value product = a_high * b_high + upper(first, 32) + upper(second, 32);
  if (!has_sign) return product;
  const Value zero = zeros_like(a.value);
  return bitcast_convert(product, kI64) - select(less(a.value, zero), b.value, zero) - select(less(b.value, zero), a.value, zero);
}

Out make_ragged_dot(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 3);
  auto numbers = Importer::required<RaggedDotDimensionNumbers>(op, "ragged_dot_dimension_numbers");
  const AttributeValue* given = op.attribute("precision_config");
  std::optional<ListAttribute> precision;
  if (given != nullptr && std::holds_alternative<ListAttribute>(*given)) precision = std::get<ListAttribute>(*given);
  for (std::size_t k = 0; precision && k < precision->items.size(); ++k) {
    if (auto* word = std::get_if<EnumAttribute>(&precision->items[k])) word->type = "precision";
  }
  const ExactProducts same(is_exact(precision));
  return {ragged_dot_general(in[0], in[1], in[2], std::move(numbers), result_dtype(importer, op))};
}

// Slices of the inputs and the carries in, slices of the outputs and the carries out.
Out make_scan(Importer& importer, const ir::Operation& op, In in) {
  const auto sizes = Importer::required<Array>(op, "operandSegmentSizes");
  const bool fits = sizes.shape() == Shape{kI32, {2}} && op.regions.size() == 1 && sizes.data<std::int32_t>()[0] >= 1 &&
                    sizes.data<std::int32_t>()[0] <= std::ssize(in) && !in.empty();
  if (!fits) throw OpError({.problem = "no scan is this", .expected = "inputs, carries, and one region"});
  const auto inputs = static_cast<std::size_t>(sizes.data<std::int32_t>()[0]);
  const std::size_t carries = in.size() - inputs;
  const auto axis = Importer::required<std::int64_t>(op, "dimension");
  Out xs, init(in.begin() + static_cast<std::ptrdiff_t>(inputs), in.end());
  for (Value x : in.first(inputs)) {
    if (axis < 0 || axis >= x.rank()) throw OpError({.problem = "axis " + std::to_string(axis) + " is out of range", .got = {x.shape()}});
    xs.push_back(moveaxis(x, {static_cast<int>(axis)}, {0}));
  }
  const bool is_reversed = op.attribute("is_reverse") != nullptr && Importer::required<bool>(op, "is_reverse");
  const BuildFn body = importer.body(op.regions[0]);
  const auto step = [&](In carry, In x) {
    Out arguments(x.begin(), x.end());
    arguments.insert(arguments.end(), carry.begin(), carry.end());
    Out given = body(arguments);
    if (given.size() < carries) throw OpError({.problem = "the region gives fewer values than there are carries"});
    const auto from = given.end() - static_cast<std::ptrdiff_t>(carries);
    return Carried{.carry = Out(from, given.end()), .ys = Out(given.begin(), from)};
  };
  Carried all = scan(std::move(init), std::move(xs), step, {.is_reversed = is_reversed});
  Out results;
  for (Value y : all.ys) results.push_back(moveaxis(y, {0}, {static_cast<int>(axis)}));
  results.insert(results.end(), all.carry.begin(), all.carry.end());
  return results;
}

}  // namespace

void add_chlo_handlers(Handlers& table) {
  table.insert({
      {"compare WEAKORDER", compare_weakly},
      // older ops
      {"dot", make_dot},
      {"broadcast", make_broadcast},
      {"einsum", make_einsum},
      {"unary_einsum", make_einsum},
      {"torch_index_select", make_torch_index_select},
      {"create_token", make_token},
      // what TensorFlow leaves of MHLO
      {"mhlo.copy", as_it_is},
      {"mhlo.erf", unary<erf>},
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
      {"chlo.mulhi", binary<mulhi>},
      {"chlo.ragged_dot", make_ragged_dot},
      {"chlo.scan", make_scan},
      {"chlo.constant", make_constant},
      {"chlo.constant_like", make_constant_like},
  });
}

}  // namespace hilo::stablehlo
