#include "hilo/ops/fft.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/arrange.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {

EnumWords words_of(FftType) { return {"fft_type", {"FFT", "IFFT", "RFFT", "IRFFT"}}; }

namespace {

// The length of an axis of complex numbers that stand for n real ones.
Dim half(Dim n) { return n / 2 + 1; }

struct Fft : LinearJvp<Fft> {
  static constexpr std::string_view kName = "fft";
  FftType fft_type = FftType::kFft;
  Dims fft_length;

  static void fields(auto&& field) {
    field("fft_type", &Fft::fft_type);
    field("fft_length", &Fft::fft_length);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    const bool is_of_reals = fft_type == FftType::kRfft;
    expect_kind(in, is_of_reals ? kFloats.from_bits(32) : kComplexes);  // C3
    const std::size_t n = fft_length.size();
    if (n < 1 || n > 3 || std::ranges::any_of(fft_length, [](Dim d) { return d < 1; })) {
      throw OpError({.problem = "cannot transform axes of lengths " + to_string(fft_length), .got = {in[0]},
                     .expected = "one to three lengths, all above 0", .constraint = "C2"});
    }
    Dims ends = fft_length;  // of the operand
    if (fft_type == FftType::kIrfft) ends.back() = half(ends.back());
    Shape out = in[0];
    const auto fits = [](Dim end, Dim d) { return d == end || d == kDynamic; };
    if (out.dims.size() < n || !std::equal(ends.begin(), ends.end(), out.dims.end() - static_cast<std::ptrdiff_t>(n), fits)) {
      throw OpError({.problem = "the last axes are not those to transform", .got = {in[0]}, .expected = "[.., " + to_string(ends).substr(1), .constraint = "C1, C4, C5"});
    }
    std::copy(ends.begin(), ends.end(), out.dims.end() - static_cast<std::ptrdiff_t>(n));  // also where they are open
    if (is_of_reals) out = {out.dtype == kF64 ? kC128 : kC64, out.dims};
    if (is_of_reals) out.dims.back() = half(fft_length.back());
    if (fft_type == FftType::kIrfft) out = {part_dtype(out.dtype), out.dims};
    if (fft_type == FftType::kIrfft) out.dims.back() = fft_length.back();
    return {out};
  }
  // The transforms of complex numbers are symmetric matrices. The real ones have such a matrix behind zeros (RFFT), or
  // before the half that the other half follows from (IRFFT).
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Dim n = fft_length.back();
    if (fft_type == FftType::kRfft) {
      return {real(hilo::fft(pad_axis(v.d_out, 0, -1, 0, n - half(n)), FftType::kFft, fft_length))};
    }
    if (fft_type != FftType::kIrfft) return {hilo::fft(v.d_out, fft_type, fft_length)};
    std::vector<double> weights(static_cast<std::size_t>(half(n)), 2.0);  // how often the element stands in the whole
    weights.front() = 1;
    if (n % 2 == 0) weights.back() = 1;
    double count = 1;
    for (Dim d : fft_length) count *= static_cast<double>(d);
    for (double& w : weights) w /= count;
    const Value weight = constant(from_doubles({v.out.dtype(), {half(n)}}, weights));
    const Value d = hilo::fft(v.d_out, FftType::kRfft, fft_length);
    return {complex(real(d) * weight, imag(d) * -weight)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const { return {apply(*this, b.in)}; }
};

// x with `n` elements along an axis: cut, or with zeros behind.
Value resized(Value x, int axis, Dim n) {
  const Dim had = x.dim(axis);
  if (had > n) return slice_axis(x, axis, 0, n);
  return had < n ? pad_axis(x, 0, axis, 0, n - had) : x;
}

// f of x with these axes as its last ones, and then moved back.
template <class F>
Value with_last(Value x, const Axes& axes, F f) {
  Axes last;
  for (std::size_t i = axes.size(); i > 0; --i) last.push_back(-static_cast<std::int64_t>(i));
  return moveaxis(f(moveaxis(x, axes, last)), last, axes);
}

// Applies `type` to the last `lengths.size()` axes, in groups that XLA takes.
Value over_last_axes(Value x, FftType type, const Dims& lengths) {
  constexpr std::size_t kMost = 3;
  if (lengths.size() <= kMost) return fft(x, type, lengths);
  const auto split = lengths.end() - static_cast<std::ptrdiff_t>(kMost);
  const Dims outer(lengths.begin(), split), inner(split, lengths.end());
  const FftType of_complex = type == FftType::kRfft || type == FftType::kFft ? FftType::kFft : FftType::kIfft;
  Axes outer_axes;
  for (std::size_t i = 0; i < outer.size(); ++i) outer_axes.push_back(static_cast<std::int64_t>(i) - static_cast<std::int64_t>(lengths.size()));
  const auto over_outer = [&](Value v) {
    return with_last(v, outer_axes, [&](Value turned) { return over_last_axes(turned, of_complex, outer); });
  };
  return type == FftType::kIrfft ? fft(over_outer(x), type, inner) : over_outer(fft(x, type, inner));
}

// XLA's transforms have the norm kBackward.
Value with_norm(Value x, FftType type, FftNorm norm, const Dims& lengths) {
  double n = 1;
  for (Dim d : lengths) n *= static_cast<double>(d);
  const bool is_inverse = type == FftType::kIfft || type == FftType::kIrfft;
  if (norm == FftNorm::kBackward || lengths.empty()) return x;
  if (norm == FftNorm::kOrtho) return x * (is_inverse ? std::sqrt(n) : 1 / std::sqrt(n));
  return x * (is_inverse ? n : 1 / n);
}

Value transform(std::string_view name, const Operand& operand, FftType type, FftnOptions options) {
  const CallSite site(operand.where);
  Value x = promote(name, {operand})[0];
  expect_kind(name, x, type == FftType::kRfft ? kFloats.from_bits(32) : (kFloats | kComplexes).from_bits(32));
  if (type != FftType::kRfft && !is_complex(x.dtype())) x = convert(x, x.dtype() == kF64 ? kC128 : kC64);
  Axes axes = options.axes;
  if (axes.empty()) {
    const std::int64_t count = options.lengths.empty() ? x.rank() : static_cast<std::int64_t>(options.lengths.size());
    for (std::int64_t a = -count; a < 0; ++a) axes.push_back(a);
  }
  axes = normalized_axes(name, axes, x.rank());
  Dims lengths = options.lengths;
  if (lengths.empty()) {
    for (std::int64_t a : axes) lengths.push_back(x.dim(static_cast<int>(a)));
    if (type == FftType::kIrfft && !lengths.empty()) lengths.back() = 2 * (lengths.back() - 1);
  }
  if (lengths.size() != axes.size() || axes.empty() || std::ranges::any_of(lengths, [](Dim d) { return d < 1; })) {
    throw OpError({.op = std::string(name), .problem = "cannot transform " + to_string(axes) + " to lengths " + to_string(lengths),
                   .got = {x.shape()}, .expected = "at least one axis, and for each a length above 0"}, CallSite::current(operand.where));
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool is_half = type == FftType::kIrfft && i + 1 == axes.size();
    x = resized(x, static_cast<int>(axes[i]), is_half ? half(lengths[i]) : lengths[i]);
  }
  x = with_last(x, axes, [&](Value turned) { return over_last_axes(turned, type, lengths); });
  return with_norm(x, type, options.norm, lengths);
}

Value transform(std::string_view name, const Operand& x, FftType type, const FftOptions& o) {
  return transform(name, x, type, FftnOptions{.lengths = o.length < 0 ? Dims{} : Dims{o.length}, .axes = {o.axis}, .norm = o.norm});
}

// Of the norms, the one that divides where this one multiplies.
FftNorm swapped(FftNorm norm) {
  if (norm == FftNorm::kOrtho) return norm;
  return norm == FftNorm::kBackward ? FftNorm::kForward : FftNorm::kBackward;
}

// `by` says of an axis of n elements how far they are moved.
template <class By>
Value rolled(std::string_view name, const Operand& x, Axes axes, By by) {
  const CallSite site(x.where);
  Value y = promote(name, {x})[0];
  if (axes.empty()) {
    for (std::int64_t a = 0; a < y.rank(); ++a) axes.push_back(a);
  }
  for (std::int64_t a : normalized_axes(name, axes, y.rank())) y = roll(y, by(y.dim(static_cast<int>(a))), static_cast<int>(a));
  return y;
}

}  // namespace

void list_fft_ops(OpTable& table) { table.add<Fft>(); }

Value fft(Operand x, FftType type, Dims lengths) {
  return apply(Fft{{}, type, std::move(lengths)}, promote("fft", {x}), x.where);
}

Value fft(Operand x, const FftOptions& options) { return transform("fft", x, FftType::kFft, options); }
Value ifft(Operand x, const FftOptions& options) { return transform("ifft", x, FftType::kIfft, options); }
Value rfft(Operand x, const FftOptions& options) { return transform("rfft", x, FftType::kRfft, options); }
Value irfft(Operand x, const FftOptions& options) { return transform("irfft", x, FftType::kIrfft, options); }
Value hfft(Operand x, const FftOptions& options) {
  FftOptions other = options;
  other.norm = swapped(options.norm);
  return transform("hfft", conj(x), FftType::kIrfft, other);
}
Value ihfft(Operand x, const FftOptions& options) {
  FftOptions other = options;
  other.norm = swapped(options.norm);
  return conj(transform("ihfft", x, FftType::kRfft, other));
}

Value fftn(Operand x, const FftnOptions& options) { return transform("fftn", x, FftType::kFft, options); }
Value ifftn(Operand x, const FftnOptions& options) { return transform("ifftn", x, FftType::kIfft, options); }
Value rfftn(Operand x, const FftnOptions& options) { return transform("rfftn", x, FftType::kRfft, options); }
Value irfftn(Operand x, const FftnOptions& options) { return transform("irfftn", x, FftType::kIrfft, options); }
Value fft2(Operand x) { return transform("fft2", x, FftType::kFft, FftnOptions{.axes = {-2, -1}}); }
Value ifft2(Operand x) { return transform("ifft2", x, FftType::kIfft, FftnOptions{.axes = {-2, -1}}); }
Value rfft2(Operand x) { return transform("rfft2", x, FftType::kRfft, FftnOptions{.axes = {-2, -1}}); }
Value irfft2(Operand x) { return transform("irfft2", x, FftType::kIrfft, FftnOptions{.axes = {-2, -1}}); }

Value fftfreq(Dim n, double spacing, DType dtype, std::source_location where) {
  const CallSite site(where);
  std::vector<double> f;
  for (Dim k = 0; k < n; ++k) f.push_back(static_cast<double>(k < (n + 1) / 2 ? k : k - n) / (static_cast<double>(n) * spacing));
  return constant(from_doubles({dtype, {n}}, f));
}

Value rfftfreq(Dim n, double spacing, DType dtype, std::source_location where) {
  const CallSite site(where);
  std::vector<double> f;
  for (Dim k = 0; k < half(n); ++k) f.push_back(static_cast<double>(k) / (static_cast<double>(n) * spacing));
  return constant(from_doubles({dtype, {half(n)}}, f));
}

Value fftshift(Operand x, Axes axes) {
  return rolled("fftshift", x, std::move(axes), [](Dim n) { return n / 2; });
}
Value ifftshift(Operand x, Axes axes) {
  return rolled("ifftshift", x, std::move(axes), [](Dim n) { return -(n / 2); });
}

}  // namespace hilo
