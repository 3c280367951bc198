#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tools/wheels.h"

namespace hilo::tools {

/// Where a member of a wheel goes in the plugin's folder; none for what a plugin does not need (Python, headers, static
/// libraries). The plugin itself and its licences stand on top, NVIDIA's libraries under nvidia/, their licences under
/// licenses/PROJECT/.
/// Throws:  FormatError for a name that leaves the folder.
std::optional<std::filesystem::path> place_of(std::string_view member, const WheelSet& set, const Wheel& wheel);

/// Unpacks what is needed of a wheel into `folder`. Every byte is checked against the archive's checksums.
void unpack_wheel(const std::filesystem::path& archive, const WheelSet& set, const Wheel& wheel, const std::filesystem::path& folder);

}  // namespace hilo::tools
