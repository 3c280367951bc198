#pragma once
#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo {

/// The program with its meshes and shardings as the strings that portable artifacts carry, which
/// have no words for them: `xla.sdy.meshes` and `xla.sdy.sharding` in `mhlo.frontend_attributes`,
/// calls of @Sharding for constraints and of
/// @xla.sdy.FuncResultSharding for what is said of results. Hilo and XLA read them as what they
/// were. Source:  XLA, service/spmd/shardy, the pipeline "sdy round trip export".
ir::Program with_sharding_strings(ir::Program program);

}  // namespace hilo::stablehlo
