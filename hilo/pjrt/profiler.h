#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/pjrt/plugin.h"

namespace hilo::pjrt {

/// Something that a plugin saw happen: a kernel on a device, a copy, a call on a thread.
struct ProfiledEvent {
  std::string name{};
  std::int64_t start_ns = 0, duration_ns = 0;
  /// What the plugin tells besides: "hlo_op", "hlo_module", "tf_op", "source".
  std::vector<std::pair<std::string, std::string>> details{};
};
/// A thread or a device's queue, on a clock of the plugin's.
struct ProfiledLine {
  std::string name{};
  std::int64_t start_ns = 0;  ///< events begin at or after it
  std::vector<ProfiledEvent> events{};
};
/// A device, or the host as the plugin sees it.
struct ProfiledPlane {
  std::string name{};
  std::vector<ProfiledLine> lines{};
};

/// The profiler of a plugin at work, where it has one (the PJRT profiler extension). One at a time
/// a plugin.
class Profiler {
 public:
  /// Starts recording; none where the plugin has no profiler.
  /// Throws:  DeviceError with the plugin's reason.
  static std::optional<Profiler> start(const Plugin& plugin);
  /// Stops recording and gives what was recorded.
  /// Throws:  DeviceError with the plugin's reason, FormatError if it gives bytes that make no
  /// sense.
  std::vector<ProfiledPlane> stop();

 private:
  struct State;
  explicit Profiler(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// The events in the bytes of an XSpace, the profiler's own format.
/// Throws:  FormatError at bytes that make no sense.
/// Source:  tsl/profiler/protobuf/xplane.proto.
std::vector<ProfiledPlane> read_xspace(std::string_view bytes);

}  // namespace hilo::pjrt
