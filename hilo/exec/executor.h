#pragma once
#include <atomic>
#include <future>
#include <list>
#include <memory>
#include <mutex>

#include "hilo/exec/program.h"

namespace hilo {

/// A C++ function over values that is compiled for each list of input shapes it meets, and then run.
/// A cheap handle: copies share the compiled programs. Threads may share it; equal compiles that are asked for at the
/// same time happen once. At most `CompileSettings::max_programs` programs stay in memory, the latest used.
class Executor {
 public:
  /// `build` is run once for each new list of shapes; it must build the same graph each time.
  Executor(pjrt::Client client, BuildFn build, CompileSettings settings = {});

  /// Compiles if need be, starts the program, and returns; only reading a result waits.
  /// Throws:  what `build` throws, OpError for a tensor that was given away, DeviceError from the plugin.
  std::vector<Tensor> run(std::vector<Argument> arguments) const;

  /// The program for arguments of these shapes, compiled now if need be.
  [[nodiscard]] Program program(std::span<const Shape> shapes, const std::vector<bool>& donated = {}) const;
  /// How many programs there are, and how many of them XLA compiled (the others came from disk).
  struct Counts {
    int programs = 0, compiled = 0;
  };
  [[nodiscard]] Counts counts() const;
  [[nodiscard]] const pjrt::Client& client() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace hilo
