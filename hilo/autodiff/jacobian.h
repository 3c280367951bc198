#pragma once
#include <span>
#include <vector>

#include "hilo/graph/graph.h"

// Derivatives of functions with several outputs, whole: block [i][j] of a Jacobian is that of
// output i by argument j, [dims of y_i.., dims of x_j..].
namespace hilo {

using Blocks = std::vector<std::vector<Value>>;

/// The Jacobian by forward derivatives along every element of the arguments at once: for functions
/// with fewer inputs than outputs.
/// Throws:  OpError unless all arguments are real floats and all outputs floating or complex.
/// Cost:    memory for the forward derivatives of as many copies as there are input elements.
/// Source:  jax.jacfwd.
Blocks jacfwd(const BuildFn& f, std::span<const Value> arguments,
              std::source_location where = std::source_location::current());

/// The Jacobian by gradients of every element of the outputs at once: for functions with fewer
/// outputs than inputs.
/// Throws:  OpError unless all outputs are real floats and all arguments floating or complex.
/// Source:  jax.jacrev.
Blocks jacrev(const BuildFn& f, std::span<const Value> arguments,
              std::source_location where = std::source_location::current());

/// The second derivatives of the scalar f(arguments)[0]: block [i][j] is [dims of x_i.., dims of
/// x_j..]. Forward over reverse.
/// Throws:  as `grad` and `jacfwd`.
/// Source:  jax.hessian.
Blocks hessian(const BuildFn& f, std::span<const Value> arguments,
               std::source_location where = std::source_location::current());

/// The hessian of the scalar f(arguments)[0] times a vector, without the hessian: one block of
/// `vectors` an argument. Forward over reverse.
/// Cost:    a few times that of `f`.
std::vector<Value> hvp(const BuildFn& f, std::span<const Value> arguments,
                       std::span<const Value> vectors,
                       std::source_location where = std::source_location::current());

}  // namespace hilo
