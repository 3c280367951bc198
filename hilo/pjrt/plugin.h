#pragma once
#include <string>
#include <vector>

#include "hilo/pjrt/named_value.h"
#include "hilo/pjrt/plugin_file.h"
#include "hilo/pjrt/status.h"

namespace hilo::pjrt {

namespace c {
struct PluginState;
}

/// A PJRT plugin: the library that compiles and runs programs on one kind of device.
/// A cheap handle; copies share the library, which stays loaded until the process ends.
class Plugin {
 public:
  /// Loads the plugin at `path`, checks it and initialises it. The same file is loaded once a
  /// process.
  /// Throws:  DeviceError that names the file and what is missing: the file, the symbol, a version,
  ///          a function.
  /// Cost:    50-100 ms the first time, a look-up after that.
  static Plugin load(const std::string& path);

  /// The file, with its links resolved.
  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] const PluginFile& file() const;
  /// The version of the PJRT C API that the plugin was built with: {0, 115}.
  struct ApiVersion {
    int major = 0, minor = 0;
    auto operator<=>(const ApiVersion&) const = default;
  };
  [[nodiscard]] ApiVersion api_version() const;
  /// What the plugin says of itself: `stablehlo_current_version`, `stablehlo_minimum_version`,
  /// `xla_version`.
  [[nodiscard]] const NamedValues& attributes() const;
  /// The numbers of the extensions that it offers, in order (docs/pjrt.md names them).
  [[nodiscard]] const std::vector<int>& extensions() const;
  /// A CUDA plugin's toolkit: the folder that holds `bin/ptxas` and `nvvm/libdevice`. Empty for the
  /// rest.
  [[nodiscard]] const std::string& cuda_data_folder() const;

  bool operator==(const Plugin&) const = default;

  /// For the sources of this room.
  explicit Plugin(c::PluginState* state) : state_(state) {}
  [[nodiscard]] c::PluginState& state() const { return *state_; }

 private:
  c::PluginState* state_;
};

/// "0.115".
std::string to_string(Plugin::ApiVersion version);
/// The name of an extension by its number: "ffi", "layouts"; "extension 30" where it has none here.
std::string extension_name(int number);

}  // namespace hilo::pjrt
