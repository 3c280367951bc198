#include "hilo/graph/sharding.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "hilo/core/error.h"

namespace hilo {
namespace {

constexpr std::int64_t kMostDevices = 1 << 20;

// The part of a mesh axis that `axis` is: sizes in front of it, of it, and of the whole axis.
struct Part {
  std::int64_t pre, size, whole;
};

Part part_of(const Mesh& mesh, const MeshAxis& axis) {
  for (const Mesh::Axis& a : mesh.axes) {
    if (a.name == axis.name) return {axis.pre_size, axis.size == 0 ? a.size : axis.size, a.size};
  }
  std::string names;
  for (const Mesh::Axis& a : mesh.axes) names += (names.empty() ? "\"" : ", \"") + a.name + "\"";
  throw OpError({.problem = "the mesh has no axis \"" + axis.name + "\"",
                 .expected = names.empty() ? "none: the mesh has no axes" : names});
}

void check_mesh(const Mesh& mesh) {
  std::set<std::string_view> names;
  std::int64_t size = 1;
  for (const Mesh::Axis& axis : mesh.axes) {
    if (axis.size < 1 || axis.size > kMostDevices / size) {
      throw OpError({.problem = "axis \"" + axis.name + "\" of the mesh has " +
                                std::to_string(axis.size) + " devices",
                     .expected = "at least 1, and at most 2^20 in the mesh"});
    }
    size *= axis.size;
    if (!names.insert(axis.name).second)
      throw OpError({.problem = "the mesh has two axes \"" + axis.name + "\"",
                     .expected = "axes of different names"});
  }
  if (mesh.device_ids.empty() || mesh.axes.empty()) return;
  std::vector<std::int64_t> ids = mesh.device_ids, all(static_cast<std::size_t>(size));
  std::ranges::sort(ids);
  std::iota(all.begin(), all.end(), 0);
  if (ids != all)
    throw OpError({.problem = "the mesh's device_ids are no order of its devices",
                   .expected = "each of 0 to " + std::to_string(size - 1) + " once"});
}

// What is used of each mesh axis, as [begin, end) of the sizes in front.
using Used = std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>>;

void use(const Mesh& mesh, const MeshAxis& axis, Used& used) {
  const Part part = part_of(mesh, axis);
  const std::int64_t end =
      part.pre < 1 || part.size < 1 || part.size > part.whole || part.pre > part.whole / part.size
          ? 0
          : part.pre * part.size;
  if (end == 0 || part.whole % end != 0) {
    throw OpError({.problem = "no part of a mesh axis: " + to_string({axis}),
                   .expected = "(pre)size whose product divides " + std::to_string(part.whole)});
  }
  auto& spans = used[axis.name];
  for (const auto& [b, e] : spans) {
    if (part.pre < e && b < end)
      throw OpError({.problem = "mesh axis " + to_string({axis}) + " is used twice",
                     .expected = "each axis for one axis of the tensor"});
  }
  spans.emplace_back(part.pre, end);
}

}  // namespace

std::int64_t Mesh::size() const {
  std::int64_t product = 1;
  for (const Axis& axis : axes) product *= axis.size;
  return product;
}

std::int64_t Sharding::parts(std::size_t axis) const {
  std::int64_t product = 1;
  for (const MeshAxis& a : dims.at(axis).axes) product *= part_of(*mesh, a).size;
  return product;
}

Sharding shard_over(std::shared_ptr<const Mesh> mesh,
                    std::initializer_list<std::string_view> axes) {
  Sharding result{.mesh = std::move(mesh)};
  for (std::string_view name : axes) {
    result.dims.emplace_back();
    if (!name.empty()) result.dims.back().axes.push_back({.name = std::string(name)});
  }
  return result;
}

Sharding replicate_over(std::shared_ptr<const Mesh> mesh, std::size_t rank) {
  return {.mesh = std::move(mesh), .dims = std::vector<DimSharding>(rank)};
}

void check_sharding(const Sharding& sharding, const Shape& shape) {
  if (!sharding.mesh)
    throw OpError({.problem = "a sharding over no mesh", .expected = "Sharding::mesh is set"});
  const Mesh& mesh = *sharding.mesh;
  check_mesh(mesh);
  if (std::ssize(sharding.dims) != shape.rank()) {
    throw OpError({.problem = "a sharding of " + std::to_string(sharding.dims.size()) + " axes",
                   .got = {shape},
                   .expected = std::to_string(shape.rank()) + ", one for each axis of the tensor"});
  }
  Used used;
  for (const DimSharding& dim : sharding.dims) {
    for (const MeshAxis& axis : dim.axes) use(mesh, axis, used);
  }
  for (const auto* axes : {&sharding.replicated, &sharding.unreduced}) {
    for (const MeshAxis& axis : *axes) use(mesh, axis, used);
  }
}

std::string to_string(const std::vector<MeshAxis>& axes) {
  std::string text = "{";
  for (const MeshAxis& axis : axes) {
    text += (text.size() > 1 ? ", \"" : "\"") + axis.name + "\"";
    if (axis.size > 0)
      text += ":(" + std::to_string(axis.pre_size) + ")" + std::to_string(axis.size);
  }
  return text + "}";
}

}  // namespace hilo
