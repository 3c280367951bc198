#pragma once
#include <string>
#include <vector>

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
  std::vector<std::string> custom_calls{};  ///< shared libraries
  std::string trace{};                      ///< a file; empty: none
};

/// Adds --backend and --threads.
void add_backend_flags(CLI::App& app, ComputeFlags& flags);
/// These, and --devices.
void add_device_flags(CLI::App& app, ComputeFlags& flags);
/// --trace.
void add_trace_flag(CLI::App& app, ComputeFlags& flags);
/// --custom-calls, --trace and --isolate.
void add_process_flags(CLI::App& app, ComputeFlags& flags);
/// All of these, and --dtype.
void add_compute_flags(CLI::App& app, ComputeFlags& flags);

/// Makes this process what the flags say: its CPUs, custom calls, the trace. Before anything is loaded or decoded. Throws
/// UsageError for flags that `command` cannot obey, Error from a library of custom calls. Several devices only where it
/// `divides` its work.
void obey(const ComputeFlags& flags, const std::string& command, bool divides = false);

/// Writes the trace that `obey` began; without one, does nothing.
void finish_trace();

/// The client of these flags.
pjrt::Client open_client(const ComputeFlags& flags);

}  // namespace hilo::tools
