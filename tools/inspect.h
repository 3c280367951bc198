#pragma once
#include <filesystem>
#include <vector>

#include "tools/messages.h"

namespace hilo::tools {

/// One kind of file that `hilo inspect` tells about. A new one: a file inspect_KIND.cpp, and its place in the list of
/// inspect_command.cpp.
struct Inspector {
  /// Whether the file or folder is for it, by its name and first bytes; cheap, and throws nothing for damaged ones.
  bool (*takes)(const std::filesystem::path& path);
  /// All there is to tell, as JSON for --json. Throws FormatError for a damaged one.
  Json (*describe)(const std::filesystem::path& path);
  /// The same for people, made of what `describe` gave.
  std::string (*text)(const Json& description);
  /// A drawing of it for --svg; null for kinds of which there is none.
  std::string (*svg)(const std::filesystem::path& path) = nullptr;
};

/// StableHLO programs in any form: functions, arguments, ops, constants. A wrong one is refused where it is wrong.
Inspector program_inspector();

/// Weights and arrays: safetensors, GGUF, Orbax, npy and npz. It takes whatever no other does.
Inspector weights_inspector();

}  // namespace hilo::tools
