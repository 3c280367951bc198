#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/graph/graph.h"
#include "hilo/pjrt/client.h"

namespace hilo {

/// A dtype that derivatives are taken in, and how far they may be off.
struct GradsPrecision {
  DType dtype = kF32;
  double tolerance = 2e-3;
};

struct CheckGradsOptions {
  int order = 2;  ///< how often it is differentiated
  bool forward = true, reverse = true;
  double tolerance = 1e-6;  ///< of |derivative - difference| / (1 + |difference|)
  double step = 1e-5;       ///< of the central differences
  std::uint64_t seed = 0;   ///< of the directions
  /// Derivatives in these dtypes too, of the same arguments, compared with the same differences; of
  /// order 2 the reverse of the reverse and the forward of the forward.
  /// Arguments are rounded to the narrowest of them; complex ones have the dtype for each part.
  std::vector<GradsPrecision> also_in{};
  /// By argument: is not differentiated, as integers are not. Empty: none of them.
  std::vector<bool> is_constant{};
  /// The function whose differences count in place of f's, where a rule is meant not to be the
  /// derivative of what is computed (stop_gradient, rounding with a gradient).
  BuildFn differences_of{};
};

/// The worst of all comparisons.
struct GradsReport {
  bool passes = true;
  double worst_error = 0;    ///< infinite if one of the two is NaN and the other not
  std::string derivative{};  ///< "reverse", "forward of reverse"
  DType dtype = kF64;        ///< that it was taken in
  double got = 0, difference = 0;
  int comparisons = 0;  ///< how many there were
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
/// element by element.
/// Throws:  OpError from `f` or a rule that there is not, DeviceError from the plugin.
/// Cost:    one compilation; a run for each order and sign.
/// Source:  jax.test_util.check_grads.
/// Example: const GradsReport r = check_grads(client, f, arguments);  if (!r.passes) ..r.text()
GradsReport check_grads(const pjrt::Client& client, const BuildFn& f,
                        std::span<const Array> arguments, const CheckGradsOptions& options = {});

/// A function to check, and where.
struct GradsCase {
  BuildFn f;
  std::vector<Array> arguments;
  CheckGradsOptions options{};
};
/// The same for many functions, compiled as one program: a report each.
std::vector<GradsReport> check_grads(const pjrt::Client& client, std::span<const GradsCase> cases);

}  // namespace hilo
