#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/pjrt/compile_options.h"
#include "hilo/pjrt/executable.h"
#include "hilo/pjrt/plugin.h"

namespace hilo::pjrt {

namespace c {
struct TopologyState;
}

/// A program that was compiled for devices that need not be here, and what its compiler tells.
struct CompiledAhead {
  std::string name{};
  std::string code{};  ///< for `Executable::deserialize` on such devices
  NamedValues cost{};
  std::optional<CompiledMemory> memory{};
  Executable::Program optimized{};
};

/// Devices that need not be here: programs are compiled ahead of time for them.
class Topology {
 public:
  /// `name` is the plugin's: "v5e:2x2" for TPU; "" for the machine's own CPU.
  /// Throws:  PluginError if the plugin has no such topology, or none at all.
  static Topology create(const Plugin& plugin, std::string_view name,
                         const NamedValues& options = {});

  [[nodiscard]] const std::string& platform_name() const;
  /// One line a device: "TPU v5 lite(id=0, ..)".
  [[nodiscard]] const std::vector<std::string>& devices() const;
  /// The plugin's version, and the kind of the devices: "TPU v5 lite".
  [[nodiscard]] const std::string& platform_version() const;
  [[nodiscard]] const std::string& device_kind() const;
  /// Compiles StableHLO for it.
  /// Throws:  PluginError with the compiler's message; DeviceError if it needs more devices.
  [[nodiscard]] CompiledAhead compile(std::string_view program, const CompileOptions& options = {}) const;

 private:
  explicit Topology(std::shared_ptr<const c::TopologyState> state) : state_(std::move(state)) {}
  std::shared_ptr<const c::TopologyState> state_;
};

}  // namespace hilo::pjrt
