#include <array>

#include "hilo/pjrt/executable_state.h"

namespace hilo::pjrt {
namespace {

using c::make_args;

// A list of pointers that stays on the stack while it is short. (Not thread-local: a custom call
// may run on the caller's thread and execute a program itself.)
template <class T>
class ShortList {
 public:
  explicit ShortList(std::size_t count) {
    if (count > kInline) more_ = std::make_unique<T[]>(count);
    data_ = more_ ? more_.get() : inline_.data();
  }
  ShortList(const ShortList&) = delete;
  ShortList& operator=(const ShortList&) = delete;
  T& operator[](std::size_t i) { return data_[i]; }
  T* data() { return data_; }

 private:
  static constexpr std::size_t kInline = 64;
  std::array<T, kInline> inline_;
  std::unique_ptr<T[]> more_;
  T* data_;
};

PJRT_Buffer* pointer_of(const Buffer& buffer, std::size_t index) {
  if (!buffer)
    throw DeviceError("argument " + std::to_string(index) +
                      " of a program is an empty buffer handle");
  return buffer.state().buffer;
}

PJRT_ExecuteOptions options_of(std::span<const std::int64_t> keep) {
  auto options = make_args<PJRT_ExecuteOptions>();
  options.non_donatable_input_indices = keep.data();
  options.num_non_donatable_input_indices = keep.size();
  return options;
}

}  // namespace

void Executable::execute(std::span<const Buffer* const> arguments, std::span<Buffer> results,
                         const ExecuteOptions& options) const {
  const c::ExecutableState& state = this->state();
  const c::PluginState& plugin = state.client->plugin;
  const std::size_t result_count = state.shapes.size();
  if (results.size() != result_count) {
    throw DeviceError("program " + state.name + " has " + std::to_string(result_count) +
                      " results; room was given for " + std::to_string(results.size()));
  }
  if (options.device == nullptr && state.devices.size() != 1) {
    throw DeviceError("program " + state.name + " runs on " + std::to_string(state.devices.size()) +
                      " devices; name one, or use execute_sharded");
  }
  ShortList<PJRT_Buffer*> in(arguments.size()), out(result_count);
  for (std::size_t i = 0; i < arguments.size(); ++i) in[i] = pointer_of(*arguments[i], i);
  PJRT_ExecuteOptions call_options = options_of(options.keep);
  auto args = make_args<PJRT_LoadedExecutable_Execute_Args>();
  PJRT_Buffer* const* in_list = in.data();
  PJRT_Buffer** out_list = out.data();
  PJRT_Event* done = nullptr;
  args.executable = state.loaded;
  args.options = &call_options;
  args.argument_lists = &in_list;
  args.num_devices = 1;
  args.num_args = arguments.size();
  args.output_lists = &out_list;
  if (options.done != nullptr) args.device_complete_events = &done;
  if (options.device != nullptr) args.execute_device = options.device->state().device;
  c::call(plugin, plugin.api.PJRT_LoadedExecutable_Execute, args, "running a program");
  const auto& device =
      options.device != nullptr ? options.device->shared() : state.devices[0].shared();
  for (std::size_t i = 0; i < result_count; ++i) {
    results[i] = Buffer(std::make_shared<c::BufferState>(device, out[i], state.shapes[i]));
  }
  if (options.done != nullptr)
    *options.done = Event(std::make_shared<c::EventState>(state.client, done));
}

std::vector<Buffer> Executable::execute(std::span<const Buffer> arguments,
                                        const ExecuteOptions& options) const {
  ShortList<const Buffer*> pointers(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) pointers[i] = &arguments[i];
  std::vector<Buffer> results(result_count());
  execute(std::span<const Buffer* const>(pointers.data(), arguments.size()), results, options);
  return results;
}

std::vector<std::vector<Buffer>> Executable::execute_sharded(
    std::span<const std::vector<Buffer>> arguments, std::span<const std::int64_t> keep) const {
  const c::ExecutableState& state = this->state();
  const std::size_t device_count = state.devices.size(), result_count = state.shapes.size();
  if (arguments.size() != device_count) {
    throw DeviceError("program " + state.name + " runs on " + std::to_string(device_count) +
                      " devices; got arguments for " + std::to_string(arguments.size()));
  }
  const std::size_t argument_count = arguments.empty() ? 0 : arguments[0].size();
  std::vector<PJRT_Buffer*> in, out(device_count * result_count);
  std::vector<PJRT_Buffer* const*> in_lists;
  std::vector<PJRT_Buffer**> out_lists;
  in.reserve(device_count * argument_count);
  for (std::size_t d = 0; d < device_count; ++d) {
    if (arguments[d].size() != argument_count)
      throw DeviceError("devices get different numbers of arguments");
    in_lists.push_back(in.data() + in.size());
    out_lists.push_back(out.data() + d * result_count);
    for (std::size_t i = 0; i < argument_count; ++i) in.push_back(pointer_of(arguments[d][i], i));
  }
  PJRT_ExecuteOptions call_options = options_of(keep);
  auto args = make_args<PJRT_LoadedExecutable_Execute_Args>();
  args.executable = state.loaded;
  args.options = &call_options;
  args.argument_lists = in_lists.data();
  args.num_devices = device_count;
  args.num_args = argument_count;
  args.output_lists = out_lists.data();
  c::call(state.client->plugin, state.client->plugin.api.PJRT_LoadedExecutable_Execute, args,
          "running a program");
  std::vector<std::vector<Buffer>> results(device_count);
  for (std::size_t d = 0; d < device_count; ++d) {
    for (std::size_t i = 0; i < result_count; ++i) {
      results[d].emplace_back(std::make_shared<c::BufferState>(state.devices[d].shared(),
                                                               out_lists[d][i], state.shapes[i]));
    }
  }
  return results;
}

}  // namespace hilo::pjrt
