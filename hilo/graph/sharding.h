#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/shape.h"

namespace hilo {

/// Devices as a grid with named axes: `sdy.mesh @mesh = <["data"=2, "model"=4]>`.
struct Mesh {
  struct Axis {
    std::string name{};
    std::int64_t size = 1;
    bool operator==(const Axis&) const = default;
  };
  std::string name = "mesh";
  std::vector<Axis> axes{};
  /// Which device stands where, row-major; empty: 0, 1, 2, ..
  std::vector<std::int64_t> device_ids{};
  bool operator==(const Mesh&) const = default;

  /// How many devices it has.
  [[nodiscard]] std::int64_t size() const;
};

/// A mesh axis, or a part of one: `"x"`, `"x":(2)4` is the part of size 4 behind a first part of size 2.
struct MeshAxis {
  std::string name{};
  std::int64_t pre_size = 1;
  std::int64_t size = 0;  ///< 0: the whole axis
  bool operator==(const MeshAxis&) const = default;
};

/// Along which mesh axes one axis of a tensor is split, the major one first: `{"x", "y", ?}p1`.
struct DimSharding {
  std::vector<MeshAxis> axes{};
  bool is_open = false;  ///< whether the partitioner may split it further ("?")
  std::optional<std::int64_t> priority{};
  bool operator==(const DimSharding&) const = default;
};

/// How a tensor is laid over the devices of a mesh, in the words of Shardy:
/// `#sdy.sharding<@mesh, [{"x"}, {?}], replicated={"y"}, unreduced={"z"}>`.
struct Sharding {
  /// Null where only `mesh_name` is known: in an attribute that was read and not yet looked up.
  std::shared_ptr<const Mesh> mesh{};
  std::string mesh_name{};
  std::vector<DimSharding> dims{};
  std::vector<MeshAxis> replicated{}, unreduced{};

  /// Whether it says nothing: of a value of an op whose other results have one.
  [[nodiscard]] bool is_none() const { return !mesh && mesh_name.empty(); }
  /// How many parts axis `axis` of the tensor is cut into.
  [[nodiscard]] std::int64_t parts(std::size_t axis) const;
  bool operator==(const Sharding& other) const {
    const bool same_mesh = mesh && other.mesh ? *mesh == *other.mesh : !mesh && !other.mesh && mesh_name == other.mesh_name;
    return same_mesh && dims == other.dims && replicated == other.replicated && unreduced == other.unreduced;
  }
};

/// Of the results of an op, in their order; null: of none.
using Shardings = std::shared_ptr<const std::vector<Sharding>>;

/// Splits axis k of a tensor over the whole of the mesh axis `axes[k]`; "" leaves an axis whole.
/// Example: shard_over(mesh, {"batch", ""}) for a matrix whose rows are divided.
Sharding shard_over(std::shared_ptr<const Mesh> mesh, std::initializer_list<std::string_view> axes);

/// Lays the whole of a tensor of `rank` axes on every device.
Sharding replicate_over(std::shared_ptr<const Mesh> mesh, std::size_t rank);

/// Throws OpError unless the mesh is one (axes of their own names and of at least one device, `device_ids` an order of
/// all), and `sharding` lays a tensor of `shape` over it: one entry for each axis of the tensor, axes that the mesh has,
/// none of them, and no part of one, used twice.
/// Source:  Shardy, docs/sharding_representation.md.
void check_sharding(const Sharding& sharding, const Shape& shape);

/// `{"x", "y":(1)2}`, as messages say it.
std::string to_string(const std::vector<MeshAxis>& axes);

}  // namespace hilo
