#include "hilo/pjrt/plugin_checks.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "hilo/pjrt/status.h"

namespace hilo::pjrt {
namespace {

// 0.57 rearranged the table; every version since only adds to its end.
constexpr int kOldestMinor = 57;

struct Required {
  std::string_view name;
  std::size_t offset;
};

#define HILO_REQUIRED(function) \
  Required { #function, offsetof(PJRT_Api, function) }
constexpr std::array kRequired = {
    HILO_REQUIRED(PJRT_Error_Destroy),
    HILO_REQUIRED(PJRT_Error_Message),
    HILO_REQUIRED(PJRT_Error_GetCode),
    HILO_REQUIRED(PJRT_Plugin_Initialize),
    HILO_REQUIRED(PJRT_Event_Destroy),
    HILO_REQUIRED(PJRT_Event_IsReady),
    HILO_REQUIRED(PJRT_Event_Await),
    HILO_REQUIRED(PJRT_Event_OnReady),
    HILO_REQUIRED(PJRT_Client_Create),
    HILO_REQUIRED(PJRT_Client_Destroy),
    HILO_REQUIRED(PJRT_Client_PlatformName),
    HILO_REQUIRED(PJRT_Client_Devices),
    HILO_REQUIRED(PJRT_Client_Compile),
    HILO_REQUIRED(PJRT_Client_BufferFromHostBuffer),
    HILO_REQUIRED(PJRT_DeviceDescription_Id),
    HILO_REQUIRED(PJRT_Device_GetDescription),
    HILO_REQUIRED(PJRT_Device_IsAddressable),
    HILO_REQUIRED(PJRT_Executable_Destroy),
    HILO_REQUIRED(PJRT_Executable_NumOutputs),
    HILO_REQUIRED(PJRT_Executable_OutputElementTypes),
    HILO_REQUIRED(PJRT_Executable_OutputDimensions),
    HILO_REQUIRED(PJRT_LoadedExecutable_Destroy),
    HILO_REQUIRED(PJRT_LoadedExecutable_GetExecutable),
    HILO_REQUIRED(PJRT_LoadedExecutable_Execute),
    HILO_REQUIRED(PJRT_Buffer_Destroy),
    HILO_REQUIRED(PJRT_Buffer_ToHostBuffer),
    HILO_REQUIRED(PJRT_Buffer_ReadyEvent),
};
#undef HILO_REQUIRED

bool is_null(const PJRT_Api& table, std::size_t offset) {
  void* function = nullptr;
  std::memcpy(&function, reinterpret_cast<const char*>(&table) + offset, sizeof(function));
  return function == nullptr;
}

}  // namespace

Plugin::ApiVersion check_version(const PJRT_Api& api, const std::string& path) {
  constexpr std::size_t kHeader = offsetof(PJRT_Api, PJRT_Error_Destroy);
  if (api.struct_size < kHeader) {
    throw DeviceError("plugin " + path + ": its table of " + std::to_string(api.struct_size) +
                      " bytes is too short to hold a version; expected at least " +
                      std::to_string(kHeader));
  }
  const Plugin::ApiVersion found{api.pjrt_api_version.major_version,
                                 api.pjrt_api_version.minor_version};
  if (found.major != PJRT_API_MAJOR) {
    throw DeviceError("plugin " + path + ": wrong major version of the PJRT C API: found " +
                      to_string(found) + ", expected " + std::to_string(PJRT_API_MAJOR) + ".x");
  }
  if (found.minor < kOldestMinor) {
    throw DeviceError("plugin " + path + ": too old a version of the PJRT C API: found " +
                      to_string(found) + ", expected " + to_string({PJRT_API_MAJOR, kOldestMinor}) +
                      " or newer");
  }
  return found;
}

PJRT_Api copy_table(const PJRT_Api& api) {
  PJRT_Api table{};
  std::memcpy(&table, &api, std::min(api.struct_size, sizeof(table)));
  return table;
}

void check_functions(const PJRT_Api& table, const std::string& path) {
  std::string missing;
  int count = 0;
  for (const Required& required : kRequired) {
    if (!is_null(table, required.offset)) continue;
    if (++count <= 5) missing.append(missing.empty() ? "" : ", ").append(required.name);
  }
  if (count == 0) return;
  if (count > 5) missing += " and " + std::to_string(count - 5) + " more";
  throw DeviceError("plugin " + path + " lacks functions that Hilo needs: " + missing);
}

}  // namespace hilo::pjrt
