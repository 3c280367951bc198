#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace hilo::tools {

/// What a program took, from before its start until after its end.
struct TimedProcess {
  double seconds = 0;
  std::uint64_t peak_bytes = 0;  ///< in memory at once
  std::string out{};             ///< what it wrote to its output
};

/// Runs a program to its end. `environment` ("NAME=value") is added to this process's. Its error
/// output is kept for the message alone.
/// Throws:  Error if it cannot be started or fails, with the end of what it said.
TimedProcess run_timed(const std::vector<std::string>& words,
                       const std::vector<std::string>& environment = {});

/// The most that this process had in memory at once so far.
std::uint64_t peak_bytes_of_this_process();

}  // namespace hilo::tools
