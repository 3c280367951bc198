#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace hilo {

/// What a child process may use. Zero stands for the default that is written beside it.
struct IsolateLimits {
  double wall_seconds = 600;
  double cpu_seconds = 0;          ///< of all its threads; 0: the wall time on every CPU
  std::uint64_t memory_bytes = 0;  ///< in memory at once; 0: three quarters of the machine's
};

/// How a child process ended by itself, and the end of what it wrote to its error output.
struct Isolated {
  int exit_code = 0;
  std::string errors{};
};

/// Runs a program in a child process, so that what kills it does not kill the caller: XLA can
/// abort, crash or never end on programs from outside. `words` are the program's path and its
/// arguments; input and output are the caller's own, the error output is kept (its last 64 KiB).
/// What the child computes comes back by files. Throws:  Error if it died of a signal or used up a
/// limit, with the last lines of its error output;
///          or if it could not be started.
/// Cost:    a fork and an exec. Memory is looked at every 50 ms: what is counted is memory in use,
///          not the address space, of which XLA reserves far more than it touches.
Isolated run_isolated(const std::vector<std::string>& words, const IsolateLimits& limits = {});

/// The path of this very program, to be its own child.
std::string this_program();

}  // namespace hilo
