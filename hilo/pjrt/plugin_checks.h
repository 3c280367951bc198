#pragma once
// What is asked of a plugin's table before its first function is called: for the sources of this
// room.
#include <string>

#include "hilo/pjrt/plugin.h"
#include "xla/pjrt/c/pjrt_c_api.h"

namespace hilo::pjrt {

/// Throws DeviceError unless the layout of the plugin's table is the one that Hilo knows.
Plugin::ApiVersion check_version(const PJRT_Api& api, const std::string& path);
/// The table at full length: functions beyond the plugin's own end are null.
PJRT_Api copy_table(const PJRT_Api& api);
/// Throws DeviceError that lists the functions that Hilo cannot do without and the table lacks.
void check_functions(const PJRT_Api& table, const std::string& path);

}  // namespace hilo::pjrt
