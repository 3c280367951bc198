#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "hilo/core/array.h"
#include "hilo/pjrt/client.h"
#include "hilo/pjrt/device.h"
#include "hilo/pjrt/event.h"

namespace hilo::pjrt {

namespace c {
struct BufferState;
}

/// What the device may do with a host array that it is given.
enum class HostUse : std::uint8_t {
  kShare,  ///< read it in place while the buffer lives, where it can; the array is kept alive
  kGive,   ///< take its memory over, so that a program it is donated to writes its result there
  kCopy,   ///< copy it before `from_host` returns
};

/// A device-to-host copy under way. It may be dropped at any time; it then waits.
class HostCopy {
 public:
  HostCopy(Array array, Event done) : array_(std::move(array)), done_(std::move(done)) {}
  HostCopy(HostCopy&&) = default;
  HostCopy& operator=(HostCopy&&) = delete;
  ~HostCopy();
  [[nodiscard]] bool is_ready() const { return done_.is_ready(); }
  /// Waits and gives the array. Throws PluginError if the value could not be computed.
  Array get() &&;

 private:
  Array array_;
  Event done_;
};

/// An array in device memory, perhaps still being computed. A cheap handle; copies share the
/// buffer, and the memory is freed when the last of them is gone and the device has done with it.
/// Threads may share it.
class Buffer {
 public:
  /// No buffer.
  Buffer() = default;

  /// Puts `array` on `device`; returns at once where the plugin copies in the background.
  /// Sub-byte dtypes take one byte an element on the host; the plugin packs them.
  /// Throws:  PluginError; DeviceError for a dtype that the plugin does not have.
  static Buffer from_host(Array array, const Device& device, HostUse use = HostUse::kShare);

  /// Whether there is a buffer.
  explicit operator bool() const { return state_ != nullptr; }
  [[nodiscard]] const Shape& shape() const;
  [[nodiscard]] Device device() const;
  [[nodiscard]] Client client() const;

  /// Waits for the value and copies it, row-major. Throws PluginError if it could not be computed
  /// or was donated.
  [[nodiscard]] Array to_host() const;
  /// The same without the wait.
  [[nodiscard]] HostCopy to_host_async() const;
  /// A copy on another device of the same client, made in the background; itself if it is there
  /// already.
  [[nodiscard]] Buffer copy_to(const Device& device) const;

  /// When the value is there.
  [[nodiscard]] Event ready() const;
  /// Frees the device memory now; the handles that are left know only the shape.
  void discard() const;
  /// Whether it was discarded, or donated to a program.
  [[nodiscard]] bool is_deleted() const;
  /// Bytes that it takes on the device.
  [[nodiscard]] std::size_t device_bytes() const;
  /// The address on the device, for tests and for kernels of the same process. Throws PluginError
  /// if deleted.
  [[nodiscard]] std::uintptr_t unsafe_pointer() const;

  /// For the sources of this room.
  explicit Buffer(std::shared_ptr<c::BufferState> state) : state_(std::move(state)) {}
  [[nodiscard]] c::BufferState& state() const { return *state_; }

 private:
  std::shared_ptr<c::BufferState> state_;
};

/// Whether the plugin can hold arrays of that dtype (older ones lack the newest 4 and 6 bit
/// floats).
bool holds_dtype(const Plugin& plugin, DType dtype);

}  // namespace hilo::pjrt
