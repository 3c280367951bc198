#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hilo::pjrt {

/// A value of an XLA flag, in the type that the flag has.
using FlagValue = std::variant<std::string, bool, std::int64_t, double>;

/// How a program is compiled. The default is one device, the client's default one.
struct CompileOptions {
  int replicas = 1;    ///< copies of the program on different data
  int partitions = 1;  ///< devices that one copy is divided over
  /// Device of replica r and partition p at [r * partitions + p]; empty: the client's own choice.
  std::vector<int> device_ids{};
  bool uses_spmd = false;    ///< partition by the shardings in the program
  bool uses_shardy = false;  ///< the shardings are `sdy`, not the older `mhlo.sharding`
  bool is_portable = false;  ///< may run on any one device, named when run; no `device_ids`
  /// Whether XLA may choose the sharding of each result (or parameter); one value stands for all.
  std::vector<bool> propagates_to_results{}, propagates_to_parameters{};
  /// XLA flags for this program alone, without the dashes: {"xla_cpu_enable_fast_math", false}.
  std::map<std::string, FlagValue> flags{};

  /// The bytes of XLA's CompileOptionsProto: what the plugin takes, and a key for caches.
  [[nodiscard]] std::string serialize() const;
};

/// How a program of StableHLO text wants to be divided: by its `mhlo.num_partitions` and
/// `mhlo.num_replicas`, else by its first `sdy.mesh`, else not at all. `devices` is what the caller
/// wants, 0 for whatever the program says.
/// Throws:  DeviceError if the program says another number of devices than `devices`.
CompileOptions options_for_program(std::string_view text, int devices = 0);

}  // namespace hilo::pjrt
