// Groups of processes that a collective names by axes of a mesh, as the list of ids that they stand for.
#include <algorithm>
#include <numeric>

#include "hilo/stablehlo/importer.h"

namespace hilo::stablehlo {
namespace {

constexpr std::int64_t kMostProcesses = 1 << 20;

template <class T>
T read(const StructAttribute& of, std::string_view name) {
  T value{};
  const AttributeValue* given = find_attribute(of.members, name);
  if (given == nullptr || !read_attribute(*given, value)) throw OpError({.problem = "#stablehlo." + of.mnemonic + " without its '" + std::string(name) + "'"});
  return value;
}

std::vector<StructAttribute> structs(const StructAttribute& of, std::string_view name) {
  std::vector<StructAttribute> all;
  for (const AttributeValue& item : read<ListAttribute>(of, name).items) {
    if (!read_attribute(item, all.emplace_back())) throw OpError({.problem = "'" + std::string(name) + "' of #stablehlo." + of.mnemonic + " holds something else than axes"});
  }
  return all;
}

std::vector<MeshAxis> parts_of(const StructAttribute& groups) {
  std::vector<MeshAxis> parts;
  for (const StructAttribute& ref : structs(groups, "axes")) {
    MeshAxis& part = parts.emplace_back(MeshAxis{read<std::string>(ref, "name")});
    if (find_attribute(ref.members, "sub_axis_info") == nullptr) continue;
    const auto info = read<StructAttribute>(ref, "sub_axis_info");
    part.pre_size = read<std::int64_t>(info, "pre_size");
    part.size = read<std::int64_t>(info, "size");
  }
  return parts;
}

// How far apart the members of a part of an axis are, in the order of devices.
struct Stride {
  std::int64_t count, distance;
};

Stride stride_of(const MeshAxis& part, std::span<const Mesh::Axis> axes) {
  const auto axis = std::ranges::find(axes, part.name, &Mesh::Axis::name);
  if (axis == axes.end()) throw OpError({.problem = "the mesh has no axis \"" + part.name + "\""});
  const std::int64_t count = part.size == 0 ? axis->size : part.size;
  if (part.pre_size < 1 || count < 1 || part.pre_size > axis->size || count > axis->size || axis->size % (part.pre_size * count) != 0) {
    throw OpError({.problem = "axis \"" + part.name + "\" of " + std::to_string(axis->size) + " has no such part", .expected = "sizes that divide it"});
  }
  std::int64_t distance = axis->size / (part.pre_size * count);
  for (auto behind = axis + 1; behind != axes.end(); ++behind) distance *= behind->size;
  return {count, distance};
}

Array table_of(std::span<const Mesh::Axis> axes, std::vector<std::int64_t> devices, std::span<const MeshAxis> parts) {
  std::int64_t all = 1;
  for (const Mesh::Axis& axis : axes) {
    if (axis.size < 1 || axis.size > kMostProcesses / all) throw OpError({.problem = "a mesh of this size", .expected = "at most " + std::to_string(kMostProcesses) + " devices"});
    all *= axis.size;
  }
  if (devices.empty()) {
    devices.resize(static_cast<std::size_t>(all));
    std::iota(devices.begin(), devices.end(), std::int64_t{0});
  }
  if (std::ssize(devices) != all) throw OpError({.problem = std::to_string(devices.size()) + " device_ids", .expected = std::to_string(all)});
  std::vector<std::int64_t> offsets = {0};  // of a group's members from its first
  for (const MeshAxis& part : parts) {
    const Stride s = stride_of(part, axes);
    if (std::ssize(offsets) * s.count > all) throw OpError({.problem = "an axis is named twice"});
    std::vector<std::int64_t> more;
    for (std::int64_t offset : offsets) {
      for (std::int64_t k = 0; k < s.count; ++k) more.push_back(offset + k * s.distance);
    }
    offsets = std::move(more);
  }
  std::vector<bool> is_taken(static_cast<std::size_t>(all), false);
  std::vector<std::int64_t> ids;
  for (std::int64_t first = 0; first < all; ++first) {
    if (is_taken[static_cast<std::size_t>(first)]) continue;
    for (std::int64_t offset : offsets) {
      const auto at = static_cast<std::size_t>(first + offset);
      if (at >= is_taken.size() || is_taken[at]) throw OpError({.problem = "parts of axes overlap"});
      is_taken[at] = true;
      ids.push_back(devices[at]);
    }
  }
  return Array::of({all / std::ssize(offsets), static_cast<Dim>(offsets.size())}, ids);
}

}  // namespace

std::optional<Array> Importer::groups_by_axes(const ir::Operation& op) const {
  const AttributeValue* given = op.attribute("replica_groups");
  const auto* groups = given == nullptr ? nullptr : std::get_if<StructAttribute>(given);
  if (groups == nullptr || groups->mnemonic != "replica_group_mesh_axes") return std::nullopt;
  const std::vector<MeshAxis> parts = parts_of(*groups);
  std::vector<Mesh::Axis> axes;
  std::vector<std::int64_t> devices;
  const AttributeValue* mesh = find_attribute(groups->members, "mesh");
  if (const auto* symbol = mesh == nullptr ? nullptr : std::get_if<SymbolAttribute>(mesh)) {
    const auto known = meshes_.find(symbol->name);
    if (known == meshes_.end()) throw OpError({.problem = "no mesh @" + symbol->name});
    axes = known->second->axes;
    devices = known->second->device_ids;
  } else {
    const auto inline_mesh = read<StructAttribute>(*groups, "mesh");
    for (const StructAttribute& axis : structs(inline_mesh, "axes")) axes.push_back({read<std::string>(axis, "name"), read<std::int64_t>(axis, "size")});
    if (find_attribute(inline_mesh.members, "device_ids") != nullptr) devices = read<std::vector<std::int64_t>>(inline_mesh, "device_ids");
  }
  return table_of(axes, std::move(devices), parts);
}

}  // namespace hilo::stablehlo
