#include "hilo/exec/sharded.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "hilo/graph/op.h"

namespace hilo {
namespace {

[[noreturn]] void refuse(std::string problem, const Shape& got, std::string expected) {
  throw OpError({.op = "sharding",
                 .problem = std::move(problem),
                 .got = {got},
                 .expected = std::move(expected)});
}

// The shape of the part that one device has.
Shape part_shape(const Sharding& sharding, const Shape& whole) {
  check_sharding(sharding, whole);
  if (!whole.is_static() || !has_elements(whole.dtype))
    refuse("it is not divided over devices", whole, "arrays of static shapes");
  if (!sharding.unreduced.empty())
    refuse("the parts along " + to_string(sharding.unreduced) + " are sums still to be taken",
           whole, "arguments and results without unreduced axes");
  Shape part = whole;
  for (std::size_t i = 0; i < part.dims.size(); ++i) {
    const std::int64_t parts = sharding.parts(i);
    if (part.dims[i] % parts != 0) {
      refuse("axis " + std::to_string(i) + " of length " + std::to_string(part.dims[i]) +
                 " does not divide evenly over " + to_string(sharding.dims[i].axes) + ", " +
                 std::to_string(parts) + " parts",
             whole, "a length that is a multiple of " + std::to_string(parts));
    }
    part.dims[i] /= parts;
  }
  return part;
}

// Where on each axis of the mesh its device number `place` stands, row-major.
std::map<std::string_view, std::int64_t> coordinates(const Mesh& mesh, std::int64_t place) {
  std::map<std::string_view, std::int64_t> result;
  for (std::size_t i = mesh.axes.size(); i-- > 0;) {
    result[mesh.axes[i].name] = place % mesh.axes[i].size;
    place /= mesh.axes[i].size;
  }
  return result;
}

// By device: where in the whole its part begins.
std::vector<Dims> starts_of(const Sharding& sharding, const Shape& part) {
  const Mesh& mesh = *sharding.mesh;
  std::map<std::string_view, std::int64_t> sizes;
  for (const Mesh::Axis& axis : mesh.axes) sizes[axis.name] = axis.size;
  std::vector<Dims> starts(static_cast<std::size_t>(mesh.size()));
  for (std::size_t place = 0; place < starts.size(); ++place) {
    auto at = coordinates(mesh, static_cast<std::int64_t>(place));
    Dims start;
    for (std::size_t i = 0; i < part.dims.size(); ++i) {
      std::int64_t index = 0;
      for (const MeshAxis& axis : sharding.dims[i].axes) {
        const std::int64_t whole = sizes[axis.name], size = axis.size == 0 ? whole : axis.size;
        const std::int64_t behind = whole / (axis.pre_size * size);
        index = index * size + at[axis.name] / behind % size;
      }
      start.push_back(index * part.dims[i]);
    }
    const std::size_t device =
        mesh.device_ids.empty() ? place : static_cast<std::size_t>(mesh.device_ids[place]);
    starts.at(device) = std::move(start);
  }
  return starts;
}

// Calls `copy(in whole, in part, count)`, all in bytes, for each row of a part that begins at
// `start`.
template <class Copy>
void each_row(const Shape& whole, const Shape& part, const Dims& start, Copy copy) {
  const std::size_t width = static_cast<std::size_t>(bytes(part.dtype)), rank = part.dims.size();
  const auto row = static_cast<std::size_t>(rank == 0 ? 1 : part.dims.back()) * width;
  const Dim rows = rank == 0 ? 1 : part.size() / std::max<Dim>(part.dims.back(), 1);
  for (Dim r = 0; r < rows; ++r) {
    Dim rest = r, offset = 0, stride = 1;
    for (std::size_t i = rank; i-- > 0;) {
      const Dim within = i + 1 == rank ? 0 : rest % part.dims[i];
      if (i + 1 != rank) rest /= part.dims[i];
      offset += (start[i] + within) * stride;
      stride *= whole.dims[i];
    }
    copy(static_cast<std::size_t>(offset) * width, static_cast<std::size_t>(r) * row, row);
  }
}

using MeshPtr = std::shared_ptr<const Mesh>;

// The first mesh of the shardings in a function, and in the functions inside of its ops.
void find_mesh(const Sharding& sharding, MeshPtr& mesh) {
  if (!sharding.mesh) return;
  if (!mesh) mesh = sharding.mesh;
  if (mesh->size() == sharding.mesh->size()) return;
  throw OpError({.op = "sharding",
                 .problem = "meshes of " + std::to_string(mesh->size()) + " and of " +
                            std::to_string(sharding.mesh->size()) + " devices in one program",
                 .expected = "meshes over the same devices"});
}
void find_mesh(const Function& function, MeshPtr& mesh) {
  const std::vector<bool> is_live = function.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = function.graph().nodes()[i];
    if (node.op && !is_live[i]) continue;
    if (node.shardings) {
      for (const Sharding& s : *node.shardings) find_mesh(s, mesh);
    }
    if (!node.op) continue;
    for (const Function& region : node.op->regions()) find_mesh(region, mesh);
  }
}

// The function with a sharding of each argument and result: of those without one, that every device
// has all of it. What is not said is the partitioner's to choose.
Function stated(const Function& function, const MeshPtr& mesh) {
  const auto state = [&](Value v) {
    if (v.sharding() == nullptr)
      v.graph().set_sharding(v.id(),
                             {.mesh = mesh, .dims = std::vector<DimSharding>(v.dims().size())});
  };
  std::vector<std::string> names;
  for (const Value& p : function.parameters())
    names.emplace_back(function.graph().parameter_name(p.id()));
  return trace(
      [&](std::span<const Value> parameters) {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
          const Value p = parameters[i];
          if (const Sharding* given = function.parameters()[i].sharding())
            p.graph().set_sharding(p.id(), *given);
          state(p);
        }
        const std::vector<Value> results = call(function, parameters);
        for (Value r : results) state(r);
        return results;
      },
      function.parameter_shapes(), names);
}

}  // namespace

std::vector<Array> split(const Array& whole, const Sharding& sharding) {
  const Shape part = part_shape(sharding, whole.shape());
  std::map<Dims, Array> by_start;
  std::vector<Array> parts;
  for (const Dims& start : starts_of(sharding, part)) {
    const auto known = by_start.find(start);
    if (known != by_start.end() || part == whole.shape()) {
      parts.push_back(known != by_start.end() ? known->second : whole);
      continue;
    }
    Array own(part);
    std::byte* const to = own.mutable_bytes().data();
    const std::byte* const from = whole.bytes().data();
    each_row(whole.shape(), part, start,
             [&](std::size_t in_whole, std::size_t in_part, std::size_t count) {
               std::memcpy(to + in_part, from + in_whole, count);
             });
    parts.push_back(by_start.emplace(start, std::move(own)).first->second);
  }
  return parts;
}

Array join(std::span<const Array> parts, const Sharding& sharding, const Shape& shape) {
  const Shape part = part_shape(sharding, shape);
  const std::vector<Dims> starts = starts_of(sharding, part);
  if (parts.size() != starts.size())
    refuse(std::to_string(parts.size()) + " parts", shape,
           std::to_string(starts.size()) + ", one for each device of the mesh");
  for (const Array& p : parts) {
    if (p.shape() != part) refuse("a part is " + to_string(p.shape()), shape, to_string(part));
  }
  if (part == shape) return parts[0];
  Array whole(shape);
  std::byte* const to = whole.mutable_bytes().data();
  for (std::size_t d = 0; d < parts.size(); ++d) {
    if (std::find(starts.begin(), starts.begin() + static_cast<std::ptrdiff_t>(d), starts[d]) !=
        starts.begin() + static_cast<std::ptrdiff_t>(d))
      continue;  // a copy of an earlier one
    const std::byte* const from = parts[d].bytes().data();
    each_row(shape, part, starts[d],
             [&](std::size_t in_whole, std::size_t in_part, std::size_t count) {
               std::memcpy(to + in_whole, from + in_part, count);
             });
  }
  return whole;
}

int devices_of(const Function& function) {
  MeshPtr mesh;
  find_mesh(function, mesh);
  return mesh ? static_cast<int>(mesh->size()) : 1;
}

struct ShardedProgram::State {
  Function function;  // every argument and result of which has a sharding
  Program program;
};

ShardedProgram ShardedProgram::compile(const pjrt::Client& client, const Function& function,
                                       CompileSettings settings) {
  MeshPtr mesh;
  find_mesh(function, mesh);
  if (!mesh) mesh = std::make_shared<const Mesh>();
  const std::int64_t devices = mesh->size();
  const auto here = client.addressable_devices();
  if (std::ssize(here) < devices) {
    throw DeviceError("the program's mesh has " + std::to_string(devices) +
                      " devices; the client has " + std::to_string(here.size()) +
                      " (on a CPU pjrt::open(\"cpu\", {.devices = " + std::to_string(devices) +
                      "}) divides it)");
  }
  const Function all = stated(function, mesh);
  for (const Value& p : all.parameters()) part_shape(*p.sharding(), p.shape());
  for (const Value& r : all.results()) part_shape(*r.sharding(), r.shape());
  settings.options.replicas = 1;
  settings.options.partitions = static_cast<int>(devices);
  settings.options.uses_spmd = settings.options.uses_shardy = devices > 1;
  Program program = Program::compile(client, all, {}, settings);
  const auto shapes = program.executable().result_shapes();
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const Shape expected = part_shape(*all.results()[k].sharding(), all.results()[k].shape());
    if (*shapes[k] == expected) continue;
    throw DeviceError("the compiler divides result " + std::to_string(k) + " into parts of " +
                      to_string(*shapes[k]) + "; its sharding says " + to_string(expected));
  }
  return ShardedProgram(std::make_shared<const State>(State{all, std::move(program)}));
}

std::vector<Array> ShardedProgram::run(std::span<const Array> arguments) const {
  std::vector<Shape> given;
  for (const Array& a : arguments) given.push_back(a.shape());
  const Function& f = state_->function;
  if (given != f.parameter_shapes())
    throw OpError({.op = "run",
                   .problem = "arguments do not fit the program",
                   .got = given,
                   .expected = to_string(Shapes(f.parameter_shapes()))});
  const pjrt::Executable& executable = state_->program.executable();
  const std::vector<pjrt::Device>& devices = executable.devices();
  std::vector<std::vector<pjrt::Buffer>> in(devices.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::vector<Array> parts = split(arguments[i], *f.parameters()[i].sharding());
    for (std::size_t d = 0; d < devices.size(); ++d)
      in[d].push_back(pjrt::Buffer::from_host(parts[d], devices[d]));
  }
  const auto out = executable.execute_sharded(in);
  std::vector<Array> results;
  for (std::size_t k = 0; k < f.results().size(); ++k) {
    std::vector<Array> parts;
    for (const auto& of_device : out) parts.push_back(of_device[k].to_host());
    results.push_back(join(parts, *f.results()[k].sharding(), f.results()[k].shape()));
  }
  return results;
}

const Program& ShardedProgram::program() const { return state_->program; }

std::vector<Array> run_sharded(const pjrt::Client& client, const Function& function,
                               std::span<const Array> arguments) {
  return ShardedProgram::compile(client, function, {.name = "run_sharded", .cache = nullptr})
      .run(arguments);
}

}  // namespace hilo
