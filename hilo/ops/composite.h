#pragma once
#include <string>

#include "hilo/graph/graph.h"
#include "hilo/ops/custom_call.h"

namespace hilo {

struct CompositeOptions {
  std::string name{};                       ///< "my_dialect.gelu"
  std::vector<CallAttribute> attributes{};  ///< what a compiler that knows the name is told
  int version = 0;                          ///< of what the name means
};

/// `decomposition` of the inputs, under a name by which a compiler may know something better than
/// that: the program holds it as a call of a function of its own.
/// Throws:  OpError if the name is empty or the version negative, or `decomposition` reads values
///          from outside.
/// Gradient and batching: those of the decomposition, which are no composite any more.
/// Example: composite({.name = "mine.twice"}, {x}, [](In p) { return std::vector{p[0] + p[0]};
///          })[0]
/// Source:  StableHLO spec, composite (C1-C4).
std::vector<Value> composite(CompositeOptions options, Operands inputs,
                             const BuildFn& decomposition);

}  // namespace hilo
