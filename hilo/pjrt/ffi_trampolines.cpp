#include "hilo/pjrt/ffi_trampolines.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>

#include "hilo/core/error.h"

namespace hilo::pjrt {
namespace {

// A C function pointer carries no data, so each handler gets a function of its own; slots are
// written before their function is given to a plugin.
std::array<FfiHandler, kMostFfiHandlers> slots;
int used = 0;

XLA_FFI_Error* make_error(const XLA_FFI_Api* api, const char* text) {
  XLA_FFI_Error_Create_Args args{XLA_FFI_Error_Create_Args_STRUCT_SIZE, nullptr, text,
                                 XLA_FFI_Error_Code_INTERNAL};
  return api->XLA_FFI_Error_Create(&args);
}

bool is_metadata_query(const XLA_FFI_CallFrame* frame) {
  return frame->extension_start != nullptr &&
         frame->extension_start->type == XLA_FFI_Extension_Metadata;
}

// A plugin takes a handler only if it was built for the plugin's own FFI version or an older one;
// the FFI is additive, so the older of the two is a true answer. An older plugin's struct is also
// shorter than the one the handler fills.
XLA_FFI_Error* answer_metadata(const FfiHandler& handler, XLA_FFI_CallFrame* frame) {
  auto* query = reinterpret_cast<XLA_FFI_Metadata_Extension*>(frame->extension_start);
  XLA_FFI_Metadata full{};
  full.struct_size = sizeof(full);
  XLA_FFI_Metadata_Extension widened{query->extension_base, &full};
  widened.extension_base.struct_size = sizeof(widened);
  frame->extension_start = &widened.extension_base;
  XLA_FFI_Error* error = handler.call(handler.object, frame);
  frame->extension_start = &query->extension_base;
  if (error != nullptr) return error;
  XLA_FFI_Metadata& asked = *query->metadata;
  asked.api_version.major_version = full.api_version.major_version;
  asked.api_version.minor_version =
      std::min(full.api_version.minor_version, frame->api->api_version.minor_version);
  asked.traits = full.traits;
  if (asked.struct_size >= offsetof(XLA_FFI_Metadata, state_type_id) + sizeof(full.state_type_id)) {
    asked.state_type_id = full.state_type_id;
  }
  return nullptr;
}

XLA_FFI_Error* enter(const FfiHandler& handler, XLA_FFI_CallFrame* frame) noexcept {
  try {
    return is_metadata_query(frame) ? answer_metadata(handler, frame)
                                    : handler.call(handler.object, frame);
  } catch (const std::exception& e) {
    return make_error(frame->api, e.what());
  } catch (...) {
    return make_error(frame->api, "a custom call threw something that is no std::exception");
  }
}

template <int Slot>
XLA_FFI_Error* trampoline(XLA_FFI_CallFrame* frame) {
  return enter(slots[Slot], frame);
}

template <int... Slots>
constexpr std::array<XLA_FFI_Handler*, kMostFfiHandlers> all_trampolines(
    std::integer_sequence<int, Slots...>) {
  return {trampoline<Slots>...};
}

constexpr auto kTrampolines = all_trampolines(std::make_integer_sequence<int, kMostFfiHandlers>());

}  // namespace

void expect_trampolines(std::size_t count) {
  if (static_cast<std::size_t>(used) + count > static_cast<std::size_t>(kMostFfiHandlers)) {
    throw Error("more than " + std::to_string(kMostFfiHandlers) + " custom calls are registered");
  }
}

XLA_FFI_Handler* make_trampoline(FfiHandler handler) {
  expect_trampolines(1);
  const auto slot = static_cast<std::size_t>(used++);
  slots[slot] = handler;
  return kTrampolines[slot];
}

}  // namespace hilo::pjrt
