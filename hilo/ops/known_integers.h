#pragma once
#include <algorithm>
#include <span>

#include "hilo/graph/op.h"

namespace hilo {

/// The numbers of an integer scalar or list as far as the graph tells them: of constants, of
/// lengths of static axes, and of what joins, reshapes, converts or broadcasts these. kDynamic for
/// the others.
Dims known_integers(Value x);

/// The results of `f` as far as these numbers of its parameters tell them (empty: not known). A result that is no small
/// list of integers or booleans is empty.
std::vector<Dims> known_results(const Function& f, std::span<const Dims> parameters);

/// The same of a list of lengths, and where it is not known, the length that a program declares.
Dims known_dims(Value lengths, const Dims& declared);

inline bool is_known(std::span<const Dim> numbers) {
  return std::ranges::find(numbers, kDynamic) == numbers.end();
}
inline bool is_known(std::initializer_list<Dim> numbers) {
  return std::ranges::find(numbers, kDynamic) == numbers.end();
}

}  // namespace hilo
