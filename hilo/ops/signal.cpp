#include "hilo/ops/signal.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/convolution.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/searching.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// `slides` over `stays`, which is not shorter; nothing is mirrored.
Value slid(Value stays, Value slides, Overlap overlap) {
  const Dim m = slides.dim(0);
  Int64Pairs padding = {{0, 0}};
  if (overlap == Overlap::kFull) padding = {{m - 1, m - 1}};
  if (overlap == Overlap::kSame) padding = {{m / 2, m - m / 2 - 1}};
  ConvolutionOptions options;
  options.padding = padding;
  options.dimension_numbers = ConvolutionDimensionNumbers::of(Layout::kChannelsLast, 1);
  const Value y =
      convolution(reshape(stays, {1, stays.dim(0), 1}), reshape(slides, {m, 1, 1}), options);
  return reshape(y, {y.dim(1)});
}

Value slide(std::string_view op, const Operand& left, const Operand& right, Overlap overlap,
            bool mirrors) {
  const CallSite site(left.where);
  const Value a = promote(op, {left})[0], b = promote(op, {right})[0];
  if (a.rank() != 1 || b.rank() != 1 || a.size() == 0 || b.size() == 0) {
    throw OpError({.op = std::string(op),
                   .problem = "no vectors with elements",
                   .got = {a.shape(), b.shape()},
                   .expected = "one axis each, not empty"},
                  CallSite::current(left.where));
  }
  const DType dtype = common_dtype(op, std::vector{a.shape(), b.shape()});
  const Value x = convert(a, dtype), y = convert(b, dtype);
  const bool is_swapped = y.dim(0) > x.dim(0);
  const Value stays = is_swapped ? y : x, slides = is_swapped ? x : y;
  if (mirrors) return slid(stays, reverse(slides, 0), overlap);
  const Value result = slid(stays, slides, overlap);
  return is_swapped ? reverse(result, 0) : result;
}

}  // namespace

Value convolve(Operand a, Operand b, Overlap overlap) {
  return slide("convolve", a, b, overlap, true);
}
Value correlate(Operand a, Operand b, Overlap overlap) {
  return slide("correlate", a, b, overlap, false);
}

Value polyval(Operand coefficients, Operand x) {
  const CallSite site(coefficients.where);
  const Value p = promote("polyval", {coefficients})[0];
  if (p.rank() != 1) {
    throw OpError({.op = "polyval",
                   .problem = "the coefficients are no vector",
                   .got = {p.shape()},
                   .expected = "one axis"},
                  CallSite::current(coefficients.where));
  }
  const Value at = tensor_of("polyval", x, p.dtype());
  Value y = zeros_like(at).as(common_dtype("polyval", std::vector{p.shape(), at.shape()}));
  for (Dim i = 0; i < p.dim(0); ++i) y = y * at + index_axis(p, 0, i);  // Horner
  return y;
}

Value interp(Operand operand, Operand points, Operand heights, InterpOptions options) {
  const CallSite site(operand.where);
  const Value xp = floating_of("interp", points),
              fp = floating_of("interp", heights).as(xp.dtype());
  const Value x = tensor_of("interp", operand, xp.dtype()).as(xp.dtype());
  const Dim n = xp.rank() == 1 ? xp.dim(0) : 0;
  if (n < 2 || fp.dims() != xp.dims()) {
    throw OpError({.op = "interp",
                   .problem = "the points do not fit",
                   .got = {x.shape(), xp.shape(), fp.shape()},
                   .expected = "two vectors of one length, 2 or more"},
                  CallSite::current(operand.where));
  }
  const Value place = searchsorted(xp, x, {.goes_behind = true});
  const Value i = minimum(maximum(place, 1), n - 1);  // the line ends at point i
  const Value x0 = take(xp, i - 1), y0 = take(fp, i - 1);
  const Value dx = take(xp, i) - x0, dy = take(fp, i) - y0;
  const Value is_step = equal(dx, 0);
  const Value on_line = y0 + (x - x0) / select(is_step, ones_like(dx), dx) * dy;
  Value y = select(is_step, y0, on_line);
  if (options.extrapolates) return y;
  const auto end = [&](const std::optional<double>& number, Dim k) {
    return number ? full(x.shape(), *number) : broadcast_to(index_axis(fp, 0, k), x.dims());
  };
  y = select(less(x, index_axis(xp, 0, 0)), end(options.left, 0), y);
  return select(greater(x, index_axis(xp, 0, n - 1)), end(options.right, n - 1), y);
}

}  // namespace hilo
