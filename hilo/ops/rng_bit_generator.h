#pragma once
#include <array>
#include <cstdint>

#include "hilo/graph/attribute.h"
#include "hilo/graph/value.h"

namespace hilo {

enum class RngAlgorithm : std::uint8_t { kDefault, kThreeFry, kPhilox };
inline EnumWords words_of(RngAlgorithm) {
  return {"rng_algorithm", {"DEFAULT", "THREE_FRY", "PHILOX"}};
}

/// Random bits by the plugin's own generator: the next state, and a tensor of `shape` with random
/// bits in it. hilo/ops/random.h is faster on a CPU and gives the same numbers on every device;
/// this is for programs from elsewhere. Attributes: the state is u64[2] for kThreeFry, u64[2] or
/// u64[3] for kPhilox, the plugin's own for kDefault. Throws:  OpError if the state does not fit
/// the algorithm or the shape is not of integers or floats. Gradient: none. Batching over states
/// makes one op a state. Source:  StableHLO spec, rng_bit_generator (C1, C2).
struct RandomState {
  Value state, bits;
};
RandomState rng_bit_generator(Operand state, Shape shape,
                              RngAlgorithm algorithm = RngAlgorithm::kPhilox);

}  // namespace hilo
