#pragma once
#include "hilo/core/array.h"
#include "hilo/graph/value.h"

namespace hilo {

/// The array as a value of the function that is being built. Throws OpError if none is.
Value constant(Array array, std::source_location where = std::source_location::current());

/// Every element `number`, which takes the shape's dtype.
Value full(Shape shape, Operand number);
Value zeros(Shape shape, std::source_location where = std::source_location::current());
Value ones(Shape shape, std::source_location where = std::source_location::current());

/// 0, 1, 2 .. along `axis`.
/// Throws:  OpError if there is no such axis or the dtype is boolean.
/// Source:  StableHLO spec, iota (C1).
Value iota(Shape shape, int axis = 0, std::source_location where = std::source_location::current());

}  // namespace hilo
