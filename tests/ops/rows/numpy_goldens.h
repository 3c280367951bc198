#pragma once
#include <string>
#include <vector>

#include "tests/ops/rows/rows.h"

namespace hilo::test {

/// A row whose operands, results and gradients (for cotangents of one) are those of a case of
/// numpy_goldens.npz, which numpy_goldens.py made with JAX.
Row golden_row(const std::string& name, const BuildFn& f, std::source_location at);
template <class F>
Row golden(const std::string& name, F f,
           std::source_location at = std::source_location::current()) {
  return golden_row(name, build_fn(f), at);
}

/// The names of all cases.
std::vector<std::string> golden_names();

}  // namespace hilo::test
