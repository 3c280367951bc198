#include "hilo/pjrt/device.h"

#include "hilo/pjrt/c_api.h"

namespace hilo::pjrt {

int Device::id() const { return state_->id; }
const std::string& Device::kind() const { return state_->kind; }
const std::string& Device::debug_string() const { return state_->debug_string; }
int Device::process_index() const { return state_->process_index; }
bool Device::is_addressable() const { return state_->is_addressable; }
int Device::local_hardware_id() const { return state_->local_hardware_id; }
const NamedValues& Device::attributes() const { return state_->attributes; }
Client Device::client() const { return Client(state_->client->shared_from_this()); }

std::optional<MemoryStats> Device::memory_stats() const {
  const c::PluginState& plugin = state_->client->plugin;
  auto args = c::make_args<PJRT_Device_MemoryStats_Args>();
  args.device = state_->device;
  if (!c::try_call(plugin, plugin.api.PJRT_Device_MemoryStats, args)) return std::nullopt;
  MemoryStats stats{.in_use = args.bytes_in_use, .peak = {}, .limit = {}, .largest_free_block = {}};
  if (args.peak_bytes_in_use_is_set) stats.peak = args.peak_bytes_in_use;
  if (args.bytes_limit_is_set) stats.limit = args.bytes_limit;
  if (args.largest_free_block_bytes_is_set)
    stats.largest_free_block = args.largest_free_block_bytes;
  return stats;
}

}  // namespace hilo::pjrt
