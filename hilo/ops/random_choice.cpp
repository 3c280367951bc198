#include "hilo/ops/random_choice.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/random.h"
#include "hilo/ops/random_rules.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/searching.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/triangular.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

Value with_weights(const Operand& key, Value p, Dims dims, bool replaces) {
  const Shape shape{p.dtype(), std::move(dims)};
  if (replaces) {
    const Value totals = cumulative_sum(p, 0);
    const Value r = take(totals, p.dim(0) - 1) * unit_fine_at_zero(key, shape);
    return searchsorted(totals, r);  // the first that reaches it, r being above 0
  }
  const Value scores =
      log(p) + gumbel(key, p.shape());  // their order is that of drawing one by one
  return reshape(top_k(scores, shape.size()).indices, shape.dims);
}

// The positions that are drawn.
Value drawn_places(const Operand& key, Dim n, const Dims& dims, const ChoiceOptions& options) {
  const Shape shape{kI32, dims};
  const std::vector<Shape> got =
      options.p ? std::vector{options.p.shape()} : std::vector<Shape>{shape};
  if (shape.size() > (options.replaces ? (n > 0 ? shape.size() : 0) : n)) {
    throw random_refusal("choice", key,
                         "cannot draw " + std::to_string(shape.size()) + " of " + std::to_string(n),
                         got, "at least one element, or as many as are drawn");
  }
  if (options.p && (options.p.dims() != Dims{n} || !kFloats.accepts(options.p.dtype()))) {
    throw random_refusal("choice", key, "p does not fit", got,
                         "floats [" + std::to_string(n) + "]");
  }
  if (shape.size() == 0) return zeros(shape);
  if (options.p) {
    const Value p = stop_gradient(options.p);
    return with_weights(key, p.dtype() == kF64 ? p : p.as(kF32), dims, options.replaces);
  }
  if (options.replaces) return randint(key, shape, 0, n);
  return reshape(slice(permutation(key, n), {0}, {shape.size()}), dims);
}

}  // namespace

Value choice(Operand key, Operand x, Dims dims, const ChoiceOptions& options) {
  const CallSite site(key.where);
  return take(x, drawn_places(key, x.value.dim(options.axis), dims, options), options.axis);
}

Value choice(Operand key, Dim count, Dims dims, const ChoiceOptions& options) {
  const CallSite site(key.where);
  return drawn_places(key, count, dims, options);
}

Value multivariate_normal(Operand key, Shape shape, Operand mean, Operand covariance) {
  const CallSite site(key.where);
  const Shape wide = shape.with(working_dtype("multivariate_normal", key, shape));
  const Value c = covariance.value;
  if (shape.rank() < 1 || !c || c.rank() < 2 || c.dim(-1) != shape.dims.back() ||
      c.dim(-2) != c.dim(-1)) {
    throw random_refusal("multivariate_normal", key, "the covariance does not fit",
                         c ? std::vector{shape, c.shape()} : std::vector{shape},
                         "[.., n] and [.., n, n]");
  }
  const Value factor = cholesky(convert(c, wide.dtype));
  const Value z = expand_dims(normal(key, wide), {-1});
  const Value x = squeeze(matmul(factor, z), {-1});  // [.., n]
  return (x + random_parameter("multivariate_normal", mean, wide)).as(shape.dtype);
}

}  // namespace hilo
