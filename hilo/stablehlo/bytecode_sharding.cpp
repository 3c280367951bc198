#include "hilo/stablehlo/bytecode_sharding.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/graph/read_attribute.h"

namespace hilo::stablehlo::bytecode {
namespace {

// Attributes that are parts of a mesh or sharding; throws where one is of another kind.
const AttributeValue* find_member(const AttributeValue& part, std::string_view mnemonic,
                                  std::string_view member) {
  const auto* s = std::get_if<StructAttribute>(&part);
  if (s == nullptr || s->mnemonic != mnemonic)
    throw Error("a part of a sharding that is no " + std::string(mnemonic));
  return find_attribute(s->members, member);
}
template <class T>
const T& member_of(const AttributeValue& part, std::string_view mnemonic, std::string_view member) {
  return std::get<T>(*find_member(part, mnemonic, member));  // the layout says so
}

std::vector<MeshAxis> axes_from(const std::vector<AttributeValue>& parts) {
  std::vector<MeshAxis> result;
  for (const AttributeValue& part : parts) {
    MeshAxis axis{.name = member_of<std::string>(part, "sdy.axis_ref", "name")};
    if (const AttributeValue* sub = find_member(part, "sdy.axis_ref", "sub_axis_info")) {
      axis.pre_size = member_of<std::int64_t>(*sub, "sdy.sub_axis_info", "pre_size");
      axis.size = member_of<std::int64_t>(*sub, "sdy.sub_axis_info", "size");
    }
    result.push_back(std::move(axis));
  }
  return result;
}

}  // namespace

Mesh mesh_from(const Fields& fields) {
  Mesh mesh;
  for (const AttributeValue& part : fields[0].attributes) {
    mesh.axes.push_back({member_of<std::string>(part, "sdy.mesh_axis", "name"),
                         member_of<std::int64_t>(part, "sdy.mesh_axis", "size")});
  }
  mesh.device_ids = fields[1].ints;
  return mesh;
}

Sharding sharding_from(const Fields& fields) {
  Sharding s;
  const AttributeValue& where = fields[0].attributes[0];
  if (const auto* mesh = std::get_if<Mesh>(&where)) {
    Mesh own = *mesh;
    own.name.clear();
    s.mesh = std::make_shared<const Mesh>(std::move(own));
  } else if (const auto* symbol = std::get_if<SymbolAttribute>(&where)) {
    s.mesh_name = symbol->name;
  } else {
    throw Error("a sharding over what is no mesh");
  }
  for (const AttributeValue& part : fields[1].attributes) {
    DimSharding dim{
        .axes = axes_from(member_of<ListAttribute>(part, "sdy.dim_sharding", "axes").items)};
    dim.is_open = !member_of<bool>(part, "sdy.dim_sharding", "is_closed");
    if (const AttributeValue* priority = find_member(part, "sdy.dim_sharding", "priority"))
      dim.priority = std::get<std::int64_t>(*priority);
    s.dims.push_back(std::move(dim));
  }
  s.replicated = axes_from(fields[2].attributes);
  if (fields.size() > 3) s.unreduced = axes_from(fields[3].attributes);
  return s;
}

AttributeValue shardings_from(const Field& f) {
  ShardingsAttribute result;
  for (const AttributeValue& part : f.attributes) {
    const auto* s = std::get_if<Sharding>(&part);
    if (s == nullptr) throw Error("a list of shardings with something else in it");
    result.values.push_back(*s);
  }
  return result;
}

}  // namespace hilo::stablehlo::bytecode
