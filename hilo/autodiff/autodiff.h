#pragma once
#include <span>
#include <utility>
#include <vector>

#include "hilo/graph/graph.h"

// Derivatives. Each is a sweep over the graph that asks every op for its own rule and adds the answer to the graph, so
// results can be differentiated again. Added ops carry the line of the op that they derive from.
namespace hilo {

/// The gradient of a scalar with respect to values that were built before it, in their shapes. A value that `loss` does
/// not depend on gets zeros.
/// Throws:  OpError if `loss` is no floating scalar, a `wrt` is not differentiable, or a rule on the way is unsupported
///          (the message names the op, its line and the reason).
std::vector<Value> grad(Value loss, std::span<const Value> wrt,
                        std::source_location where = std::source_location::current());
/// The same for one value.
Value grad(Value loss, Value wrt, std::source_location where = std::source_location::current());

/// Cotangents of `wrt` for given cotangents of `outputs` (an empty Value is zero).
std::vector<Value> vjp(std::span<const Value> outputs, std::span<const Value> d_outputs, std::span<const Value> wrt,
                       std::source_location where = std::source_location::current());

/// Tangents of `outputs` for given tangents of `inputs`: the derivative along one direction.
std::vector<Value> jvp(std::span<const Value> outputs, std::span<const Value> inputs, std::span<const Value> d_inputs,
                       std::source_location where = std::source_location::current());

/// `f` over a new leading axis of the arguments whose `is_batched` says so; every result has that axis.
/// Throws:  OpError if no argument is batched or the batched ones differ in their first length.
std::vector<Value> vmap(const BuildFn& f, std::span<const Value> arguments, std::vector<bool> is_batched = {},
                        std::source_location where = std::source_location::current());

/// For a C++ function of one or more Values that returns a scalar Value:
/// `auto [loss, d_x] = value_and_grad([&](Value x) { return ..; }, x);`
template <class F>
std::pair<Value, Value> value_and_grad(F&& f, Value x, std::source_location where = std::source_location::current()) {
  const Value loss = f(x);
  return {loss, grad(loss, x, where)};
}

// The same as maps from Function to Function, for those who hold one.

/// (x..) -> (f(x).., and for a scalar first result its gradient to every differentiable x).
Function value_and_grad(const Function& f);
/// (x.., d_y..) -> (d_x..).
Function vjp(const Function& f);
/// (x.., d_x..) -> (y.., d_y..); tangents of inactive arguments are left out of the parameters.
Function jvp(const Function& f, const std::vector<bool>& is_active);
/// `f` under a batch axis; see vmap.
Function batch(const Function& f, const std::vector<bool>& is_batched, Dim size);

}  // namespace hilo
