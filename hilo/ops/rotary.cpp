#include "hilo/ops/rotary.h"

#include <cmath>

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// Angles of positions [..]: [..,width / 2].
Value angles_of(Value positions, Dim width, double base, double scale, DType dtype) {
  return expand_dims(convert(positions, dtype) / scale, -1) * constant(rotary_frequencies(width, base, dtype));
}

[[noreturn]] void refuse(std::string_view op, std::string problem, std::vector<Shape> got,
                         std::string expected) {
  throw OpError({.op = std::string(op),
                 .problem = std::move(problem),
                 .got = std::move(got),
                 .expected = std::move(expected)},
                CallSite::current(std::source_location::current()));
}

// a and b, in turns or one behind the other, along the last axis.
Value paired(Value a, Value b, bool is_interleaved) {
  if (!is_interleaved) return concatenate({a, b}, a.rank() - 1);
  Dims dims = a.dims();
  dims.back() *= 2;
  return reshape(stack({a, b}, -1), dims);
}

void expect_base_and_scale(std::string_view op, double base, double scale,
                           const std::vector<Shape>& got) {
  if (base > 0 && scale > 0) return;
  refuse(op, "base is " + std::to_string(base) + ", scale " + std::to_string(scale), got,
         "base > 0, scale > 0");
}

}  // namespace

Array rotary_frequencies(Dim width, double base, DType dtype) {
  std::vector<double> frequencies;
  for (Dim i = 0; i < width / 2; ++i) {
    const auto exponent = -2.0 * static_cast<double>(i) / static_cast<double>(width);
    frequencies.push_back(std::pow(base, exponent));
  }
  return from_doubles({dtype, {width / 2}}, frequencies);
}

Value rotary_embedding(Operand x, Operand positions, RotaryOptions options) {
  const CallSite site(x.where);
  constexpr std::string_view kName = "rotary_embedding";
  const Value v = x.value, at = positions.value;
  const std::vector<Shape> got = {v.shape(), at.shape()};
  expect_kind(kName, v, kFloats);
  expect_kind(kName, at, kInts | kFloats);
  expect_base_and_scale(kName, options.base, options.scale, got);
  const std::string rule = "x [..,T,N,H], positions [T] or [..,T]";
  if (v.rank() < 3) refuse(kName, "x has too few axes", got, rule);
  const Dims tokens(v.dims().begin(), v.dims().end() - 2);  // [..,T]
  if (at.dims() != tokens && at.dims() != Dims{tokens.back()})
    refuse(kName, "positions do not fit", got, rule);
  const Dim width = options.width == 0 ? v.dim(-1) : options.width;
  if (width < 0 || width % 2 != 0 || width > v.dim(-1)) {
    refuse(kName, "cannot rotate pairs of " + std::to_string(width) + " elements", got,
           "an even width of H or less");
  }
  const DType wide = v.dtype() == kF64 ? kF64 : kF32;
  const Value angles =
      expand_dims(angles_of(at, width, options.base, options.scale, wide), -2);  // [..,T,1,W/2]
  const Value c = cos(angles), s = sin(angles);
  const Value turned = convert(slice_axis(v, -1, 0, width), wide);
  const bool by_turns = options.is_interleaved;
  const Value a =
      by_turns ? slice_axis(turned, -1, 0, kEnd, 2) : slice_axis(turned, -1, 0, width / 2);
  const Value b = by_turns ? (width == 0 ? a : slice_axis(turned, -1, 1, kEnd, 2))
                           : slice_axis(turned, -1, width / 2, width);
  const Value y = convert(paired(a * c - b * s, b * c + a * s, by_turns), v.dtype());
  return width == v.dim(-1) ? y : concatenate({y, slice_axis(v, -1, width, kEnd)}, v.rank() - 1);
}

Value sinusoidal_embedding(Operand positions, Dim width, SinusoidOptions options) {
  const CallSite site(positions.where);
  constexpr std::string_view kName = "sinusoidal_embedding";
  const Value at = positions.value;
  expect_kind(kName, at, kInts | kFloats);
  expect_base_and_scale(kName, options.base, options.scale, {at.shape()});
  if (width < 2 || width % 2 != 0) {
    refuse(kName, "width is " + std::to_string(width), {at.shape()}, "an even width of 2 or more");
  }
  if (!is_float(options.dtype)) {
    refuse(kName, "the dtype is " + std::string(name(options.dtype)), {at.shape()},
           "a floating dtype");
  }
  const DType wide = options.dtype == kF64 ? kF64 : kF32;
  const Value angles = angles_of(at, width, options.base, options.scale, wide);
  return convert(paired(sin(angles), cos(angles), options.is_interleaved), options.dtype);
}

}  // namespace hilo
