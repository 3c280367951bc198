#pragma once
#include "hilo/graph/graph.h"

namespace hilo {

/// Computes `f`, whose elements do not mix: element i of the result depends on element i of each
/// operand. `f` may hold while loops, which run until the last element is done; still all
/// derivatives exist.
/// Shapes:   f takes and gives the shape of the operands, which are promoted and broadcast.
/// Throws:   OpError if f gives another shape.
/// Gradient: reverse and forward, of any order, by f's rules of forward mode.
/// Cost:     a gradient runs f's loops once more for each operand.
/// Example:  elementwise({x, y}, [](std::span<const Value> p) { return std::vector{f(p[0], p[1])};
/// })
Value elementwise(Operands x, const BuildFn& f);

}  // namespace hilo
