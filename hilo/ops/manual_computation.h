#pragma once
#include <string>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/graph/op.h"
#include "hilo/ops/sharding.h"

namespace hilo {

struct ManualOptions {
  std::vector<Sharding> in_shardings{},
      out_shardings{};                     ///< of each operand and result, over one mesh
  std::vector<std::string> manual_axes{};  ///< axes of it that `body` itself divides by
};

/// What each device of a mesh computes by itself: `body` sees its own part of each operand, speaks
/// with other devices by collectives (hilo/ops/collective.h), and gives its part of each result.
/// Runs where the program is divided (hilo/exec/sharded.h), not on one device. Shapes:  an
/// operand's part is its shape, each axis divided by the manual axes that its sharding splits it
/// over; results
///          are the parts that `body` gives, each axis as many times longer.
/// Throws:  OpError if shardings do not fit operands and results, an axis does not divide, the mesh
/// lacks a manual axis, or
///          `body` reads values from outside.
/// Gradient: none, nor batching.
/// Source:  Shardy, sdy.manual_computation; JAX's shard_map.
std::vector<Value> manual_computation(Operands operands, ManualOptions options,
                                      const BuildFn& body);

/// The mesh that the op divides by hand over; null if it is another op.
const Mesh* manual_mesh(const AnyOp& op);

}  // namespace hilo
