#pragma once
#include <functional>
#include <optional>
#include <string>

namespace hilo::pjrt {

/// What discovery asks of the world. A test gives another world.
struct Machine {
  /// An environment variable; none if it is unset or empty.
  std::function<std::optional<std::string>(const std::string&)> environment;
  std::string root;           ///< before every absolute path of the system: "" here
  std::string binary_folder;  ///< where the running program is
  std::string binary{};       ///< the running program itself; empty if unknown
  /// Whether the dynamic linker finds that library; the reason if not, else empty.
  std::function<std::string(const std::string&)> library_problem;
  /// What the CUDA driver supports: 13000 for CUDA 13.0; 0 if there is none.
  std::function<int()> cuda_driver_version;

  static const Machine& here();

  /// $HILO_CACHE or ~/.cache/hilo.
  [[nodiscard]] std::string cache() const;
};

}  // namespace hilo::pjrt
