#pragma once
#include <cstdint>

#include "hilo/graph/attribute.h"
#include "hilo/graph/value.h"

namespace hilo {

enum class RngDistribution : std::uint8_t { kUniform, kNormal };
inline EnumWords words_of(RngDistribution) { return {"rng_distribution", {"UNIFORM", "NORMAL"}}; }

/// Numbers drawn by the plugin from a state that the program does not see: other ones each time it
/// runs. `uniform` and `normal` of hilo/ops/random.h have keys, so that runs repeat; this is for
/// programs from elsewhere.
/// Shapes:  a and b are scalars of one dtype; the result has `dims`.
/// Attributes: kUniform draws from [a, b), kNormal has mean a and standard deviation b.
/// Throws:  OpError unless a and b are equal scalars, floats or, uniform, integers of 32 or more
///          bits: XLA aborts below.
/// Gradient: none, and none is pretended: the op does not say what it drew. Batching makes one op
///          an element.
/// Source:  StableHLO spec, rng (C1-C3).
Value rng(Operand a, Operand b, Dims dims,
          RngDistribution distribution = RngDistribution::kUniform);

}  // namespace hilo
