#include "hilo/ops/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// x with the axes that are reduced joined to one, the last: [kept.., n].
struct Lanes {
  Value x;
  Dims with_ones;  // the result's dims if it keeps them
};
Lanes lanes_of(Value x, Axes axes) {
  if (axes.empty()) {
    axes.resize(x.dims().size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  Lanes lanes{x, x.dims()};
  Axes order;
  Dims dims;
  for (std::int64_t d = 0; d < x.rank(); ++d) {
    if (std::ranges::find(axes, d) != axes.end()) continue;
    order.push_back(d);
    dims.push_back(x.dims()[static_cast<std::size_t>(d)]);
  }
  Dim n = 1;
  for (std::int64_t a : axes) {
    order.push_back(a);
    n *= x.dims()[static_cast<std::size_t>(a)];
    lanes.with_ones[static_cast<std::size_t>(a)] = 1;
  }
  dims.push_back(n);
  lanes.x = reshape(transpose(x, order), dims);
  return lanes;
}

// Between the elements `low` and `high`, `share` of the way.
Value between(Value low, Value high, Value share, QuantileMethod method) {
  switch (method) {
    case QuantileMethod::kLower:
      return low;
    case QuantileMethod::kHigher:
      return high;
    case QuantileMethod::kMidpoint:
      return (low + high) * 0.5;
    case QuantileMethod::kNearest:
      return select(less_equal(share, 0.5), low, high);
    case QuantileMethod::kLinear:
      break;
  }
  return select(equal(share, 0), low,
                low * (1 - share) + high * share);  // 0 of infinity is nothing
}

Value quantile_of(std::string_view op, const Operand& x, const Operand& percent, double unit,
                  const QuantileOptions& options, bool passes_over_nan) {
  const CallSite site(x.where);
  const Value f = floating_of(op, x);
  const Value q = tensor_of(op, percent, f.dtype()).as(f.dtype()) / unit;
  const Lanes lanes = lanes_of(f, normalized_axes(op, options.axes, f.rank()));
  const Dim n = lanes.x.dim(-1);
  if (n == 0 || q.rank() > 1) {
    throw OpError({.op = std::string(op),
                   .problem = n == 0 ? "no elements" : "q has several axes",
                   .got = {f.shape(), q.shape()},
                   .expected = "at least one element, q of rank 0 or 1"},
                  CallSite::current(x.where));
  }
  const Value is_nan = not_equal(lanes.x, lanes.x);
  const Value nan = full_like(lanes.x, std::numeric_limits<double>::quiet_NaN());
  const Value spoilt =
      passes_over_nan ? is_nan : broadcast_to(any(is_nan, {-1}, true), is_nan.dims());
  const Value sorted = sort(select(spoilt, nan, lanes.x), -1);  // NaN at the end
  Value last = full_like(q, static_cast<double>(n - 1));
  if (passes_over_nan)
    last = sum(logical_not(is_nan).as(f.dtype()), {-1}, true) - 1;        // [kept.., 1]
  const Value position = (q.rank() == 0 ? expand_dims(q, 0) : q) * last;  // [k] or [kept.., k]
  const Value below = floor(position), share = position - below;
  const auto element = [&](Value place) {
    const Value at = maximum(minimum(place, last), 0.0).as(kI32);
    if (!passes_over_nan) return take(sorted, at, -1);
    return take_along_axis(sorted, at, -1);
  };
  const Value y =
      between(element(below), element(ceil(position)), share, options.method);  // [kept.., k]
  Dims dims = options.keeps_dims ? lanes.with_ones : Dims(y.dims().begin(), y.dims().end() - 1);
  if (q.rank() == 0) return reshape(y, dims);
  Axes order(y.dims().size());
  std::iota(order.begin() + 1, order.end(), 0);
  order[0] = y.rank() - 1;
  dims.insert(dims.begin(), q.dim(0));
  return reshape(transpose(y, order), dims);
}

Value median_of(std::string_view name, const Operand& x, Axes axes, bool keeps_dims, bool skips_nan) {
  return quantile_of(
      name, x, Operand(0.5, x.where), 1,
      {.axes = std::move(axes), .keeps_dims = keeps_dims, .method = QuantileMethod::kMidpoint}, skips_nan);
}

}  // namespace

Value quantile(Operand x, Operand q, QuantileOptions options) {
  return quantile_of("quantile", x, q, 1, options, false);
}
Value percentile(Operand x, Operand q, QuantileOptions options) {
  return quantile_of("percentile", x, q, 100, options, false);
}
Value median(Operand x, Axes axes, bool keeps_dims) {
  return median_of("median", x, std::move(axes), keeps_dims, false);
}
Value nanquantile(Operand x, Operand q, QuantileOptions options) {
  return quantile_of("nanquantile", x, q, 1, options, true);
}
Value nanpercentile(Operand x, Operand q, QuantileOptions options) {
  return quantile_of("nanpercentile", x, q, 100, options, true);
}
Value nanmedian(Operand x, Axes axes, bool keeps_dims) {
  return median_of("nanmedian", x, std::move(axes), keeps_dims, true);
}

Value average(Operand x, Operand weights, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Value f = floating_of("average", x);
  Value w = tensor_of("average", weights, f.dtype()).as(f.dtype());
  const Axes reduced = normalized_axes("average", axes, f.rank());
  if (w.dims() != f.dims()) {
    const bool fits =
        w.rank() == 1 && reduced.size() == 1 && w.dim(0) == f.dim(static_cast<int>(reduced[0]));
    if (!fits) {
      throw OpError({.op = "average",
                     .problem = "the weights do not fit",
                     .got = {f.shape(), w.shape()},
                     .expected = "weights of x's dims, or a vector along the one axis"},
                    CallSite::current(x.where));
    }
    w = broadcast_in_dim(w, f.dims(), reduced);
  }
  return sum(f * w, axes, keeps_dims) / sum(w, axes, keeps_dims);
}

Value ptp(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  return max(x, axes, keeps_dims) - min(x, axes, keeps_dims);
}

Value count_nonzero(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Value v = promote("count_nonzero", {x})[0];
  return sum(not_equal(v, zeros_like(v)).as(kI32), std::move(axes), keeps_dims);
}

Value cov(Operand x, CovarianceOptions options) {
  const CallSite site(x.where);
  const Value f = floating_of("cov", x);
  Value rows = f;
  if (f.rank() < 2)
    rows = reshape(f, {1, f.size()});
  else if (options.has_variables_in_columns && f.rank() == 2)
    rows = transpose(f);
  const Dim n = rows.dim(-1);
  const bool fits = !options.weights || options.weights->dims() == Dims{n};
  if (rows.rank() != 2 || !fits) {
    throw OpError(
        {.op = "cov",
         .problem = fits ? "too many axes" : "the weights do not fit",
         .got = fits ? std::vector{f.shape()} : std::vector{f.shape(), options.weights->shape()},
         .expected = "variables and observations, a weight for each observation"},
        CallSite::current(x.where));
  }
  Value divisor = full_like(sum(f), static_cast<double>(n - options.ddof)), centred, weighted;
  if (options.weights) {
    const Value w = options.weights->as(f.dtype()), total = sum(w);
    centred = rows - average(rows, w, {1}, true);
    weighted = centred * w;
    divisor = total - sum(w * w) * static_cast<double>(options.ddof) / total;
  } else {
    weighted = centred = rows - mean(rows, {1}, true);
  }
  const Value products = matmul(centred, transpose(weighted)) / divisor;
  return f.rank() < 2 ? reshape(products, {}) : products;
}

Value corrcoef(Operand x, bool has_variables_in_columns) {
  const CallSite site(x.where);
  const Value c = cov(x, {.has_variables_in_columns = has_variables_in_columns});
  if (c.rank() == 0) return c / c;
  const Value deviation = sqrt(diagonal(c));
  const Value scaled = c / expand_dims(deviation, 1) / expand_dims(deviation, 0);
  return clamp(full_like(scaled, -1.0), scaled, full_like(scaled, 1.0));
}

}  // namespace hilo
