#pragma once
#include <string>

#include "hilo/core/shape.h"

namespace hilo::stablehlo {

/// "tensor<2x3xf32>", "!stablehlo.token".
std::string type_text(const Shape& shape);
void append_type(std::string& text, const Shape& shape);

}  // namespace hilo::stablehlo
