#pragma once
#include <string_view>

#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo {

/// MLIR text, in the pretty form of each op or the generic one: the dialects builtin, func, stablehlo, chlo, sdy, and of
/// arith, shape and tensor what shape arithmetic needs; of check and interpreter what StableHLO's tests have. Ops in the
/// generic form may be of any name. `index` and `!shape.size` are read as i64, `!shape.shape` as i64[?], `!shape.witness` as
/// i1, a scalar type as the tensor without axes.
/// Throws:  FormatError with line and column. Not read, and refused by name: tensors without a rank, sparse ones, futures,
///          regions of several blocks, attributes of other dialects. Ops are not checked; values, their names and types are.
/// Cost:    14 MB of text in half a second. Nothing is evaluated and no splat expanded; memory stays within a multiple of
///          the text; aliases written out take at most 24 MiB and 16 bytes a byte.
/// Source:  MLIR language reference; the assembly formats of StableHLO's ops.
ir::Program parse_text(std::string_view text, std::string_view file = "program");

/// MLIR bytecode of the same dialects, plain or as a portable artifact (VHLO, 0.9.0 and later), whose ops come out under
/// their StableHLO names.
/// Throws:  FormatError with the offset. Memory stays within 64 MiB, or 128 bytes a byte of a large program.
/// Source:  MLIR bytecode format, versions 0 to 6; StableHLO's bytecode.
ir::Program parse_bytecode(std::string_view bytes, std::string_view file = "program");

/// Any of them, and the files of jax.export, told apart by their first bytes.
ir::Program parse(std::string_view bytes, std::string_view file = "program");

/// One attribute or one type alone, for formats that hold them as text ("dense<1> : tensor<2xi64>").
AttributeValue parse_attribute(std::string_view text, std::string_view file = "attribute");
Shape parse_type(std::string_view text, std::string_view file = "type");

}  // namespace hilo::stablehlo
