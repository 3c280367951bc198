#pragma once
// The C side of this room: for its sources only, since no C header shows in a public header of
// Hilo.
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/shape.h"
#include "hilo/pjrt/client.h"
#include "hilo/pjrt/plugin.h"
#include "xla/pjrt/c/pjrt_c_api.h"

namespace hilo::pjrt::c {

/// A loaded plugin. One a file; never freed, since a plugin's threads and statics outlive any
/// handle.
struct PluginState {
  PluginFile file;
  PJRT_Api api{};  ///< the plugin's table, copied; functions that it lacks are null
  Plugin::ApiVersion version{};
  NamedValues attributes;
  std::vector<int> extensions;
  std::string cuda_data_folder;
  std::string library_problem;  // lines that say which libraries it lacks
  std::mutex ffi_mutex;
  std::set<std::pair<std::string, std::string>> ffi_handlers;  ///< (platform, name) told to it
};

/// An argument struct with its size set and all else zero.
template <class Args>
Args make_args() {
  Args args = Args();
  args.struct_size = sizeof(Args);
  return args;
}

/// Turns `error` into a PluginError and frees it.
PluginError take_error(const PluginState& plugin, PJRT_Error* error, std::string_view doing);
[[noreturn]] void throw_missing(const PluginState& plugin, std::string_view doing);

/// Calls a function of the plugin. Throws PluginError; `doing` says what was tried.
template <class Args>
void call(const PluginState& plugin, PJRT_Error* (*function)(Args*), Args& args,
          std::string_view doing) {
  if (function == nullptr) throw_missing(plugin, doing);
  if (PJRT_Error* error = function(&args)) throw take_error(plugin, error, doing);
}

/// Calls a function whose failure does not matter (destructors, optional questions): whether it
/// went well.
template <class Args>
bool try_call(const PluginState& plugin, PJRT_Error* (*function)(Args*), Args& args) noexcept {
  if (function == nullptr) return false;
  PJRT_Error* error = function(&args);
  if (error == nullptr) return true;
  auto destroy = make_args<PJRT_Error_Destroy_Args>();
  destroy.error = error;
  plugin.api.PJRT_Error_Destroy(&destroy);
  return false;
}

/// The extension of that type, or null.
const PJRT_Extension_Base* extension(const PluginState& plugin, PJRT_Extension_Type type);

struct DeviceState {
  const ClientState* client = nullptr;
  PJRT_Device* device = nullptr;
  int id = 0, process_index = 0, local_hardware_id = -1;
  bool is_addressable = false;
  std::string kind, debug_string;
  NamedValues attributes;
};

struct ClientState : std::enable_shared_from_this<ClientState> {
  explicit ClientState(PluginState& of) : plugin(of), handle(&of) {}
  ClientState(const ClientState&) = delete;
  ~ClientState();

  [[nodiscard]] Device device(const DeviceState& state) const {
    return Device({shared_from_this(), &state});
  }
  /// The device that the plugin means.
  [[nodiscard]] Device device(const PJRT_Device* pointer) const;

  PluginState& plugin;
  Plugin handle;
  PJRT_Client* client = nullptr;
  std::string platform_name, platform_version;
  int process_index = 0;
  std::vector<DeviceState> devices;
  const DeviceState* default_device = nullptr;
  KeyValueStore store;
};

struct EventState {
  EventState(std::shared_ptr<const ClientState> of, PJRT_Event* made)
      : client(std::move(of)), event(made) {}
  EventState(const EventState&) = delete;
  ~EventState();

  std::shared_ptr<const ClientState> client;
  PJRT_Event* event;
};

struct BufferState {
  BufferState(std::shared_ptr<const DeviceState> on, PJRT_Buffer* made,
              std::shared_ptr<const Shape> of)
      : device(std::move(on)), buffer(made), shape(std::move(of)) {}
  BufferState(const BufferState&) = delete;
  ~BufferState();

  std::shared_ptr<const DeviceState> device;
  PJRT_Buffer* buffer;
  std::shared_ptr<const Shape> shape;
};

/// The plugin's number for a dtype, and back. Throws DeviceError where there is none.
PJRT_Buffer_Type buffer_type(DType dtype);
DType dtype_of_buffer(PJRT_Buffer_Type type);

/// The C form of named values; valid while the values live.
std::vector<PJRT_NamedValue> to_c(const NamedValues& values);
NamedValues from_c(const PJRT_NamedValue* values, std::size_t count);

/// A program in the C form; `code` must outlive it.
PJRT_Program mlir_program(std::string_view code);

/// Tells `plugin` the handlers registered for its platform (ffi.h) that it does not know yet.
void tell_ffi_handlers(PluginState& plugin, std::string_view platform_name);

}  // namespace hilo::pjrt::c
