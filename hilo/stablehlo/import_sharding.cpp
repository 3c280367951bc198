// Shardy in programs, in its own words or as the strings that artifacts of JAX carry it in, as
// shardings of values.
#include <algorithm>

#include "hilo/ops/sharding.h"
#include "hilo/stablehlo/importer.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {
namespace {

// `mhlo.frontend_attributes = {name = "text"}` as the attribute that the text is: its quotes may be
// escaped once more.
std::optional<AttributeValue> frontend_attribute(const std::vector<NamedAttribute>& attributes,
                                                 std::string_view name) {
  const AttributeValue* all = find_attribute(attributes, "mhlo.frontend_attributes");
  const auto* dictionary = all == nullptr ? nullptr : std::get_if<DictionaryAttribute>(all);
  const AttributeValue* value = dictionary == nullptr ? nullptr : find_attribute(dictionary->members, name);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  if (text == nullptr) return {};
  std::string plain;
  for (std::size_t i = 0; i < text->size(); ++i) {
    if ((*text)[i] == '\\' && i + 1 < text->size() && (*text)[i + 1] == '"') continue;
    plain += (*text)[i];
  }
  try {
    return parse_attribute(plain, std::string(name));
  } catch (const FormatError& e) {
    throw OpError({.problem = e.what()});
  }
}

// Whether it leaves everything to the partitioner.
bool is_open(const Sharding& s) {
  return s.replicated.empty() && s.unreduced.empty() &&
         std::ranges::all_of(s.dims, [](const DimSharding& d) {
           return d.axes.empty() && d.is_open && !d.priority;
         });
}

bool is_said(Value value, const Sharding& sharding) {
  return value.sharding() != nullptr && *value.sharding() == sharding;
}

// Says it of the value itself where that may be and nothing is said of it, else puts a constraint
// on top.
Value sharded(Value value, Sharding sharding, bool may_be_said_of_itself) {
  if (is_said(value, sharding)) return value;
  if (!may_be_said_of_itself || value.sharding() != nullptr)
    return with_sharding(value, std::move(sharding));
  value.graph().set_sharding(value.id(), std::move(sharding));
  return value;
}

bool is_result_here(Value value, std::size_t first_new = 0) {
  const Graph& graph = value.graph();
  return &graph == &current_graph("import", {}) && graph.node_of(value.id()).op &&
         static_cast<std::size_t>(graph.node_index(value.id())) >= first_new;
}

}  // namespace

void Importer::add_mesh(std::string_view name, const AttributeValue& value,
                        const ir::Operation& op) {
  const auto* given = std::get_if<Mesh>(&value);
  if (given == nullptr)
    throw ir::error_at(program_.file, op.at, "@" + std::string(name) + " is no mesh");
  Mesh mesh = *given;
  mesh.name = name;
  if (!meshes_.emplace(name, std::make_shared<const Mesh>(std::move(mesh))).second) {
    throw ir::error_at(program_.file, op.at, "sdy.mesh: a second mesh @" + std::string(name));
  }
}

void Importer::read_meshes() {
  const ir::Operation& module = program_.module;
  for (const ir::Region& region : module.regions) {
    for (const ir::Operation& op : region.operations) {
      if (op.name != "sdy.mesh") continue;
      const AttributeValue *name = op.attribute("sym_name"), *mesh = op.attribute("mesh");
      const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(name);
      if (text == nullptr || mesh == nullptr)
        throw ir::error_at(program_.file, op.at, "sdy.mesh: no name, or no mesh");
      add_mesh(*text, *mesh, op);
    }
  }
  std::optional<AttributeValue> more;
  try {
    more = frontend_attribute(module.attributes, "xla.sdy.meshes");
  } catch (const OpError& e) {
    throw ir::error_at(program_.file, module.at, e.refusal().problem);
  }
  if (!more) return;
  const auto* all = std::get_if<DictionaryAttribute>(&*more);
  if (all == nullptr)
    throw ir::error_at(program_.file, module.at, "xla.sdy.meshes is no dictionary of meshes");
  for (const NamedAttribute& mesh : all->members) add_mesh(mesh.name, mesh.value, module);
}

Sharding Importer::resolved(Sharding sharding) const {
  if (sharding.mesh) return sharding;
  const auto found = meshes_.find(sharding.mesh_name);
  if (found == meshes_.end()) {
    std::string names;
    for (const auto& [name, mesh] : meshes_) names += (names.empty() ? "@" : ", @") + name;
    throw OpError({.problem = "no mesh @" + sharding.mesh_name,
                   .expected = names.empty() ? "a program with an sdy.mesh" : names});
  }
  sharding.mesh = found->second;
  sharding.mesh_name.clear();
  return sharding;
}

std::vector<Sharding> Importer::shardings_of(const std::vector<NamedAttribute>& attributes) const {
  std::optional<AttributeValue> value;
  if (const AttributeValue* own = find_attribute(attributes, "sdy.sharding"))
    value = *own;
  else
    value = frontend_attribute(attributes, "xla.sdy.sharding");
  if (!value) return {};
  std::vector<Sharding> result;
  if (const auto* all = std::get_if<ShardingsAttribute>(&*value))
    result = all->values;
  else if (const auto* one = std::get_if<Sharding>(&*value))
    result = {*one};
  else
    throw OpError({.problem = "sdy.sharding is no sharding",
                   .expected = "#sdy.sharding<..> or #sdy.sharding_per_value<[..]>"});
  for (Sharding& s : result) s = resolved(std::move(s));
  return result;
}

// Values are the arguments or results of `function`, whose dictionaries stand in the list
// `attributes`.
void Importer::shard_each(std::vector<Value>& values, const ir::Operation& function,
                          std::string_view attributes) const {
  const AttributeValue* given = function.attribute(attributes);
  const auto* list = given == nullptr ? nullptr : std::get_if<ListAttribute>(given);
  const bool is_main = calls_.size() == 1, are_arguments = attributes == "arg_attrs";
  try {
    for (std::size_t i = 0; list != nullptr && i < std::min(values.size(), list->items.size());
         ++i) {
      const auto* of_one = std::get_if<DictionaryAttribute>(&list->items[i]);
      if (of_one == nullptr) continue;
      const std::vector<Sharding> said = shardings_of(of_one->members);
      if (said.size() > 1)
        throw OpError({.problem = std::to_string(said.size()) + " shardings", .expected = "one"});
      if (!said.empty())
        values[i] =
            sharded(values[i], said[0], are_arguments ? is_main : is_result_here(values[i]));
    }
  } catch (const OpError& e) {
    refuse(function,
           std::string(attributes) + ": " + e.refusal().problem +
               (e.refusal().expected.empty() ? "" : "\n  expected: " + e.refusal().expected));
  }
}

void Importer::shard_results(std::vector<Value>& results, const ir::Operation& op,
                             std::size_t first_new) const {
  const std::vector<Sharding> said = shardings_of(op.attributes);
  if (said.empty() || results.empty()) return;  // JAX says where a callback runs that gives nothing
  if (said.size() != results.size()) {
    throw OpError({.problem = std::to_string(said.size()) + " shardings",
                   .expected = std::to_string(results.size()) + ", one for each result"});
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (said[i].mesh->axes.empty()) continue;  // all of it on one device
    if (results.size() > 1 && is_open(said[i]))
      continue;  // which only says something of the others
    results[i] = sharded(results[i], said[i], is_result_here(results[i], first_new));
  }
}

std::vector<Sharding> Importer::shardings_under(const ir::Operation& op, std::string_view name) {
  const AttributeValue* given = op.attribute(name);
  const auto* all = given == nullptr ? nullptr : std::get_if<ShardingsAttribute>(given);
  if (all == nullptr) {
    throw OpError({.problem = "no shardings under '" + std::string(name) + "'",
                   .expected = "#sdy.sharding_per_value<[..]>"});
  }
  std::vector<Sharding> result;
  for (const Sharding& s : all->values) result.push_back(resolved(s));
  return result;
}

Value Importer::constrained(const ir::Operation& op, Value value) {
  return with_sharding(value, resolved(required<Sharding>(op, "sharding")));
}

Value Importer::as_result(const ir::Operation& op, Value value) {
  const std::vector<Sharding> said = shardings_of(op.attributes);
  if (said.size() != 1)
    throw OpError({.problem = std::to_string(said.size()) + " shardings", .expected = "one"});
  return sharded(value, said[0], is_result_here(value));
}

}  // namespace hilo::stablehlo
