#pragma once
#include <optional>

#include "hilo/graph/value.h"

// Statistics over `axes` (all axes if none is named; negative ones count from the back). With
// `keeps_dims` the reduced axes stay, with length 1. Integers are calculated with as f32. `mean`,
// `variance` and `standard_deviation` stand in hilo/ops/reduce.h.
namespace hilo {

/// What a quantile between two elements is.
enum class QuantileMethod : std::uint8_t { kLinear, kLower, kHigher, kNearest, kMidpoint };

struct QuantileOptions {
  Axes axes{};
  bool keeps_dims = false;
  QuantileMethod method = QuantileMethod::kLinear;
};

/// The number that a share `q`, 0 to 1, of the elements is not above. NaN if there is one.
/// Shapes:  q [] or [k]; the result has q's axis in front.
/// Throws:  OpError if there are no elements, q has several axes, or numbers are complex.
/// Gradient: to the elements that the number is made of, and to q.
/// Cost:    a sort.
/// Source:  jax.numpy.quantile; halfway, kNearest takes the lower.
Value quantile(Operand x, Operand q, QuantileOptions options = {});
/// The same for percents, 0 to 100.
Value percentile(Operand x, Operand q, QuantileOptions options = {});
/// The middle element, or the mean of the middle two.
Value median(Operand x, Axes axes = {}, bool keeps_dims = false);

/// The same, passing over NaN; NaN if nothing else is there.
Value nanquantile(Operand x, Operand q, QuantileOptions options = {});
Value nanpercentile(Operand x, Operand q, QuantileOptions options = {});
Value nanmedian(Operand x, Axes axes = {}, bool keeps_dims = false);

/// The mean in which each element counts `weights`: of x's dims, or a vector along the one axis.
/// Throws:  OpError if they are neither.
Value average(Operand x, Operand weights, Axes axes = {}, bool keeps_dims = false);

/// Largest minus smallest element.
Value ptp(Operand x, Axes axes = {}, bool keeps_dims = false);
/// How many elements are not 0; i32.
Value count_nonzero(Operand x, Axes axes = {}, bool keeps_dims = false);

struct CovarianceOptions {
  bool has_variables_in_columns = false;
  int ddof = 1;                    ///< the divisor is the number of observations minus this
  std::optional<Value> weights{};  ///< what each observation counts for; NumPy's aweights
};
/// How each two variables vary together: means of products of the distances from their means.
/// Shapes:  [variables, observations] -> [variables, variables]; a vector, one variable, -> [].
/// Throws:  OpError for more axes, or weights that are not one an observation.
Value cov(Operand x, CovarianceOptions options = {});
/// The same scaled to -1 .. 1.
Value corrcoef(Operand x, bool has_variables_in_columns = false);

}  // namespace hilo
