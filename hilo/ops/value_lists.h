#pragma once
#include <initializer_list>
#include <span>
#include <vector>

#include "hilo/graph/op.h"

// What the rules of ops with bodies do with lists of values.
namespace hilo {

/// The lists one behind the other.
std::vector<Value> joined(std::initializer_list<std::span<const Value>> parts);
std::vector<Shape> shapes_of(std::span<const Value> values);
/// Whether a derivative is not none.
bool are_any(std::span<const Value> derivatives);
/// The derivatives, none for whole numbers.
std::vector<Value> of_differentiable(std::vector<Value> derivatives, std::span<const Value> like);
/// The function without its first results.
Function results_from(const Function& f, std::size_t first);
/// Of a function (fixed.., x..) -> y.. that is linear in x: the x cotangents for those of y.
std::vector<Value> transposed(const Function& linear, std::span<const Value> fixed,
                              std::span<const Value> d_y, const Transforms& transforms);

}  // namespace hilo
