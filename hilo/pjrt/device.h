#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hilo/pjrt/named_value.h"

namespace hilo::pjrt {

class Client;
namespace c {
struct ClientState;
struct DeviceState;
}  // namespace c

/// Memory of a device in bytes, as far as its plugin counts it (the CPU plugins do not).
struct MemoryStats {
  std::int64_t in_use = 0;
  std::optional<std::int64_t> peak, limit, largest_free_block;
};

/// One device of a client. A cheap handle that keeps its client alive.
class Device {
 public:
  /// Unique among the devices of the client, over all processes.
  [[nodiscard]] int id() const;
  /// The vendor's name: "cpu", "NVIDIA H100 80GB HBM3".
  [[nodiscard]] const std::string& kind() const;
  /// One line for people: "CpuDevice(id=0)".
  [[nodiscard]] const std::string& debug_string() const;
  /// The process that the device belongs to.
  [[nodiscard]] int process_index() const;
  /// Whether this process can give it work.
  [[nodiscard]] bool is_addressable() const;
  /// The number that the system gives it, such as the CUDA ordinal; -1 if it has none.
  [[nodiscard]] int local_hardware_id() const;
  /// What the plugin says of it: `compute_capability`, `core_count` ..
  [[nodiscard]] const NamedValues& attributes() const;
  /// None where the plugin does not count.
  [[nodiscard]] std::optional<MemoryStats> memory_stats() const;
  [[nodiscard]] Client client() const;

  bool operator==(const Device& other) const { return state_ == other.state_; }

  /// For the sources of this room.
  explicit Device(std::shared_ptr<const c::DeviceState> state) : state_(std::move(state)) {}
  [[nodiscard]] const c::DeviceState& state() const { return *state_; }
  [[nodiscard]] const std::shared_ptr<const c::DeviceState>& shared() const { return state_; }

 private:
  std::shared_ptr<const c::DeviceState> state_;
};

}  // namespace hilo::pjrt
