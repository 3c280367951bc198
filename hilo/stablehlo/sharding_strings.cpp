#include "hilo/stablehlo/sharding_strings.h"

#include <algorithm>

#include "hilo/stablehlo/attribute_text.h"

namespace hilo::stablehlo {
namespace {

using Attributes = std::vector<NamedAttribute>;

std::string text_of(const AttributeValue& value) {
  std::string text;
  append_attribute(text, value);
  return text;
}

std::optional<AttributeValue> taken(Attributes& attributes, std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &NamedAttribute::name);
  if (found == attributes.end()) return {};
  AttributeValue value = std::move(found->value);
  attributes.erase(found);
  return value;
}

// Adds one to `mhlo.frontend_attributes`.
void add_string(Attributes& attributes, std::string name, std::string text) {
  DictionaryAttribute all;
  if (const auto given = taken(attributes, "mhlo.frontend_attributes")) {
    if (const auto* members = std::get_if<DictionaryAttribute>(&*given)) all = *members;
  }
  all.members.push_back({std::move(name), std::move(text)});
  attributes.push_back({"mhlo.frontend_attributes", std::move(all)});
}

// One sharding as a list of one, which is what an op has.
ShardingsAttribute as_list(const AttributeValue& value) {
  if (const auto* one = std::get_if<Sharding>(&value)) return {{*one}};
  if (const auto* all = std::get_if<ShardingsAttribute>(&value)) return *all;
  throw OpError({.op = "write_artifact",
                 .problem = "sdy.sharding is no sharding",
                 .expected = "#sdy.sharding<..> or #sdy.sharding_per_value<[..]>"});
}

ir::Operation call_of(std::string target, const AttributeValue& sharding) {
  ir::Operation call{.name = "stablehlo.custom_call"};
  call.attributes = {{"call_target_name", std::move(target)}, {"has_side_effect", true}};
  add_string(call.attributes, "xla.sdy.sharding", text_of(as_list(sharding)));
  return call;
}

void rewrite(ir::Operation& op) {
  if (op.name == "sdy.sharding_constraint" || op.name == "sdy.reshard") {
    if (const auto sharding = taken(op.attributes, "sharding")) {
      ir::Operation call = call_of("Sharding", *sharding);
      op.name = std::move(call.name);
      op.attributes = std::move(call.attributes);
      op.attributes[1].value = false;  // what is computed may be left out
    }
  }
  if (const auto sharding = taken(op.attributes, "sdy.sharding"))
    add_string(op.attributes, "xla.sdy.sharding", text_of(as_list(*sharding)));
  for (ir::Region& region : op.regions) std::ranges::for_each(region.operations, rewrite);
}

std::vector<AttributeValue>* list_of(ir::Operation& function, std::string_view name) {
  const auto found = std::ranges::find(function.attributes, name, &NamedAttribute::name);
  if (found == function.attributes.end()) return nullptr;
  auto* list = std::get_if<ListAttribute>(&found->value);
  return list == nullptr ? nullptr : &list->items;
}

// What is said of results is said by calls in front of the return.
void rewrite_results(ir::Operation& function, std::vector<Shape>& types) {
  auto* of_results = list_of(function, "res_attrs");
  if (of_results == nullptr || function.regions.empty() || function.regions[0].operations.empty())
    return;
  std::vector<ir::Operation>& body = function.regions[0].operations;
  ir::Operation end = std::move(body.back());
  body.pop_back();
  for (std::size_t i = 0; i < std::min(of_results->size(), end.operands.size()); ++i) {
    auto* attributes = std::get_if<DictionaryAttribute>(&(*of_results)[i]);
    const auto sharding =
        attributes == nullptr ? std::nullopt : taken(attributes->members, "sdy.sharding");
    if (!sharding) continue;
    ir::Operation call = call_of("xla.sdy.FuncResultSharding", *sharding);
    call.operands = {end.operands[i]};
    call.results = {static_cast<ir::ValueId>(types.size())};
    types.push_back(Shape(types[static_cast<std::size_t>(end.operands[i])]));
    end.operands[i] = call.results[0];
    body.push_back(std::move(call));
  }
  body.push_back(std::move(end));
}

void rewrite_arguments(ir::Operation& function) {
  auto* of_arguments = list_of(function, "arg_attrs");
  if (of_arguments == nullptr) return;
  for (AttributeValue& of_one : *of_arguments) {
    auto* attributes = std::get_if<DictionaryAttribute>(&of_one);
    const auto sharding =
        attributes == nullptr ? std::nullopt : taken(attributes->members, "sdy.sharding");
    if (sharding) add_string(attributes->members, "xla.sdy.sharding", text_of(*sharding));
  }
}

}  // namespace

ir::Program with_sharding_strings(ir::Program program) {
  std::string meshes;
  for (ir::Region& region : program.module.regions) {
    for (ir::Operation& op : region.operations) {
      if (op.name == "sdy.mesh") {
        const AttributeValue *name = op.attribute("sym_name"), *mesh = op.attribute("mesh");
        const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(name);
        if (text == nullptr || mesh == nullptr) continue;
        meshes += meshes.empty() ? "{" : ", ";
        append_attribute_name(meshes, *text);
        meshes += " = " + text_of(*mesh);
        continue;
      }
      if (op.name != "func.func") continue;
      rewrite_arguments(op);
      rewrite_results(op, program.types);
      rewrite(op);
    }
    std::erase_if(region.operations, [](const ir::Operation& op) { return op.name == "sdy.mesh"; });
  }
  if (!meshes.empty()) add_string(program.module.attributes, "xla.sdy.meshes", meshes + "}");
  return program;
}

}  // namespace hilo::stablehlo
