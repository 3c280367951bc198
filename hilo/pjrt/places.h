#pragma once
// The places where plugins are looked for: for the sources of this room.
#include <optional>
#include <string>
#include <vector>

#include "hilo/pjrt/discovery.h"

namespace hilo::pjrt {

/// The kind of a plugin, by its file's name; none if the name does not tell.
std::optional<PluginKind> kind_of_file(const std::string& path);

/// The path of the first plugin of `kind` in the order of discovery.h, or empty; adds what it tried
/// to `tried`.
std::string look_everywhere(PluginKind kind, const Machine& machine, std::vector<Place>& tried);

}  // namespace hilo::pjrt
