#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "hilo/core/shape.h"
#include "hilo/pjrt/executable.h"

namespace hilo::tools {

/// Shapes of a compiled program's arguments, as its compiler knows them. None where the plugin does not say.
std::optional<std::vector<Shape>> arguments_of(const pjrt::Executable& executable);

/// The same out of the bytes of XLA's HloModuleProto, which a HloModuleProtoWithConfig may hold (`has_config`).
/// None for bytes that are no such thing, or a dtype that Hilo has not.
std::optional<std::vector<Shape>> arguments_in_hlo(std::string_view bytes, bool has_config);

}  // namespace hilo::tools
