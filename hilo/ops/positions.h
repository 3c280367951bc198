#pragma once
#include <string_view>

#include "hilo/graph/call_site.h"
#include "hilo/graph/value.h"

// What reading and writing at positions share; for the sources of this room.
namespace hilo {

/// Indices into an axis of length n, counted from the front: negative ones get n added.
/// Throws:  OpError, naming `op`, for indices that are no integers, or constant ones outside of
///          -n <= index < n.
Value positions_from_front(std::string_view op, const Operand& indices, Dim n, const Site& at);

/// `updates` as a tensor of x's dtype and the given dims.
/// Throws:  OpError, naming `op`, if they do not broadcast to them or lose something.
Value updates_for(std::string_view op, const Operand& updates, Value x, const Dims& dims,
                  const Site& at);

}  // namespace hilo
