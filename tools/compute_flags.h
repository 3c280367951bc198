#pragma once
#include <string>

#include "hilo/pjrt/client.h"

namespace CLI {
class App;
}

namespace hilo::tools {

/// The flags of every command that computes.
struct ComputeFlags {
  std::string backend = "auto";
  std::string dtype = "f32";
  int devices = 1;
  int threads = 0;
};

/// Adds --backend and --threads.
void add_backend_flags(CLI::App& app, ComputeFlags& flags);
/// These, and --devices.
void add_device_flags(CLI::App& app, ComputeFlags& flags);
/// These, and --dtype.
void add_compute_flags(CLI::App& app, ComputeFlags& flags);

/// Gives this process its CPUs: before anything is loaded or decoded. Throws UsageError for flags that `command` cannot
/// obey.
void obey(const ComputeFlags& flags, const std::string& command);

/// The client of these flags.
pjrt::Client open_client(const ComputeFlags& flags);

}  // namespace hilo::tools
