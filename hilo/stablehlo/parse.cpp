#include "hilo/stablehlo/parse.h"

#include <string>

#include "hilo/stablehlo/jax_export.h"

namespace hilo::stablehlo {

ir::Program parse(std::string_view bytes, std::string_view file) {
  if (bytes.starts_with("ML\xEFR")) return parse_bytecode(bytes, file);
  if (const auto artifact = artifact_of_jax_export(bytes, file)) {
    return parse_bytecode(*artifact, std::string(file) + " (its StableHLO artifact)");
  }
  return parse_text(bytes, file);
}

}  // namespace hilo::stablehlo
