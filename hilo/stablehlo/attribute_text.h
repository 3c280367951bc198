#pragma once
#include <string>

#include "hilo/graph/attribute.h"

namespace hilo::stablehlo {

/// Appends an attribute as MLIR text: `dense<1> : tensor<2xi64>`, `#stablehlo.dot<...>`, `array<i64: 1, 2>`.
void append_attribute(std::string& text, const AttributeValue& value);

/// Appends a float literal that reads back to the same bits: `1.0e-01`.
void append_real(std::string& text, double value);

/// Appends `@name`, in quotes where MLIR wants them; the parts of a nested symbol one by one.
void append_symbol(std::string& text, std::string_view name);

/// Appends the name of an attribute as it is where MLIR reads it so, in quotes otherwise.
void append_attribute_name(std::string& text, std::string_view name);

/// Appends `<["x"=2, "y"=4]>`, a mesh behind its name.
void append_mesh(std::string& text, const Mesh& mesh);

/// Appends `"..."` with quotes, backslashes and control characters escaped as MLIR wants them.
void append_quoted(std::string& text, std::string_view content);

}  // namespace hilo::stablehlo
