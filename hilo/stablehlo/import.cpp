#include "hilo/stablehlo/import.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/rules.h"
#include "hilo/stablehlo/importer.h"
#include "hilo/stablehlo/parse.h"
#include "hilo/stablehlo/result_rules.h"

namespace hilo::stablehlo {
namespace {

constexpr std::size_t kGrowth = 64, kFreeGrowth = 100'000;  // ops with all calls written out, by op of the program
constexpr int kDeepest = 256;                               // calls and regions inside each other

std::size_t count_operations(const ir::Operation& op) {
  std::size_t count = 1;
  for (const ir::Region& region : op.regions) {
    for (const ir::Operation& inner : region.operations) count += count_operations(inner);
  }
  return count;
}

const TypeAttribute& signature(const ir::Program& program, const ir::Operation& function) {
  const AttributeValue* type = function.attribute("function_type");
  const auto* signature = type == nullptr ? nullptr : std::get_if<TypeAttribute>(type);
  if (signature == nullptr || !signature->is_function) throw ir::error_at(program.file, function.at, "func.func: no function_type");
  return *signature;
}

std::string_view name_of(const ir::Operation& function) {
  const AttributeValue* name = function.attribute("sym_name");
  const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(name);
  return text == nullptr ? std::string_view() : *text;
}

const std::vector<ir::Operation>& top_level(const ir::Program& program) {
  static const std::vector<ir::Operation> none;
  return program.module.regions.empty() ? none : program.module.regions[0].operations;
}

// The declared shape with the lengths that `more` knows.
Shape refined(const Shape& declared, const Shape& more) {
  Shape result = declared;
  for (std::size_t i = 0; i < result.dims.size(); ++i) {
    if (result.dims[i] == kDynamic) result.dims[i] = more.dims[i];
  }
  if (result.is_static() && !result.bounds().empty()) result.detail = nullptr;
  return result;
}

std::int64_t whole_number(const ir::Operation& op, std::string_view name, std::int64_t otherwise) {
  const AttributeValue* value = op.attribute(name);
  std::int64_t number = otherwise;
  return value != nullptr && read_attribute(*value, number) ? number : otherwise;
}

// A result or argument, or the part of a tuple that the indices lead to; null where they lead nowhere.
const Shape* part_of(std::span<const Shape> from, std::span<const std::int64_t> indices) {
  const Shape* part = nullptr;
  for (const std::int64_t i : indices) {
    if (i < 0 || i >= std::ssize(from)) return nullptr;
    part = &from[static_cast<std::size_t>(i)];
    from = part->dtype == DType::kTuple ? std::span<const Shape>(part->elements()) : std::span<const Shape>();
  }
  return part;
}

// The result that argument `i` may take the memory of by `stablehlo.result_alias`; -1 if it is a part of a tuple.
int alias_of(const StructAttribute& attribute, std::size_t i, const TypeAttribute& type) {
  std::vector<std::int64_t> argument = {static_cast<std::int64_t>(i)}, result;
  for (const NamedAttribute& m : attribute.members) {
    std::vector<std::int64_t> indices;
    if (m.name == "result_index") (void)read_attribute(m.value, result);
    if (m.name == "tuple_indices" && read_attribute(m.value, indices)) argument.insert(argument.end(), indices.begin(), indices.end());
  }
  const Shape *from = part_of(type.inputs, argument), *to = part_of(type.results, result);
  if (from == nullptr || to == nullptr || !is_compatible(*from, *to)) {
    throw OpError({.problem = "the stablehlo.result_alias of argument " + std::to_string(i) + " does not fit",
                   .expected = "a part of it and one of a result, of one shape"});
  }
  return argument.size() == 1 && result.size() == 1 ? static_cast<int>(result[0]) : -1;
}

// By argument, the result that `tf.aliasing_output` or `stablehlo.result_alias` names.
std::vector<int> aliases_of(const ir::Operation& main, const TypeAttribute& type) {
  const AttributeValue* attributes = main.attribute("arg_attrs");
  const auto* list = attributes == nullptr ? nullptr : std::get_if<ListAttribute>(attributes);
  std::vector<int> aliases(type.inputs.size(), -1);
  for (std::size_t i = 0; list != nullptr && i < std::min(aliases.size(), list->items.size()); ++i) {
    const auto* of_one = std::get_if<DictionaryAttribute>(&list->items[i]);
    if (of_one == nullptr) continue;
    for (const NamedAttribute& a : of_one->members) {
      std::int64_t result = -1;
      const auto* alias = std::get_if<StructAttribute>(&a.value);
      if (a.name == "stablehlo.result_alias" && alias != nullptr) aliases[i] = alias_of(*alias, i, type);
      if (a.name != "tf.aliasing_output" || !read_attribute(a.value, result)) continue;
      if (result >= 0 && result < std::ssize(type.results)) aliases[i] = static_cast<int>(result);
    }
  }
  if (std::ranges::count(aliases, -1) == std::ssize(aliases)) aliases.clear();
  return aliases;
}

}  // namespace

Importer::Importer(const ir::Program& program, const ImportOptions& options) : program_(program), options_(options) {
  for (const ir::Operation& op : top_level(program)) {
    if (op.name != "func.func") continue;
    const bool is_new = functions_.emplace(name_of(op), &op).second;
    if (!is_new) throw ir::error_at(program.file, op.at, "func.func: a second function @" + std::string(name_of(op)));
  }
  if (program.module.attribute("stablehlo.result_alias") != nullptr)
    throw ir::error_at(program.file, program.module.at, "module: stablehlo.result_alias is said of a function's arguments");
  read_meshes();
  budget_ = kFreeGrowth + kGrowth * count_operations(program.module);
}

Imported Importer::run(std::string_view name) {
  result_ = {};
  checked_.clear();
  const ir::Operation& main = function(name, program_.module.at);
  const TypeAttribute& type = signature(program_, main);
  std::vector<Shape> arguments = type.inputs;
  if (!options_.arguments.empty()) {
    const std::vector<Shape>& given = options_.arguments;
    if (!std::equal(given.begin(), given.end(), arguments.begin(), arguments.end(), is_compatible)) {
      throw ir::error_at(program_.file, main.at,
                         "@" + std::string(name_of(main)) + " takes other arguments\n  got:      " + to_string(Shapes(given)) +
                             "\n  expected: " + to_string(Shapes(arguments)));
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) arguments[i] = refined(arguments[i], given[i]);
  }
  calls_ = {name_of(main)};
  const BuildFn build = [&](std::span<const Value> parameters) {
    main_ = &current_graph("import", {});
    std::vector<Value> arguments_of_main(parameters.begin(), parameters.end());
    shard_each(arguments_of_main, main, "arg_attrs");
    std::vector<Value> results = body_of(main, parameters);
    shard_each(results, main, "res_attrs");
    result_.result_count = results.size();
    for (std::size_t i = 0; i < checked_.size(); ++i) {
      result_.checks[i].got = results.size();
      result_.checks[i].expected = results.size() + 1;
      results.push_back(checked_[i].first);
      results.push_back(checked_[i].second);
    }
    return results;
  };
  try {
    result_.function = trace(build, arguments);
  } catch (const OpError& e) {  // of the function itself, not of an op in it
    refuse(main, e);
  }
  result_.name = name_of(main);
  guarded(main, [&] { result_.aliases = aliases_of(main, type); });
  result_.partitions = std::max<std::int64_t>(whole_number(program_.module, "mhlo.num_partitions", 1), 1);
  result_.replicas = std::max<std::int64_t>(whole_number(program_.module, "mhlo.num_replicas", 1), 1);
  return std::move(result_);
}

const ir::Operation& Importer::function(std::string_view name, const ir::Position& at) const {
  auto found = functions_.find(name);
  if (found == functions_.end() && functions_.size() == 1 && name == "main") found = functions_.begin();
  if (found == functions_.end()) {
    std::vector<std::string> known;
    for (const auto& [each, op] : functions_) known.push_back(each);
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(known.size(), 8); ++i) names += (i > 0 ? ", @" : "@") + known[i];
    throw ir::error_at(program_.file, at, "no function @" + std::string(name) + "; there is " + (names.empty() ? "none" : names));
  }
  const ir::Operation& op = *found->second;
  if (op.regions.empty() || op.regions[0].operations.empty()) {
    throw ir::error_at(program_.file, op.at, "@" + std::string(found->first) + " has no body");
  }
  return op;
}

void Importer::define(ir::ValueId id, Value value) { values_[id] = value; }

// A constant of outside is made again inside: it costs nothing, and loops need not carry it round. So are numbers that
// the graph tells, which may be lengths that something inside is to have.
Value Importer::operand(ir::ValueId id) {
  const auto found = values_.find(id);
  if (found == values_.end()) throw OpError({.problem = "an operand that is not defined here"});
  const Value value = found->second;
  if (&value.graph() == &current_graph("import", {})) return value;
  const auto again = [](const auto& self, Value outer) -> Value {
    const Node& node = outer.graph().node_of(outer.id());
    if (!node.op) return {};
    const std::string_view name = node.op->name();
    std::vector<Value> operands;
    if (name == "broadcast_in_dim") operands.push_back(self(self, Value(outer.graph(), node.operands[0])));
    else if (name != "constant" && name != "iota") return {};
    if (!operands.empty() && !operands[0]) return {};
    return current_graph(name, node.site).add(node.op, operands, node.site)[0];
  };
  if (const Value copy = again(again, value)) return copy;
  const Dims numbers = value.shape().is_static() && value.rank() <= 1 ? known_integers(value) : Dims();
  if (numbers.empty() || !is_known(numbers)) return value;
  return constant(Array::of({std::ssize(numbers)}, numbers).as(value.dtype()).reshaped(value.dims()));
}

// Values that a region defines are forgotten behind it: they belong to a graph of their own.
std::vector<Value> Importer::operations(const ir::Region& region, std::span<const Value> arguments) {
  if (region.operations.empty()) throw OpError({.problem = "an empty region", .expected = "one that ends in a return"});
  if (region.arguments.size() != arguments.size()) {
    throw OpError({.problem = "a region of " + std::to_string(region.arguments.size()) + " arguments", .expected = std::to_string(arguments.size())});
  }
  if (++depth_ > kDeepest) throw OpError({.problem = "calls and regions are nested too deep", .expected = "at most " + std::to_string(kDeepest)});
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!is_compatible(arguments[i].shape(), type(region.arguments[i]))) {
      throw OpError({.problem = "argument " + std::to_string(i) + " of a region does not fit", .got = {arguments[i].shape()},
                     .expected = to_string(type(region.arguments[i]))});
    }
    define(region.arguments[i], arguments[i]);
  }
  const ir::Operation& end = region.operations.back();
  for (const ir::Operation& op : region.operations) {
    if (&op != &end) operation(op);
  }
  const bool is_end = end.name == "func.return" || end.name == "stablehlo.return" || end.name == "sdy.return" || end.name == "chlo.return" ||
                      end.name == "mhlo.return";
  if (!is_end) refuse(end, "a region ends in it\n  expected: a return");
  std::vector<Value> results;
  try {
    for (ir::ValueId id : end.operands) results.push_back(operand(id));
  } catch (const OpError& e) {
    refuse(end, e.refusal().problem);
  }
  for (ir::ValueId id : region.arguments) values_.erase(id);
  for (const ir::Operation& op : region.operations) {
    for (ir::ValueId id : op.results) values_.erase(id);
  }
  --depth_;
  return results;
}

// What the function gives must be what its type says.
std::vector<Value> Importer::body_of(const ir::Operation& function, std::span<const Value> arguments) {
  result_.functions.emplace(name_of(function));
  std::vector<Value> results = operations(function.regions.at(0), arguments);
  const std::vector<Shape>& declared = signature(program_, function).results;
  std::vector<Shape> got;
  for (const Value& v : results) got.push_back(v.shape());
  if (!std::ranges::equal(got, declared, is_compatible)) {
    refuse(function.regions[0].operations.back(), "@" + std::string(name_of(function)) + " returns " + to_string(Shapes(got)) +
                                                      "\n  expected: " + to_string(Shapes(declared)) + ", which its type says");
  }
  return results;
}

BuildFn Importer::body(const ir::Region& region) {
  return [this, &region](std::span<const Value> arguments) { return operations(region, arguments); };
}

std::vector<Value> Importer::call(std::string_view name, std::span<const Value> arguments, const ir::Operation& op) {
  const ir::Operation& callee = function(name, op.at);
  if (std::ranges::find(calls_, name) != calls_.end()) throw OpError({.problem = "@" + std::string(name) + " calls itself", .expected = "no recursion"});
  calls_.push_back(name_of(callee));
  std::vector<Value> inner(arguments.begin(), arguments.end());
  shard_each(inner, callee, "arg_attrs");
  std::vector<Value> results = body_of(callee, inner);
  shard_each(results, callee, "res_attrs");
  calls_.pop_back();
  return results;
}

void Importer::check(std::string_view name, const ir::Operation& op, Value got, Value expected) {
  if (&current_graph("import", {}) != main_) throw OpError({.problem = "a check inside a region", .expected = "checks in the function itself"});
  checked_.emplace_back(got, expected);
  result_.checks.push_back({std::string(name), 0, 0, op.attributes, op.at});
}

Site Importer::site_of(const ir::Operation& op) const {
  if (op.site.line != 0) return op.site;
  Site site;
  site.file = intern(program_.file).data();
  site.line = op.at.line;
  site.column = op.at.column;
  site.scope = op.site.scope;
  return site;
}

void Importer::refuse(const ir::Operation& op, const std::string& problem) const {
  std::string text = op.name + ": " + problem;
  if (op.site.line != 0) text += "\n  from:     " + to_string(op.site);
  throw ir::error_at(program_.file, op.at, text);
}

void Importer::refuse(const ir::Operation& op, const OpError& error) const {
  const auto& [_, problem, got, expected, hint, constraint] = error.refusal();
  std::string text = problem;
  if (!got.empty()) text += "\n  got:      " + to_string(Shapes(got));
  if (!expected.empty()) text += "\n  expected: " + expected;
  if (constraint.starts_with("StableHLO")) text += "\n  source:   " + constraint;
  refuse(op, text);
}

void Importer::guarded(const ir::Operation& op, const std::function<void()>& work) const {
  try {
    const CallSite site(site_of(op));
    work();
  } catch (const OpError& e) {
    refuse(op, e);
  } catch (const FormatError&) {
    throw;  // of an operation inside
  } catch (const Error& e) {
    refuse(op, e.what());
  }
}

void Importer::operation(const ir::Operation& op) {
  if (budget_-- == 0) refuse(op, "the calls of the program, written out, are too many operations");
  guarded(op, [&] {
    std::vector<Value> operands;
    operands.reserve(op.operands.size());
    for (ir::ValueId id : op.operands) operands.push_back(operand(id));
    const std::string_view full = op.name;
    const std::string_view name = full.starts_with("stablehlo.") ? full.substr(10) : full;
    const std::size_t first_new = current_graph(name, {}).nodes().size();
    std::vector<Value> results = results_of(op, name, operands);
    check_results(op, results);
    shard_results(results, op, first_new);
    for (std::size_t i = 0; i < op.results.size(); ++i) define(op.results[i], results[i]);
  });
}

std::vector<Value> Importer::results_of(const ir::Operation& op, std::string_view name, std::span<const Value> operands) {
  if (const auto handler = handlers().find(name); handler != handlers().end()) return handler->second(*this, op, operands);
  if (auto variant = variant_of(op, name, operands)) return std::move(*variant);
  const OpEntry* entry = all_ops().find(name);
  if (entry == nullptr || entry->make == nullptr) throw OpError({.problem = "no such operation is known", .expected = "an op of StableHLO, CHLO or func"});
  return built(op, *entry, operands);
}

std::vector<Value> Importer::built(const ir::Operation& op, const OpEntry& entry, std::span<const Value> operands) {
  std::vector<Function> regions;
  for (const ir::Region& region : op.regions) regions.push_back(closed_region(region, op, entry.name, operands));
  if (entry.name == "composite") {
    const auto callee = required<std::string>(op, "decomposition");
    const std::vector<Shape> shapes = [&] {
      std::vector<Shape> all;
      for (const Value& v : operands) all.push_back(v.shape());
      return all;
    }();
    regions.push_back(trace([&](std::span<const Value> p) { return call(callee, p, op); }, shapes));
  }
  std::vector<Shape> declared;
  for (ir::ValueId id : op.results) declared.push_back(type(id));
  return apply_parts(entry, {op.attributes, regions, operands, declared});
}

Function Importer::closed_region(const ir::Region& region, const ir::Operation& op, std::string_view name, std::span<const Value>) {
  std::vector<Shape> shapes;
  for (ir::ValueId id : region.arguments) shapes.push_back(type(id));
  std::vector<Value> captured;
  const auto expressed = [&, of = body(region)](std::span<const Value> p) {
    std::vector<Value> results = of(p);
    for (Value& v : results) v = without_quantization(region, v);
    return results;
  };
  Function f = trace_closed(expressed, shapes, captured);
  if (!captured.empty()) {
    refuse(op, "a region of " + std::string(name) + " reads " + to_string(captured[0].shape()) +
                   " of outside\n  expected: its arguments and constants alone");
  }
  return f;
}

void Importer::check_results(const ir::Operation& op, std::span<const Value> results) const {
  std::vector<Shape> got, declared;
  for (const Value& v : results) got.push_back(v.shape());
  for (ir::ValueId id : op.results) declared.push_back(type(id));
  if (std::equal(got.begin(), got.end(), declared.begin(), declared.end(), is_compatible)) return;
  const std::string_view name = op.name.starts_with("stablehlo.") ? std::string_view(op.name).substr(10) : std::string_view(op.name);
  const std::string_view rule = rule_of_result(name);
  refuse(op, "the result is " + to_string(Shapes(got)) + "\n  expected: " + to_string(Shapes(declared)) + ", which the program declares" +
                 (rule.empty() ? "" : "\n  source:   StableHLO spec, " + std::string(name) + " (" + std::string(rule) + ")"));
}

Imported import_program(const ir::Program& program, const ImportOptions& options) { return Importer(program, options).run(options.function); }

Imported import_program(std::string_view bytes, const ImportOptions& options) { return import_program(parse(bytes, options.file), options); }

std::vector<Shape> declared_arguments(const ir::Program& program, std::string_view function) {
  const ir::Operation* only = nullptr;
  std::size_t count = 0;
  for (const ir::Operation& op : top_level(program)) {
    if (op.name != "func.func") continue;
    if (name_of(op) == function) return signature(program, op).inputs;
    only = &op;
    ++count;
  }
  if (count == 1 && function == "main") return signature(program, *only).inputs;
  throw ir::error_at(program.file, program.module.at, "no function @" + std::string(function));
}

void each_function(const ir::Program& program, const std::function<void(Imported)>& use) {
  std::vector<std::string> names;
  for (const ir::Operation& op : top_level(program)) {
    if (op.name == "func.func" && !op.regions.empty() && !op.regions[0].operations.empty()) names.emplace_back(name_of(op));
  }
  std::ranges::stable_partition(names, [](const std::string& name) { return name == "main"; });
  const ImportOptions options{.file = program.file};
  Importer importer(program, options);
  std::set<std::string, std::less<>> seen;
  for (const std::string& name : names) {
    if (seen.contains(name)) continue;
    Imported one = importer.run(name);
    seen.insert(one.functions.begin(), one.functions.end());
    use(std::move(one));
  }
}

Imported verify_program(const ir::Program& program) {
  Imported first;
  each_function(program, [&](Imported one) {
    if (!first.function) first = std::move(one);
  });
  return first;
}

}  // namespace hilo::stablehlo
