#pragma once
#include <functional>
#include <memory>

#include "hilo/pjrt/status.h"

namespace hilo::pjrt {

namespace c {
struct EventState;
}

/// Something that a device will finish, well or not. A cheap handle; copies share it.
class Event {
 public:
  /// An event that is done already.
  Event() = default;

  /// Waits. Throws PluginError with the device's reason if the work failed.
  void await() const;
  /// Whether it is done, well or not; does not wait.
  [[nodiscard]] bool is_ready() const;
  /// Calls `callback` once it is done, with null or the reason of the failure; at once if it is
  /// done already. The call comes from a thread of the plugin's: keep it short, do not wait in it,
  /// and let it hold no client's last handle (closing a client waits for that very thread). An
  /// exception that leaves `callback` is dropped, for nothing above it could take it.
  void on_ready(std::function<void(const PluginError*)> callback) const;

  /// For the sources of this room.
  explicit Event(std::shared_ptr<c::EventState> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<c::EventState> state_;
};

}  // namespace hilo::pjrt
