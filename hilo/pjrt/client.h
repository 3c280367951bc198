#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/pjrt/device.h"
#include "hilo/pjrt/key_value.h"
#include "hilo/pjrt/named_value.h"
#include "hilo/pjrt/plugin.h"

namespace hilo::pjrt {

struct ClientOptions {
  int devices = 0;        ///< CPU only: devices to divide this process into; 0 means one
  int device = 0;         ///< which addressable device is `default_device()`
  int threads = 0;        ///< CPUs for this thread and those it starts (threads.h); 0: all
  NamedValues values{};   ///< the plugin's own options, by its names: {"memory_fraction", 0.5F}
  KeyValueStore store{};  ///< for jobs of several processes
};

/// A plugin at work: its devices and all that lives on them. A cheap handle; copies share the
/// client, which closes when the last handle, buffer and executable of it are gone. Threads may
/// share it.
class Client {
 public:
  /// Finds the plugin of `backend` (see discovery.h), loads it, and opens a client.
  /// `backend` is "auto", "cpu", "cuda", "cuda:1", "tpu" or the path of a plugin.
  /// Throws:  DeviceError that says what is missing; UsageError for a backend that is no such name.
  static Client open(std::string_view backend = "auto", const ClientOptions& options = {});
  /// Opens a client of a loaded plugin. Custom calls registered so far (ffi.h) are known to it.
  /// Throws:  PluginError, also for an option that the plugin does not know.
  static Client create(const Plugin& plugin, const ClientOptions& options = {});

  [[nodiscard]] const Plugin& plugin() const;
  /// "cpu", "cuda", "tpu".
  [[nodiscard]] const std::string& platform_name() const;
  [[nodiscard]] const std::string& platform_version() const;
  /// The number of this process in its job; 0 if it is alone.
  [[nodiscard]] int process_index() const;
  /// All devices of the job.
  [[nodiscard]] std::vector<Device> devices() const;
  /// Those that this process can give work.
  [[nodiscard]] std::vector<Device> addressable_devices() const;
  /// Where programs and buffers go unless told otherwise.
  [[nodiscard]] Device default_device() const;
  /// The device with that id. Throws DeviceError that lists the ids there are.
  [[nodiscard]] Device device(int id) const;
  /// Ids of the plugin's own choice of devices for replicas x partitions, replica by replica.
  [[nodiscard]] std::vector<int> default_assignment(int replicas, int partitions) const;

  bool operator==(const Client& other) const { return state_ == other.state_; }

  /// For the sources of this room.
  explicit Client(std::shared_ptr<const c::ClientState> state) : state_(std::move(state)) {}
  [[nodiscard]] const c::ClientState& state() const { return *state_; }
  [[nodiscard]] const std::shared_ptr<const c::ClientState>& shared() const { return state_; }

 private:
  std::shared_ptr<const c::ClientState> state_;
};

/// `Client::open`: `pjrt::open("auto")`.
inline Client open(std::string_view backend = "auto", const ClientOptions& options = {}) {
  return Client::open(backend, options);
}

}  // namespace hilo::pjrt
