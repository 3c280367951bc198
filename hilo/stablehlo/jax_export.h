#pragma once
#include <optional>
#include <string_view>

namespace hilo::stablehlo {

/// The StableHLO artifact in a file of jax.export; none if the bytes are no such file.
/// Throws:  FormatError if it is one that is damaged.
/// Source:  jax/_src/export/serialization.fbs; FlatBuffers, "Internals".
std::optional<std::string_view> artifact_of_jax_export(std::string_view bytes,
                                                       std::string_view file);

}  // namespace hilo::stablehlo
