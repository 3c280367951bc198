#include "hilo/pjrt/event.h"

#include "hilo/pjrt/c_api.h"

namespace hilo::pjrt {
namespace {

struct Callback {
  const c::PluginState& plugin;
  std::function<void(const PluginError*)> function;
};

// Called from C: nothing may leave it.
void run_callback(PJRT_Error* error, void* argument) noexcept {
  const std::unique_ptr<Callback> callback(static_cast<Callback*>(argument));
  try {
    if (error == nullptr) return callback->function(nullptr);
    const PluginError reason = c::take_error(callback->plugin, error, "the work before a callback");
    callback->function(&reason);
  } catch (...) {  // documented: dropped, for nothing above could take it
  }
}

}  // namespace

void Event::await() const {
  if (!state_) return;
  const c::PluginState& plugin = state_->client->plugin;
  auto args = c::make_args<PJRT_Event_Await_Args>();
  args.event = state_->event;
  c::call(plugin, plugin.api.PJRT_Event_Await, args, "computing on the device");
}

bool Event::is_ready() const {
  if (!state_) return true;
  const c::PluginState& plugin = state_->client->plugin;
  auto args = c::make_args<PJRT_Event_IsReady_Args>();
  args.event = state_->event;
  c::call(plugin, plugin.api.PJRT_Event_IsReady, args, "asking whether an event is ready");
  return args.is_ready;
}

void Event::on_ready(std::function<void(const PluginError*)> callback) const {
  if (!state_) return callback(nullptr);
  const c::PluginState& plugin = state_->client->plugin;
  auto owned = std::make_unique<Callback>(Callback{plugin, std::move(callback)});
  auto args = c::make_args<PJRT_Event_OnReady_Args>();
  args.event = state_->event;
  args.callback = run_callback;
  args.user_arg = owned.get();
  c::call(plugin, plugin.api.PJRT_Event_OnReady, args, "waiting for an event");
  owned.release();  // run_callback frees it
}

c::EventState::~EventState() {
  auto args = make_args<PJRT_Event_Destroy_Args>();
  args.event = event;
  try_call(client->plugin, client->plugin.api.PJRT_Event_Destroy, args);
}

}  // namespace hilo::pjrt
