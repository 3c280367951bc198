#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "hilo/graph/graph.h"

namespace hilo::stablehlo {

struct EmitOptions {
  /// Name of the module; profilers show it.
  std::string module_name = "hilo";
  /// `loc("file":line:column)` on every op. Without, equal programs print equal text: the key of caches.
  bool has_locations = true;
  /// The platform that the program is for ("cpu"): ops are written the way that is fast there. Empty: for any.
  std::string platform{};
  /// The release of StableHLO whose ops alone the program may hold ("1.0.0"; CHLO's are in none): another is written as what it is in those,
  /// under a composite of its name where the release has composites. Empty: every op by its name.
  std::string release{};
  /// By parameter: the result that may reuse its memory, or -1. Empty: none.
  std::vector<int> aliases{};
  /// Meshes and shardings. Without, the program is one for a single device.
  bool has_shardings = true;
};

/// The function as a StableHLO module with one public `@main`, in MLIR's generic form.
/// Throws:  OpError if two different meshes have one name.
/// Cost:    linear in the size of the live graph; constants print as hex.
/// Source:  StableHLO spec, "Programs"; the attribute spellings are those of its dialect.
std::string emit(const Function& function, const EmitOptions& options = {});

}  // namespace hilo::stablehlo
