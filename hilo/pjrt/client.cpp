#include "hilo/pjrt/client.h"

#include <algorithm>

#include "hilo/pjrt/c_api.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/pjrt/key_value_callbacks.h"
#include "hilo/pjrt/places.h"
#include "hilo/pjrt/threads.h"

namespace hilo::pjrt {
namespace {

using c::call;
using c::make_args;
using c::try_call;

// Left to themselves the CPU plugins make several devices; other kinds refuse the option.
NamedValues plugin_options(const Plugin& plugin, const ClientOptions& options) {
  NamedValues values = options.values;
  const bool is_cpu = kind_of_file(plugin.path()) == PluginKind::kCpu;
  if (options.devices > 0 || is_cpu)
    values.emplace("cpu_device_count", std::int64_t{std::max(options.devices, 1)});
  return values;
}

c::DeviceState describe(const c::ClientState& client, PJRT_Device* device) {
  const auto& plugin = client.plugin;
  const auto& api = plugin.api;
  c::DeviceState result{
      .client = &client, .device = device, .kind = {}, .debug_string = {}, .attributes = {}};
  auto about = make_args<PJRT_Device_GetDescription_Args>();
  about.device = device;
  call(plugin, api.PJRT_Device_GetDescription, about, "asking for a device");
  auto id = make_args<PJRT_DeviceDescription_Id_Args>();
  id.device_description = about.device_description;
  call(plugin, api.PJRT_DeviceDescription_Id, id, "asking for the id of a device");
  result.id = id.id;
  auto here = make_args<PJRT_Device_IsAddressable_Args>();
  here.device = device;
  call(plugin, api.PJRT_Device_IsAddressable, here, "asking whether a device is addressable");
  result.is_addressable = here.is_addressable;
  auto process = make_args<PJRT_DeviceDescription_ProcessIndex_Args>();
  process.device_description = about.device_description;
  if (try_call(plugin, api.PJRT_DeviceDescription_ProcessIndex, process))
    result.process_index = process.process_index;
  auto kind = make_args<PJRT_DeviceDescription_Kind_Args>();
  kind.device_description = about.device_description;
  if (try_call(plugin, api.PJRT_DeviceDescription_Kind, kind))
    result.kind.assign(kind.device_kind, kind.device_kind_size);
  auto text = make_args<PJRT_DeviceDescription_ToString_Args>();
  text.device_description = about.device_description;
  if (try_call(plugin, api.PJRT_DeviceDescription_ToString, text)) {
    result.debug_string.assign(text.to_string, text.to_string_size);
  }
  auto hardware = make_args<PJRT_Device_LocalHardwareId_Args>();
  hardware.device = device;
  if (result.is_addressable && try_call(plugin, api.PJRT_Device_LocalHardwareId, hardware)) {
    result.local_hardware_id = hardware.local_hardware_id;
  }
  auto attributes = make_args<PJRT_DeviceDescription_Attributes_Args>();
  attributes.device_description = about.device_description;
  if (try_call(plugin, api.PJRT_DeviceDescription_Attributes, attributes)) {
    result.attributes = c::from_c(attributes.attributes, attributes.num_attributes);
  }
  return result;
}

void describe_platform(c::ClientState& client) {
  const auto& api = client.plugin.api;
  auto name = make_args<PJRT_Client_PlatformName_Args>();
  name.client = client.client;
  call(client.plugin, api.PJRT_Client_PlatformName, name, "asking for the platform");
  client.platform_name.assign(name.platform_name, name.platform_name_size);
  auto version = make_args<PJRT_Client_PlatformVersion_Args>();
  version.client = client.client;
  if (try_call(client.plugin, api.PJRT_Client_PlatformVersion, version)) {
    client.platform_version.assign(version.platform_version, version.platform_version_size);
  }
  auto process = make_args<PJRT_Client_ProcessIndex_Args>();
  process.client = client.client;
  if (try_call(client.plugin, api.PJRT_Client_ProcessIndex, process))
    client.process_index = process.process_index;
}

void describe_devices(c::ClientState& client, int chosen) {
  auto all = make_args<PJRT_Client_Devices_Args>();
  all.client = client.client;
  call(client.plugin, client.plugin.api.PJRT_Client_Devices, all, "listing the devices");
  client.devices.reserve(all.num_devices);
  for (std::size_t i = 0; i < all.num_devices; ++i)
    client.devices.push_back(describe(client, all.devices[i]));
  int count = 0;
  for (const c::DeviceState& device : client.devices) {
    if (device.is_addressable && count++ == chosen) client.default_device = &device;
  }
  if (client.default_device == nullptr) {
    throw DeviceError("there is no device " + std::to_string(chosen) + ": " + client.platform_name +
                      " has " + std::to_string(count) + " here, counted from 0");
  }
}

}  // namespace

Client Client::open(std::string_view backend, const ClientOptions& options) {
  const Search search = find(backend);
  // Before the plugin is loaded, since it counts them.
  if (options.threads > 0) limit_cpus(options.threads);
  ClientOptions adjusted = options;
  if (search.device >= 0 && search.kind == PluginKind::kCuda) {
    adjusted.values.insert_or_assign("visible_devices", std::vector<std::int64_t>{search.device});
  } else if (search.device >= 0) {
    adjusted.device = search.device;
  }
  return create(Plugin::load(search.path), adjusted);
}

Client Client::create(const Plugin& plugin, const ClientOptions& options) {
  if (options.threads > 0) limit_cpus(options.threads);
  auto state = std::make_shared<c::ClientState>(plugin.state());
  state->store = options.store;
  const NamedValues named = plugin_options(plugin, options);
  const std::vector<PJRT_NamedValue> values = c::to_c(named);
  auto args = make_args<PJRT_Client_Create_Args>();
  args.create_options = values.data();
  args.num_options = values.size();
  c::add_callbacks(args, state->store);
  try {
    call(plugin.state(), plugin.state().api.PJRT_Client_Create, args, "opening a client of " + plugin.path());
  } catch (const DeviceError& e) {
    if (plugin.state().library_problem.empty()) throw;
    throw DeviceError(e.what() + plugin.state().library_problem);
  }
  state->client = args.client;
  describe_platform(*state);
  describe_devices(*state, options.device);
  c::tell_ffi_handlers(plugin.state(), state->platform_name);
  return Client(std::move(state));
}

const Plugin& Client::plugin() const { return state_->handle; }
const std::string& Client::platform_name() const { return state_->platform_name; }
const std::string& Client::platform_version() const { return state_->platform_version; }
int Client::process_index() const { return state_->process_index; }

std::vector<Device> Client::devices() const {
  std::vector<Device> result;
  for (const c::DeviceState& device : state_->devices) result.push_back(state_->device(device));
  return result;
}

std::vector<Device> Client::addressable_devices() const {
  std::vector<Device> result = devices();
  std::erase_if(result, [](const Device& d) { return !d.is_addressable(); });
  return result;
}

Device Client::default_device() const { return state_->device(*state_->default_device); }

Device Client::device(int id) const {
  std::string known;
  for (const c::DeviceState& device : state_->devices) {
    if (device.id == id) return state_->device(device);
    known.append(known.empty() ? "" : ", ").append(std::to_string(device.id));
  }
  throw DeviceError("no device with id " + std::to_string(id) + "; " + platform_name() +
                    " has: " + known);
}

std::vector<int> Client::default_assignment(int replicas, int partitions) const {
  std::vector<int> result(static_cast<std::size_t>(replicas) *
                          static_cast<std::size_t>(partitions));
  auto args = make_args<PJRT_Client_DefaultDeviceAssignment_Args>();
  args.client = state_->client;
  args.num_replicas = replicas;
  args.num_partitions = partitions;
  args.default_assignment_size = result.size();
  args.default_assignment = result.data();
  call(state_->plugin, state_->plugin.api.PJRT_Client_DefaultDeviceAssignment, args,
       "assigning " + std::to_string(result.size()) + " devices");
  return result;
}

namespace c {

ClientState::~ClientState() {
  if (client == nullptr) return;
  auto args = make_args<PJRT_Client_Destroy_Args>();
  args.client = client;
  try_call(plugin, plugin.api.PJRT_Client_Destroy, args);
}

Device ClientState::device(const PJRT_Device* pointer) const {
  const auto found = std::find_if(devices.begin(), devices.end(),
                                  [&](const DeviceState& d) { return d.device == pointer; });
  if (found == devices.end()) throw DeviceError("the plugin names a device that it did not list");
  return device(*found);
}

}  // namespace c
}  // namespace hilo::pjrt
