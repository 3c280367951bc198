#pragma once
#include <span>
#include <vector>

#include "hilo/graph/graph.h"

namespace hilo {

/// A function at one point: its outputs there, and its derivative there as a linear function, which
/// does not compute again what depends on the point alone. Called once or often, also inside of
/// vmap and of the bodies of loops.
struct Linearized {
  std::vector<Value> outputs{};
  std::vector<Value> residuals{};  ///< what `linear` reads of the point
  Function linear{};               ///< (residuals.., d..) -> derivatives..

  /// The linear function of `d`, in which an empty Value is zero.
  /// Throws:  OpError if number or shapes do not fit.
  [[nodiscard]] std::vector<Value> operator()(
      std::span<const Value> d, std::source_location where = std::source_location::current()) const;
};

/// `f` at `arguments`: from tangents of the arguments to tangents of the outputs.
/// Throws:  OpError from a rule that there is not.
/// Source:  jax.linearize.
Linearized linearize(const BuildFn& f, std::span<const Value> arguments,
                     std::source_location where = std::source_location::current());

/// `f` at `arguments`: from cotangents of the outputs to cotangents of the arguments. Those of
/// arguments and outputs without derivatives (integers) are zero and not read.
/// Throws:  OpError from a rule that there is not.
/// Source:  jax.vjp.
Linearized vjp(const BuildFn& f, std::span<const Value> arguments,
               std::source_location where = std::source_location::current());

}  // namespace hilo
