#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "hilo/core/array.h"
#include "hilo/graph/graph.h"
#include "hilo/pjrt/client.h"

namespace hilo {

struct CheckGradsOptions {
  int order = 2;  ///< how often it is differentiated
  bool forward = true, reverse = true;
  double tolerance = 1e-6;  ///< of |derivative - difference| / (1 + |difference|)
  double step = 1e-5;       ///< of the central differences
  std::uint64_t seed = 0;   ///< of the directions
};

/// The worst of all comparisons.
struct GradsReport {
  bool passes = true;
  double worst_error = 0;    ///< infinite if one of the two is NaN and the other not
  std::string derivative{};  ///< "reverse", "forward of reverse"
  double got = 0, difference = 0;
  /// Where it differs most, if it does not pass: number of the argument and of its element,
  /// row-major; of complex ones, whether along the imaginary part.
  int argument = -1;
  Dim element = -1;
  bool is_imaginary = false;

  [[nodiscard]] std::string text() const;
};

/// Compares the derivatives of `f` at `arguments` with central differences along a random
/// direction, in f64: floating arguments are converted, integers stay as they are. Derivatives of
/// order 2 compare those of the derivatives, in all combinations of the modes. Where they differ,
/// element by element. Throws:  OpError from `f` or a rule that there is not, DeviceError from the
/// plugin. Cost:    2^order - 1 compilations where both modes are asked for. Source:
/// jax.test_util.check_grads. Example: const GradsReport r = check_grads(client, f, arguments);  if
/// (!r.passes) ..r.text()
GradsReport check_grads(const pjrt::Client& client, const BuildFn& f,
                        std::span<const Array> arguments, const CheckGradsOptions& options = {});

}  // namespace hilo
