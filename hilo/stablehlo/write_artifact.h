#pragma once
#include <string>
#include <string_view>

#include "hilo/graph/graph.h"
#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo {

/// A release that plugins of all generations read.
inline constexpr std::string_view kArtifactVersion = "1.0.0";

/// The program as a portable artifact: MLIR bytecode of the dialect VHLO, in the ops and attributes
/// of that release of StableHLO, which it and every release for five years after it reads. PJRT
/// plugins take it for the program's text. `version`: "1.0.0"; from 0.9.0 on.
/// Throws:  OpError that names the op, and the attribute or type, which that release does not have;
///          an op of another dialect (chlo) has no place in an artifact; shardings (sdy) go as
///          strings (sharding_strings.h). Error for a version that is none.
/// Source:  StableHLO, docs/vhlo.md and docs/compatibility.md.
std::string write_artifact(const ir::Program& program, std::string_view version = kArtifactVersion);
/// The same of a function, as `@main`: ops that the release does not have are what they decompose
/// into (EmitOptions::release), CHLO's too.
std::string write_artifact(const Function& function, std::string_view version = kArtifactVersion);

}  // namespace hilo::stablehlo
