#include "tools/compute_flags.h"

#include <CLI/CLI.hpp>

#include "hilo/core/dtype.h"
#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/pjrt/threads.h"

namespace hilo::tools {

void add_backend_flags(CLI::App& app, ComputeFlags& flags) {
  app.add_option("--backend", flags.backend, "auto, cpu, cuda[:N], tpu[:N] or the path of a plugin")->type_name("B")->capture_default_str();
  app.add_option("--threads", flags.threads, "CPUs to use; all of them if not given")->type_name("N")->check(CLI::Range(1, 65536).description(""));
}

void add_device_flags(CLI::App& app, ComputeFlags& flags) {
  add_backend_flags(app, flags);
  app.add_option("--devices", flags.devices, "Devices to use; on a CPU, how many to divide it into")->type_name("N")->capture_default_str()
      ->check(CLI::Range(1, 4096).description(""));
}

void add_compute_flags(CLI::App& app, ComputeFlags& flags) {
  add_device_flags(app, flags);
  app.add_option("--dtype", flags.dtype, "Dtype of the computation")->type_name("D")->capture_default_str();
}

void obey(const ComputeFlags& flags, const std::string& command) {
  if (!dtype_from_name(flags.dtype)) throw UsageError(command + ": --dtype: there is no dtype " + quote(flags.dtype) + "; expected f32");
  if (flags.dtype != "f32") throw UsageError(command + ": --dtype " + flags.dtype + " is not supported yet; expected f32");
  if (flags.devices > 1) {
    throw UsageError(command + ": --devices " + std::to_string(flags.devices) + " is not supported yet; it runs on one device");
  }
  if (flags.threads > 0) pjrt::limit_cpus(flags.threads);
}

pjrt::Client open_client(const ComputeFlags& flags) {
  return pjrt::open(flags.backend, {.devices = flags.devices > 1 ? flags.devices : 0, .threads = flags.threads});
}

}  // namespace hilo::tools
