#include "hilo/ops/quantize.h"
#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/manual_computation.h"
#include "hilo/ops/switch_case.h"
#include "hilo/ops/while_loop.h"
#include "hilo/stablehlo/import_handlers.h"

// Calls, constants, control flow, custom calls and Shardy.
namespace hilo::stablehlo {

void expect_operands(In in, std::size_t count) {
  if (in.size() != count) throw OpError({.problem = std::to_string(in.size()) + " operands", .expected = std::to_string(count)});
}

DType result_dtype(const Importer& importer, const ir::Operation& op) {
  if (op.results.empty()) throw OpError({.problem = "no result", .expected = "one"});
  return importer.type(op.results[0]).dtype;
}

Value constant_of(const ir::Operation& op, std::string_view attribute) {
  const AttributeValue* value = op.attribute(attribute);
  if (value == nullptr) throw OpError({.problem = "no attribute '" + std::string(attribute) + "'"});
  if (const auto* splat = std::get_if<SplatAttribute>(value)) {
    if (!splat->shape.is_static()) throw OpError({.problem = "a constant of open lengths", .got = {splat->shape}, .expected = "static dims"});
    return broadcast_to(constant(splat->element), splat->shape.dims);
  }
  return constant(Importer::required<Array>(op, attribute));
}

Out make_constant(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 0);
  const Value value = constant_of(op);
  const Quantization* stored = op.results.size() == 1 ? importer.type(op.results[0]).quantization() : nullptr;
  return {stored != nullptr && stored->storage == value.dtype() ? uniform_from_stored(value, *stored) : value};
}

Value number_of(const AttributeValue& value, DType dtype) {
  std::int64_t whole = 0;
  const Shape scalar{dtype, {}};
  if (const auto* d = std::get_if<double>(&value)) return full(scalar, *d);
  if (const auto* f = std::get_if<Float32Attribute>(&value)) return full(scalar, f->value);
  if (const auto* a = std::get_if<Array>(&value); a != nullptr && a->shape().is_scalar()) return constant(a->as(dtype));
  return read_attribute(value, whole) ? full(scalar, whole) : Value();
}

Out as_it_is(Importer&, const ir::Operation&, In in) {
  expect_operands(in, 1);
  return {in[0]};
}

const std::map<std::string_view, Importer::Handler>& Importer::handlers() {
  static const Handlers table = [] {
    Handlers all;
    add_call_handlers(all);
    add_chlo_handlers(all);
    add_length_handlers(all);
    add_check_handlers(all);
    return all;
  }();
  return table;
}

namespace {

void expect_regions(const ir::Operation& op, std::size_t count) {
  if (op.regions.size() != count) throw OpError({.problem = std::to_string(op.regions.size()) + " regions", .expected = std::to_string(count)});
}

Out call_function(Importer& importer, const ir::Operation& op, In in) {
  return importer.call(Importer::required<std::string>(op, "callee"), in, op);
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
  if (const auto probes = probes_in(op.regions[1]); !probes.empty()) return run_probed_loop(importer, op, in, probes);
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

// What says which values go together, and the ops that Shardy's partitioner writes.
Out refuse_of_shardy(Importer&, const ir::Operation&, In) {
  throw OpError({.problem = "this part of Shardy is not supported", .expected = "sdy.mesh, sdy.sharding, sdy.sharding_constraint, sdy.reshard, sdy.manual_computation"});
}
// The same as XLA's older partitioner says it: the value as one device has it, and back.
[[noreturn]] void refuse_of_spmd(const std::string& target) {
  throw OpError({.problem = target + ": programs that divide by hand are not supported", .expected = "shardings alone, which XLA divides by"});
}

Out constrain(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  return {importer.constrained(op, in[0])};
}

Out divide_by_hand(Importer& importer, const ir::Operation& op, In in) {
  expect_regions(op, 1);
  const AttributeValue* axes = op.attribute("manual_axes");
  const auto* given = axes == nullptr ? nullptr : std::get_if<StructAttribute>(axes);
  const AttributeValue* names = given == nullptr ? nullptr : find_attribute(given->members, "value");
  const auto* list = names == nullptr ? nullptr : std::get_if<ListAttribute>(names);
  if (list == nullptr) throw OpError({.problem = "no manual_axes", .expected = "#sdy<manual_axes{..}>"});
  ManualOptions options{.in_shardings = importer.shardings_under(op, "in_shardings"), .out_shardings = importer.shardings_under(op, "out_shardings")};
  for (const AttributeValue& name : list->items) {
    if (!read_attribute(name, options.manual_axes.emplace_back())) throw OpError({.problem = "a manual axis without a name"});
  }
  return manual_computation(Operands(std::vector<Value>(in.begin(), in.end())), std::move(options), importer.body(op.regions[0]));
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
  if (target == "SPMDFullToShardShape" || target == "SPMDShardToFullShape") refuse_of_spmd(target);
  if (target.starts_with("xla.sdy.")) return refuse_of_shardy(importer, op, in);
  if (auto solved = import_lapack(importer, op, target, in)) return *solved;
  if (auto known = import_jax_call(importer, op, target, in)) return *known;
  std::vector<Shape> declared;
  for (ir::ValueId id : op.results) declared.push_back(importer.type(id));
  return apply_parts(*all_ops().find("custom_call"), {op.attributes, {}, in, declared});
}

}  // namespace

void add_call_handlers(Handlers& table) {
  table.insert({
      {"func.call", call_function},
      {"constant", make_constant},
      {"case", run_case},
      {"if", run_if},
      {"while", run_while},
      {"custom_call", run_custom_call},
      // Shardy
      {"sdy.sharding_constraint", constrain},
      {"sdy.reshard", constrain},
      {"sdy.constant", make_constant},
      {"sdy.manual_computation", divide_by_hand},
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
  });
}

}  // namespace hilo::stablehlo
