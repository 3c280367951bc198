#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  bool operator==(const Sharding& other) const {
    const bool same_mesh = mesh && other.mesh ? *mesh == *other.mesh : !mesh && !other.mesh && mesh_name == other.mesh_name;
    return same_mesh && dims == other.dims && replicated == other.replicated && unreduced == other.unreduced;
  }
};

}  // namespace hilo
