#pragma once
#include "hilo/stablehlo/bytecode_codec.h"

/// Meshes and shardings of bytecode: Shardy has an attribute for each part of them.
namespace hilo::stablehlo::bytecode {

/// Of the fields of their encodings (Form::kMesh, kSharding, kShardings).
/// Throws:  Error, without a place, where a part is of another kind.
Mesh mesh_from(const Fields& fields);
Sharding sharding_from(const Fields& fields);
AttributeValue shardings_from(const Field& f);

}  // namespace hilo::stablehlo::bytecode
