#include "hilo/pjrt/topology.h"

#include "hilo/pjrt/executable_state.h"

namespace hilo::pjrt {

using c::call;
using c::make_args;
using c::try_call;

struct c::TopologyState {
  TopologyState(PluginState& of, PJRT_TopologyDescription* made) : plugin(of), topology(made) {}
  TopologyState(const TopologyState&) = delete;
  ~TopologyState() {
    auto args = make_args<PJRT_TopologyDescription_Destroy_Args>();
    args.topology = topology;
    try_call(plugin, plugin.api.PJRT_TopologyDescription_Destroy, args);
  }

  PluginState& plugin;
  PJRT_TopologyDescription* topology;
  std::string platform_name, platform_version, device_kind;
  std::vector<std::string> devices;
};

namespace {

void describe(c::TopologyState& state) {
  const auto& plugin = state.plugin;
  auto platform = make_args<PJRT_TopologyDescription_PlatformName_Args>();
  platform.topology = state.topology;
  call(plugin, plugin.api.PJRT_TopologyDescription_PlatformName, platform,
       "asking for a topology's platform");
  state.platform_name.assign(platform.platform_name, platform.platform_name_size);
  auto version = make_args<PJRT_TopologyDescription_PlatformVersion_Args>();
  version.topology = state.topology;
  if (try_call(plugin, plugin.api.PJRT_TopologyDescription_PlatformVersion, version)) {
    state.platform_version.assign(version.platform_version, version.platform_version_size);
  }
  auto devices = make_args<PJRT_TopologyDescription_GetDeviceDescriptions_Args>();
  devices.topology = state.topology;
  call(plugin, plugin.api.PJRT_TopologyDescription_GetDeviceDescriptions, devices,
       "listing a topology's devices");
  for (std::size_t i = 0; i < devices.num_descriptions; ++i) {
    auto text = make_args<PJRT_DeviceDescription_ToString_Args>();
    text.device_description = devices.descriptions[i];
    call(plugin, plugin.api.PJRT_DeviceDescription_ToString, text,
         "asking for a device of a topology");
    state.devices.emplace_back(text.to_string, text.to_string_size);
    auto kind = make_args<PJRT_DeviceDescription_Kind_Args>();
    kind.device_description = devices.descriptions[i];
    if (try_call(plugin, plugin.api.PJRT_DeviceDescription_Kind, kind)) {
      state.device_kind.assign(kind.device_kind, kind.device_kind_size);
    }
  }
}

}  // namespace

Topology Topology::create(const Plugin& plugin, std::string_view name, const NamedValues& options) {
  const std::vector<PJRT_NamedValue> values = c::to_c(options);
  auto args = make_args<PJRT_TopologyDescription_Create_Args>();
  args.topology_name = name.data();
  args.topology_name_size = name.size();
  args.create_options = values.data();
  args.num_options = values.size();
  call(plugin.state(), plugin.state().api.PJRT_TopologyDescription_Create, args,
       "describing the topology \"" + std::string(name) + "\"");
  auto state = std::make_shared<c::TopologyState>(plugin.state(), args.topology);
  describe(*state);
  return Topology(std::move(state));
}

const std::string& Topology::platform_name() const { return state_->platform_name; }
const std::vector<std::string>& Topology::devices() const { return state_->devices; }

const std::string& Topology::platform_version() const { return state_->platform_version; }
const std::string& Topology::device_kind() const { return state_->device_kind; }

CompiledAhead Topology::compile(std::string_view program, const CompileOptions& options) const {
  const auto& plugin = state_->plugin;
  const auto needed = static_cast<std::size_t>(options.replicas) * static_cast<std::size_t>(options.partitions);
  if (needed > devices().size()) {
    throw DeviceError("compiling ahead of time: the program needs " + std::to_string(needed) + " devices; the topology has " +
                      std::to_string(devices().size()));
  }
  const std::string serialized = options.serialize();
  const PJRT_Program code = c::mlir_program(program);
  auto args = make_args<PJRT_Compile_Args>();
  args.topology = state_->topology;
  args.program = &code;
  args.compile_options = serialized.data();
  args.compile_options_size = serialized.size();
  call(plugin, plugin.api.PJRT_Compile, args,
       "compiling a program ahead of time for " + state_->platform_name);
  struct Owner {
    const c::PluginState& plugin;
    PJRT_Executable* executable;
    ~Owner() {
      auto destroy = make_args<PJRT_Executable_Destroy_Args>();
      destroy.executable = executable;
      try_call(plugin, plugin.api.PJRT_Executable_Destroy, destroy);
    }
  } const owner{plugin, args.executable};
  return {.name = c::name_of(plugin, owner.executable),
          .code = c::serialize(plugin, owner.executable),
          .cost = c::cost_analysis(plugin, owner.executable),
          .memory = c::memory(plugin, owner.executable),
          .optimized = c::optimized_program(plugin, owner.executable)};
}

}  // namespace hilo::pjrt
