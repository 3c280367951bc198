#include "hilo/pjrt/status.h"

#include <array>

#include "hilo/pjrt/c_api.h"

namespace hilo::pjrt {
namespace {

constexpr std::array<std::string_view, 17> kNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

static_assert(static_cast<int>(ErrorCode::kUnauthenticated) == PJRT_Error_Code_UNAUTHENTICATED);
static_assert(static_cast<int>(ErrorCode::kUnimplemented) == PJRT_Error_Code_UNIMPLEMENTED);

ErrorCode code_of(int number) {
  const bool is_known = number > 0 && number < static_cast<int>(kNames.size());
  return is_known ? static_cast<ErrorCode>(number) : ErrorCode::kUnknown;
}

std::string message(ErrorCode code, std::string_view doing, std::string_view text) {
  return std::string(doing) + " failed (" + std::string(name(code)) + "): " + std::string(text);
}

}  // namespace

std::string_view name(ErrorCode code) { return kNames[static_cast<std::size_t>(code)]; }

PluginError::PluginError(ErrorCode code, std::string_view doing, std::string_view text)
    : DeviceError(message(code, doing, text)), code_(code), text_(text) {}

namespace c {

PluginError take_error(const PluginState& plugin, PJRT_Error* error, std::string_view doing) {
  auto code = make_args<PJRT_Error_GetCode_Args>();
  code.error = error;
  code.code = PJRT_Error_Code_UNKNOWN;
  try_call(plugin, plugin.api.PJRT_Error_GetCode, code);
  auto text = make_args<PJRT_Error_Message_Args>();
  text.error = error;
  plugin.api.PJRT_Error_Message(&text);
  PluginError result(code_of(static_cast<int>(code.code)), doing,
                     {text.message, text.message_size});
  auto destroy = make_args<PJRT_Error_Destroy_Args>();
  destroy.error = error;
  plugin.api.PJRT_Error_Destroy(&destroy);
  return result;
}

void throw_missing(const PluginState& plugin, std::string_view doing) {
  throw PluginError(
      ErrorCode::kUnimplemented, doing,
      plugin.file.path + " (PJRT " + to_string(plugin.version) + ") does not have this function");
}

}  // namespace c
}  // namespace hilo::pjrt
