#include "hilo/pjrt/profiler.h"

#include "hilo/pjrt/c_api.h"
#include "xla/pjrt/c/pjrt_c_api_profiler_extension.h"

namespace hilo::pjrt {

struct Profiler::State {
  const PLUGIN_Profiler_Api& api;
  std::string plugin;
  PLUGIN_Profiler* profiler = nullptr;

  State(const PLUGIN_Profiler_Api& a, std::string of) : api(a), plugin(std::move(of)) {}
  State(const State&) = delete;
  ~State() {
    if (profiler == nullptr) return;
    PLUGIN_Profiler_Destroy_Args args{PLUGIN_Profiler_Destroy_Args_STRUCT_SIZE, profiler};
    drop(api.destroy(&args));
  }

  void drop(PLUGIN_Profiler_Error* error) const {
    if (error == nullptr) return;
    PLUGIN_Profiler_Error_Destroy_Args args{PLUGIN_Profiler_Error_Destroy_Args_STRUCT_SIZE,
                                            api.priv, error};
    api.error_destroy(&args);
  }
  void check(PLUGIN_Profiler_Error* error, const char* doing) const {
    if (error == nullptr) return;
    PLUGIN_Profiler_Error_Message_Args args{PLUGIN_Profiler_Error_Message_Args_STRUCT_SIZE,
                                            api.priv, error, nullptr, 0};
    api.error_message(&args);
    const std::string text(args.message, args.message_size);
    drop(error);
    throw DeviceError(std::string(doing) + " of plugin " + plugin + ": " + text);
  }
};

std::optional<Profiler> Profiler::start(const Plugin& plugin) {
  const auto* base = c::extension(plugin.state(), PJRT_Extension_Type_Profiler);
  const auto* extension = reinterpret_cast<const PJRT_Profiler_Extension*>(base);
  constexpr std::size_t kNeeded = offsetof(PJRT_Profiler_Extension, profiler_api) + sizeof(void*);
  if (base == nullptr || base->struct_size < kNeeded || extension->profiler_api == nullptr)
    return {};
  const PLUGIN_Profiler_Api& api = *extension->profiler_api;
  constexpr std::size_t kUsed = offsetof(PLUGIN_Profiler_Api, collect_data) + sizeof(void*);
  if (api.struct_size < kUsed || !api.create || !api.destroy || !api.start || !api.stop ||
      !api.collect_data || !api.error_message || !api.error_destroy) {
    return {};
  }
  auto state = std::make_shared<State>(api, plugin.path());
  // tensorflow.ProfileOptions {host_tracer_level = 2, device_tracer_level = 1, version = 1}: without it, levels are 0.
  constexpr std::string_view kOptions = "\x10\x02\x18\x01\x28\x01";
  PLUGIN_Profiler_Create_Args create{PLUGIN_Profiler_Create_Args_STRUCT_SIZE, kOptions.data(), kOptions.size(), nullptr};
  state->check(api.create(&create), "making a profiler");
  state->profiler = create.profiler;
  PLUGIN_Profiler_Start_Args begin{PLUGIN_Profiler_Start_Args_STRUCT_SIZE, state->profiler};
  state->check(api.start(&begin), "starting the profiler");
  return Profiler(std::move(state));
}

std::vector<ProfiledPlane> Profiler::stop() {
  const PLUGIN_Profiler_Api& api = state_->api;
  PLUGIN_Profiler_Stop_Args end{PLUGIN_Profiler_Stop_Args_STRUCT_SIZE, state_->profiler};
  state_->check(api.stop(&end), "stopping the profiler");
  // The header promises first the size, then the bytes. Plugins of XLA hand out a buffer of their own the first time, with
  // one byte behind the message, and write nothing the second.
  PLUGIN_Profiler_CollectData_Args collect{PLUGIN_Profiler_CollectData_Args_STRUCT_SIZE,
                                           state_->profiler, nullptr, 0};
  state_->check(api.collect_data(&collect), "reading the profile");
  if (collect.buffer != nullptr && collect.buffer_size_in_bytes > 0) {
    return read_xspace({reinterpret_cast<const char*>(collect.buffer), collect.buffer_size_in_bytes - 1});
  }
  std::string bytes(collect.buffer_size_in_bytes, '\0');
  collect.buffer = reinterpret_cast<std::uint8_t*>(bytes.data());
  if (!bytes.empty()) state_->check(api.collect_data(&collect), "reading the profile");
  return read_xspace(bytes);
}

}  // namespace hilo::pjrt
