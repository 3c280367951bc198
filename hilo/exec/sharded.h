#pragma once
#include <memory>
#include <span>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/exec/program.h"
#include "hilo/graph/sharding.h"

namespace hilo {

/// The parts of an array that the devices of a mesh hold, device by device; those that hold the
/// same share the memory of the first. Throws:  OpError where an axis does not divide evenly, a
/// sharding is `unreduced`, or as
///          `check_sharding`.
std::vector<Array> split(const Array& whole, const Sharding& sharding);

/// The way back: the array of `shape` whose parts the devices hold. Of equal parts the first
/// counts. Throws:  OpError as `split`, and unless there is a part of the right shape for each
/// device.
Array join(std::span<const Array> parts, const Sharding& sharding, const Shape& shape);

/// How many devices the shardings in a function are for; 1 if there is none.
/// Throws:  OpError if two of its meshes differ in that.
int devices_of(const Function& function);

/// A Function divided over the devices of its mesh, ready to run: each device has the parts of the
/// arguments and results that their shardings name (whole ones where nothing is said), and the
/// partitioner divides what is between. A cheap handle.
class ShardedProgram {
 public:
  /// Compiles `function` for the first devices of the client, as many as its mesh has.
  /// `settings.options` may hold flags; how the program is divided is the shardings' to say.
  /// Throws:  OpError if an argument or result does not divide evenly; DeviceError if the client
  /// has
  ///          too few devices, or with the compiler's message.
  static ShardedProgram compile(const pjrt::Client& client, const Function& function,
                                CompileSettings settings = {});

  /// Splits the arguments, runs on all devices, waits, and puts the results together.
  /// Throws:  OpError unless the arguments have the parameters' shapes; DeviceError for what fails.
  [[nodiscard]] std::vector<Array> run(std::span<const Array> arguments) const;

  [[nodiscard]] const Program& program() const;

 private:
  struct State;
  explicit ShardedProgram(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Compiles and runs `function` once on the devices of its mesh; nothing is kept on disk.
std::vector<Array> run_sharded(const pjrt::Client& client, const Function& function,
                               std::span<const Array> arguments);

}  // namespace hilo
