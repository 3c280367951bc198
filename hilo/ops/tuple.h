#pragma once
#include "hilo/graph/value.h"

namespace hilo {

/// Several values as one. Ops of Hilo have several results instead; this is for programs from
/// elsewhere. A compiled program gives a tuple's elements back one by one.
/// Gradient: none: a tuple has no cotangent. Take its elements, not the tuple, to what is
///          differentiated.
/// Source:  StableHLO spec, tuple (C1).
Value tuple(Operands elements);

/// Element `index` of a tuple.
/// Throws:  OpError if x is no tuple, or has no such element.
/// Source:  StableHLO spec, get_tuple_element (C1, C2).
Value get_tuple_element(Operand x, int index);

}  // namespace hilo
