#pragma once
#include <optional>
#include <span>
#include <vector>

#include "hilo/graph/graph.h"

// Derivatives of values. Each is a sweep over the graph that asks every op for its own rule and adds the answer to the
// graph, so results can be differentiated again. Added ops carry the line of the op that they derive from. Derivatives of
// C++ functions stand in hilo/autodiff/callables.h, matrices of them in jacobian.h.
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

/// Which axes vmap goes over. One entry is for all; none is the first axis; an empty one, no axis; negative ones count
/// from the back.
struct VmapOptions {
  std::vector<std::optional<int>> in_axes{};   ///< by argument
  std::vector<std::optional<int>> out_axes{};  ///< by result: where the new axis stands in it
  std::optional<Dim> axis_size{};              ///< needed only where no argument is batched
};
/// The same over any axes.
/// Throws:  OpError if lengths differ, an axis is out of range, or a result without an axis depends on a batched argument.
/// Source:  jax.vmap.
std::vector<Value> vmap(const BuildFn& f, std::span<const Value> arguments, const VmapOptions& options,
                        std::source_location where = std::source_location::current());

// The same as maps from Function to Function, for those who hold one.

/// (x..) -> (f(x).., and for a scalar first result its gradient to every differentiable x).
Function value_and_grad(const Function& f);
/// (x.., d_y..) -> (d_x..).
Function vjp(const Function& f);
/// The same with d_x for the arguments only whose `is_active` says so.
Function vjp(const Function& f, const std::vector<bool>& is_active);
/// (x.., d_x..) -> (y.., d_y..); tangents of inactive arguments are left out of the parameters.
Function jvp(const Function& f, const std::vector<bool>& is_active);
/// `f` under a batch axis; see vmap.
Function batch(const Function& f, const std::vector<bool>& is_batched, Dim size);

}  // namespace hilo
