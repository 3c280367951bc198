#pragma once
#include <span>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/graph/sharding.h"
#include "hilo/pjrt/buffer.h"

namespace hilo {

/// The shape of what one device holds of an array of `shape`.
/// Throws:  OpError where an axis does not divide evenly, a sharding is `unreduced`, or as
///          `check_sharding`.
Shape part_shape(const Sharding& sharding, const Shape& shape);

/// The parts of an array that the devices of a mesh hold, device by device; those that hold the
/// same share the memory of the first, and whole rows in a row that of the array.
/// Throws:  OpError as `part_shape`.
std::vector<Array> split(const Array& whole, const Sharding& sharding);

/// The way back: the array of `shape` whose parts the devices hold. Of equal parts the first
/// counts. Throws:  OpError as `split`, and unless there is a part of the right shape for each
/// device.
Array join(std::span<const Array> parts, const Sharding& sharding, const Shape& shape);

/// Puts the parts of an array on the devices of a mesh, one each.
/// Throws:  OpError as `split`; DeviceError from the plugin.
std::vector<pjrt::Buffer> upload(const Array& whole, const Sharding& sharding,
                                 std::span<const pjrt::Device> devices);

/// The devices of the client that a mesh stands for, in the order of their numbers in it.
/// Throws:  DeviceError if the client has too few.
std::vector<pjrt::Device> devices_of(const pjrt::Client& client, const Mesh& mesh);

}  // namespace hilo
