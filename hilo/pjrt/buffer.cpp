#include "hilo/pjrt/buffer.h"

#include "hilo/pjrt/c_api.h"

namespace hilo::pjrt {
namespace {

using c::call;
using c::make_args;

constexpr PJRT_HostBufferSemantics semantics(HostUse use) {
  switch (use) {
    case HostUse::kShare:
      return PJRT_HostBufferSemantics_kImmutableZeroCopy;
    case HostUse::kGive:
      return PJRT_HostBufferSemantics_kMutableZeroCopy;
    case HostUse::kCopy:
      break;
  }
  return PJRT_HostBufferSemantics_kImmutableOnlyDuringCall;
}

void refuse_unless_held(const Plugin& plugin, const Shape& shape) {
  if (holds_dtype(plugin, shape.dtype)) return;
  throw DeviceError("an array of " + to_string(shape) + " has no form on the device: " +
                    plugin.path() + " (PJRT " + to_string(plugin.api_version()) +
                    ") does not have " + std::string(name(shape.dtype)));
}

// Plugins unpack signed 2 and 4 bit integers with the upper bits of each byte zero; in Hilo a byte
// is the number.
void restore_signs(Array& array) {
  const DType dtype = array.shape().dtype;
  if (dtype != DType::kI2 && dtype != DType::kI4) return;
  const int spare = 8 - bits(dtype);
  for (std::byte& b : array.mutable_bytes()) {
    const auto shifted = static_cast<std::int8_t>(static_cast<std::uint8_t>(b) << spare);
    b = static_cast<std::byte>(shifted >> spare);
  }
}

const c::BufferState& checked(const std::shared_ptr<c::BufferState>& state) {
  if (!state) throw DeviceError("an empty buffer handle was used");
  return *state;
}

}  // namespace

Buffer Buffer::from_host(Array array, const Device& device, HostUse use) {
  const c::DeviceState& on = device.state();
  const c::PluginState& plugin = on.client->plugin;
  refuse_unless_held(on.client->handle, array.shape());
  // Memory that nobody else reads.
  if (use == HostUse::kGive) static_cast<void>(array.mutable_bytes());
  auto shape = std::make_shared<const Shape>(array.shape());
  auto args = make_args<PJRT_Client_BufferFromHostBuffer_Args>();
  args.client = on.client->client;
  args.data = array.bytes().data();
  args.type = c::buffer_type(shape->dtype);
  args.dims = shape->dims.data();
  args.num_dims = shape->dims.size();
  args.host_buffer_semantics = semantics(use);
  args.device = on.device;
  call(plugin, plugin.api.PJRT_Client_BufferFromHostBuffer, args, "putting an array on the device");
  Buffer result(std::make_shared<c::BufferState>(device.shared(), args.buffer, std::move(shape)));
  if (args.done_with_host_buffer != nullptr) {
    const Event done(
        std::make_shared<c::EventState>(on.client->shared_from_this(), args.done_with_host_buffer));
    if (use != HostUse::kCopy) done.on_ready([kept = std::move(array)](const PluginError*) {});
  }
  return result;
}

const Shape& Buffer::shape() const { return *checked(state_).shape; }
Device Buffer::device() const { return Device(checked(state_).device); }
Client Buffer::client() const { return device().client(); }

HostCopy Buffer::to_host_async() const {
  const c::BufferState& state = checked(state_);
  const c::ClientState& client = *state.device->client;
  Array array(*state.shape);
  Dims minor_to_major(state.shape->dims.size());
  for (std::size_t i = 0; i < minor_to_major.size(); ++i) {
    minor_to_major[i] = static_cast<Dim>(minor_to_major.size() - 1 - i);
  }
  auto layout = make_args<PJRT_Buffer_MemoryLayout>();
  layout.type = PJRT_Buffer_MemoryLayout_Type_Tiled;
  layout.tiled = make_args<PJRT_Buffer_MemoryLayout_Tiled>();
  layout.tiled.minor_to_major = minor_to_major.data();
  layout.tiled.minor_to_major_size = minor_to_major.size();
  auto args = make_args<PJRT_Buffer_ToHostBuffer_Args>();
  args.src = state.buffer;
  args.host_layout = &layout;
  args.dst = array.mutable_bytes().data();
  args.dst_size = array.bytes().size();
  call(client.plugin, client.plugin.api.PJRT_Buffer_ToHostBuffer, args,
       "reading an array from the device");
  return {std::move(array),
          Event(std::make_shared<c::EventState>(client.shared_from_this(), args.event))};
}

Array Buffer::to_host() const { return to_host_async().get(); }

Array HostCopy::get() && {
  done_.await();
  done_ = Event();
  restore_signs(array_);
  return std::move(array_);
}

HostCopy::~HostCopy() {
  try {
    done_.await();          // the device writes into the array until then
  } catch (const Error&) {  // nobody asked for the value
  }
}

Buffer Buffer::copy_to(const Device& device) const {
  const c::BufferState& state = checked(state_);
  if (state.device == device.shared()) return *this;
  const c::PluginState& plugin = state.device->client->plugin;
  auto args = make_args<PJRT_Buffer_CopyToDevice_Args>();
  args.buffer = state.buffer;
  args.dst_device = device.state().device;
  call(plugin, plugin.api.PJRT_Buffer_CopyToDevice, args, "copying an array to another device");
  return Buffer(std::make_shared<c::BufferState>(device.shared(), args.dst_buffer, state.shape));
}

Event Buffer::ready() const {
  const c::BufferState& state = checked(state_);
  const c::ClientState& client = *state.device->client;
  auto args = make_args<PJRT_Buffer_ReadyEvent_Args>();
  args.buffer = state.buffer;
  call(client.plugin, client.plugin.api.PJRT_Buffer_ReadyEvent, args,
       "asking when an array is ready");
  return Event(std::make_shared<c::EventState>(client.shared_from_this(), args.event));
}

void Buffer::discard() const {
  const c::BufferState& state = checked(state_);
  const c::PluginState& plugin = state.device->client->plugin;
  auto args = make_args<PJRT_Buffer_Delete_Args>();
  args.buffer = state.buffer;
  call(plugin, plugin.api.PJRT_Buffer_Delete, args, "freeing an array");
}

bool Buffer::is_deleted() const {
  const c::BufferState& state = checked(state_);
  const c::PluginState& plugin = state.device->client->plugin;
  auto args = make_args<PJRT_Buffer_IsDeleted_Args>();
  args.buffer = state.buffer;
  call(plugin, plugin.api.PJRT_Buffer_IsDeleted, args, "asking whether an array is deleted");
  return args.is_deleted;
}

std::size_t Buffer::device_bytes() const {
  const c::BufferState& state = checked(state_);
  const c::PluginState& plugin = state.device->client->plugin;
  auto args = make_args<PJRT_Buffer_OnDeviceSizeInBytes_Args>();
  args.buffer = state.buffer;
  call(plugin, plugin.api.PJRT_Buffer_OnDeviceSizeInBytes, args, "asking for the size of an array");
  return args.on_device_size_in_bytes;
}

std::uintptr_t Buffer::unsafe_pointer() const {
  const c::BufferState& state = checked(state_);
  const c::PluginState& plugin = state.device->client->plugin;
  auto args = make_args<PJRT_Buffer_UnsafePointer_Args>();
  args.buffer = state.buffer;
  call(plugin, plugin.api.PJRT_Buffer_UnsafePointer, args, "asking for the address of an array");
  return args.buffer_pointer;
}

c::BufferState::~BufferState() {
  const PluginState& plugin = device->client->plugin;
  auto args = make_args<PJRT_Buffer_Destroy_Args>();
  args.buffer = buffer;
  try_call(plugin, plugin.api.PJRT_Buffer_Destroy, args);
}

}  // namespace hilo::pjrt
