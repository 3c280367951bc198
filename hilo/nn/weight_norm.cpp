#include "hilo/nn/weight_norm.h"

#include <cmath>

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/unary.h"

namespace hilo::nn {
namespace {

// [..,out] -> [in,out], in f32 or wider.
Value matrix_of(Value kernel) {
  const Value wide = convert(kernel, statistics_dtype(kernel.dtype()));
  return reshape(wide, {-1, kernel.dim(-1)});
}

void check(std::string_view layer, Value kernel, double epsilon) {
  expect_float_input(layer, kernel, 1, "[..,out]");
  if (kernel.size() == 0) refuse_layer(layer, "the kernel is empty", kernel, "elements");
  if (!(epsilon >= 0))
    refuse_layer(layer, "epsilon is " + std::to_string(epsilon), kernel, "epsilon >= 0");
}

Value unit(Value v, double epsilon) { return v * rsqrt(sum(v * v) + epsilon); }

}  // namespace

Value weight_norm(Scope scope, Value kernel, const WeightNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  check("weight_norm", kernel, options.epsilon);
  const Value matrix = matrix_of(kernel);  // [in,out]
  const Value scale =
      scope.variable("scale", {kernel.dtype(), {kernel.dim(-1)}}, options.scale_initializer);
  const Value factor =
      convert(scale, matrix.dtype()) * rsqrt(sum(matrix * matrix, {0}) + options.epsilon);
  return convert(reshape(matrix * factor, kernel.dims()), kernel.dtype());
}

Value spectral_norm(Scope scope, Value kernel, const SpectralNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  check("spectral_norm", kernel, options.epsilon);
  expect_positive("spectral_norm", "steps", options.steps, kernel);
  const Value matrix = matrix_of(kernel), fixed = stop_gradient(matrix);  // [in,out]
  const Dim out = kernel.dim(-1);
  Value u =
      scope.state("u", {matrix.dtype(), {out}}, normal(1 / std::sqrt(static_cast<double>(out))));
  Value v = unit(matmul(fixed, u), options.epsilon);  // [in]
  if (scope.is_training()) {
    for (int i = 0; i < options.steps; ++i) {
      u = unit(matmul(v, fixed), options.epsilon);  // [out]
      v = unit(matmul(fixed, u), options.epsilon);
    }
    scope.update("u", u);
  }
  u = stop_gradient(u);
  v = stop_gradient(v);
  const Value sigma = sum(matmul(v, matrix) * u);
  return convert(reshape(matrix / sigma, kernel.dims()), kernel.dtype());
}

}  // namespace hilo::nn
