#pragma once
#include <algorithm>
#include <span>

#include "hilo/graph/op.h"

namespace hilo {

/// The numbers of an integer scalar or list as far as the graph tells them: of constants, of
/// lengths of static axes, and of what joins, reshapes, converts or broadcasts these. kDynamic for
/// the others.
Dims known_integers(Value x);

inline bool is_known(std::span<const Dim> numbers) {
  return std::ranges::find(numbers, kDynamic) == numbers.end();
}
inline bool is_known(std::initializer_list<Dim> numbers) {
  return std::ranges::find(numbers, kDynamic) == numbers.end();
}

}  // namespace hilo
