#include "tools/compute_flags.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "hilo/core/dtype.h"
#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/exec/trace.h"
#include "hilo/pjrt/custom_call_library.h"
#include "hilo/pjrt/threads.h"
#include "tools/isolation.h"

namespace hilo::tools {
namespace {

// Never destroyed: threads of plugins may record to the end.
std::optional<Trace>& trace_of_process() {
  static auto& trace = *new std::optional<Trace>;
  return trace;
}

}  // namespace

void add_backend_flags(CLI::App& app, ComputeFlags& flags) {
  app.add_option("--backend", flags.backend, "auto, cpu, cuda[:N], tpu[:N] or the path of a plugin")->type_name("B")->capture_default_str();
  app.add_option("--threads", flags.threads, "CPUs to use; all of them if not given")->type_name("N")->check(CLI::Range(1, 65536).description(""));
}

void add_device_flags(CLI::App& app, ComputeFlags& flags) {
  add_backend_flags(app, flags);
  app.add_option("--devices", flags.devices, "Devices to use; on a CPU, how many to divide it into")->type_name("N")->capture_default_str()
      ->check(CLI::Range(1, 4096).description(""));
}

void add_trace_flag(CLI::App& app, ComputeFlags& flags) {
  app.add_option("--trace", flags.trace, "Write what was done when, for chrome://tracing and ui.perfetto.dev")->type_name("FILE");
}

void add_process_flags(CLI::App& app, ComputeFlags& flags) {
  app.add_option("--custom-calls", flags.custom_calls, "A library of custom calls that the program may use; may be said again")
      ->type_name("LIB.so")->allow_extra_args(false);
  add_trace_flag(app, flags);
  add_isolation_flags(app);
}

void add_compute_flags(CLI::App& app, ComputeFlags& flags) {
  add_device_flags(app, flags);
  add_process_flags(app, flags);
  app.add_option("--dtype", flags.dtype, "Dtype of the computation")->type_name("D")->capture_default_str();
}

void obey(const ComputeFlags& flags, const std::string& command, bool divides) {
  if (!dtype_from_name(flags.dtype)) throw UsageError(command + ": --dtype: there is no dtype " + quote(flags.dtype) + "; expected f32");
  if (flags.dtype != "f32") throw UsageError(command + ": --dtype " + flags.dtype + " is not supported yet; expected f32");
  if (flags.devices > 1 && !divides) {
    throw UsageError(command + ": --devices " + std::to_string(flags.devices) + " is not supported yet; it runs on one device");
  }
  if (flags.threads > 0) pjrt::limit_cpus(flags.threads);
  for (const std::string& library : flags.custom_calls) load_custom_calls(library);
  if (!flags.trace.empty()) trace_of_process().emplace(flags.trace);
}

void finish_trace() {
  if (trace_of_process()) trace_of_process()->finish();
}

pjrt::Client open_client(const ComputeFlags& flags) {
  pjrt::Client client = pjrt::open(flags.backend, {.devices = flags.devices > 1 ? flags.devices : 0, .threads = flags.threads});
  if (Trace* trace = Trace::current()) trace->profile(client);
  return client;
}

}  // namespace hilo::tools
