#include "hilo/stablehlo/memory_of.h"

namespace hilo::stablehlo {
namespace {

// Of its parts; the names of axes are short.
std::size_t memory_of(const Sharding& s) {
  std::size_t parts = s.replicated.size() + s.unreduced.size();
  for (const DimSharding& d : s.dims) parts += 1 + d.axes.size();
  return sizeof(Sharding) + parts * (sizeof(DimSharding) + sizeof(MeshAxis));
}

}  // namespace

std::size_t memory_of(const Shape& shape) {
  std::size_t result = sizeof(Shape) + shape.dims.size() * sizeof(Dim);
  for (const Shape& s : shape.elements()) result += memory_of(s);
  return result;
}

std::size_t memory_of(const AttributeValue& value) {
  std::size_t result = sizeof(NamedAttribute);
  const auto add_members = [&](const std::vector<NamedAttribute>& members) {
    for (const NamedAttribute& m : members) result += m.name.size() + memory_of(m.value);
  };
  if (const auto* text = std::get_if<std::string>(&value)) result += text->size();
  if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&value))
    result += ints->size() * sizeof(std::int64_t);
  if (const auto* pairs = std::get_if<Int64Pairs>(&value))
    result += pairs->size() * sizeof(Int64Pairs::value_type);
  if (const auto* array = std::get_if<Array>(&value)) result += memory_of(array->shape());
  if (const auto* splat = std::get_if<SplatAttribute>(&value)) result += memory_of(splat->shape);
  if (const auto* list = std::get_if<ListAttribute>(&value)) {
    for (const AttributeValue& item : list->items) result += memory_of(item);
  }
  if (const auto* mesh = std::get_if<Mesh>(&value))
    result +=
        mesh->axes.size() * sizeof(Mesh::Axis) + mesh->device_ids.size() * sizeof(std::int64_t);
  if (const auto* sharding = std::get_if<Sharding>(&value)) result += memory_of(*sharding);
  if (const auto* list = std::get_if<ShardingsAttribute>(&value)) {
    for (const Sharding& s : list->values) result += memory_of(s);
  }
  if (const auto* s = std::get_if<StructAttribute>(&value)) add_members(s->members);
  if (const auto* d = std::get_if<DictionaryAttribute>(&value)) add_members(d->members);
  if (const auto* t = std::get_if<TypeAttribute>(&value)) {
    for (const Shape& s : t->inputs) result += memory_of(s);
    for (const Shape& s : t->results) result += memory_of(s);
  }
  return result;
}

}  // namespace hilo::stablehlo
