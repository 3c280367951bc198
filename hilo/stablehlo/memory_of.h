#pragma once
#include <cstddef>

#include "hilo/graph/attribute.h"

namespace hilo::stablehlo {

/// Bytes of memory that a copy of a value takes, roughly (for the sources of this room): readers count what they copy, since a
/// file can name one value as often as it likes. Numbers of an Array are shared by its copies and
/// do not count.
std::size_t memory_of(const AttributeValue& value);
std::size_t memory_of(const Shape& shape);

}  // namespace hilo::stablehlo
