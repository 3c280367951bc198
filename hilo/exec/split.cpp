#include "hilo/exec/split.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "hilo/core/error.h"

namespace hilo {
namespace {

[[noreturn]] void refuse(std::string problem, const Shape& got, std::string expected) {
  throw OpError({.op = "sharding",
                 .problem = std::move(problem),
                 .got = {got},
                 .expected = std::move(expected)});
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

// Whether a part is one run of the whole's bytes: nothing in front of the axis that is cut, all of
// those behind it.
bool is_one_run(const Shape& whole, const Shape& part) {
  std::size_t cut = 0;
  while (cut < part.dims.size() && part.dims[cut] == 1) ++cut;
  for (std::size_t i = cut + 1; i < part.dims.size(); ++i) {
    if (part.dims[i] != whole.dims[i]) return false;
  }
  return true;
}

Array part_of(const Array& whole, const Shape& part, const Dims& start) {
  if (is_one_run(whole.shape(), part)) {
    Dim from = 0;
    for (std::size_t i = 0; i < start.size(); ++i) from = from * whole.shape().dims[i] + start[i];
    const auto width = static_cast<std::size_t>(bytes(part.dtype));
    return {part, std::make_shared<Array>(whole),
            whole.bytes().subspan(static_cast<std::size_t>(from) * width,
                                  static_cast<std::size_t>(part.size()) * width)};
  }
  Array own(part);
  std::byte* const to = own.mutable_bytes().data();
  const std::byte* const from = whole.bytes().data();
  each_row(whole.shape(), part, start,
           [&](std::size_t in_whole, std::size_t in_part, std::size_t count) {
             std::memcpy(to + in_part, from + in_whole, count);
           });
  return own;
}

}  // namespace

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

std::vector<Array> split(const Array& whole, const Sharding& sharding) {
  const Shape part = part_shape(sharding, whole.shape());
  const std::vector<Dims> starts = starts_of(sharding, part);
  if (part == whole.shape()) return std::vector<Array>(starts.size(), whole);
  std::map<Dims, Array> by_start;
  std::vector<Array> parts;
  for (const Dims& start : starts) {
    const auto [known, is_new] = by_start.try_emplace(start);
    if (is_new) known->second = part_of(whole, part, start);
    parts.push_back(known->second);
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

std::vector<pjrt::Buffer> upload(const Array& whole, const Sharding& sharding,
                                 std::span<const pjrt::Device> devices) {
  const std::vector<Array> parts = split(whole, sharding);
  std::vector<pjrt::Buffer> buffers;
  for (std::size_t d = 0; d < parts.size(); ++d)
    buffers.push_back(pjrt::Buffer::from_host(parts[d], devices[d]));
  return buffers;
}

std::vector<pjrt::Device> devices_of(const pjrt::Client& client, const Mesh& mesh) {
  const int count = static_cast<int>(mesh.size());
  const std::size_t here = client.addressable_devices().size();
  if (std::cmp_less(here, count)) {
    throw DeviceError("the mesh has " + std::to_string(count) + " devices; the client has " +
                      std::to_string(here) + " (on a CPU pjrt::open(\"cpu\", {.devices = " +
                      std::to_string(count) + "}) divides it)");
  }
  std::vector<pjrt::Device> devices;
  for (int id : client.default_assignment(1, count)) devices.push_back(client.device(id));
  return devices;
}

}  // namespace hilo
