// Rows of hilo/ops/complex.h and hilo/ops/fft.h.
#include <cmath>
#include <numbers>

#include "hilo/ops/binary.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/fft.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

template <class F>
Reference complexes(F f) {
  return {.complex = detail::reference_fn<Complex>(f)};
}

// A function of complex numbers to real ones, in both widths.
template <class F, class R>
void add_part(std::vector<Row>& rows, const std::string& name, F f, R reference, std::vector<double> kinks = {}) {
  for (const auto& [from, to] : {std::pair{DType::kC64, kF32}, std::pair{DType::kC128, kF64}}) {
    rows.push_back(Row(name + " of " + std::string(hilo::name(from)), {Input{2, 3}.avoiding(kinks)}, {2, 3}, f).to(to).in({from}).terms(16)
                       .is(complexes(map(reference))));
  }
}

void add_parts(std::vector<Row>& rows) {
  for (const auto& [from, to] : {std::pair{kF32, DType::kC64}, std::pair{kF64, DType::kC128}}) {
    const std::string of = " of " + std::string(hilo::name(from));
    rows.push_back(Row("complex" + of, {{2, 3}, {3}}, {2, 3}, [](Value a, Value b) { return complex(a, b); }).to(to).in({from})
                       .is(complexes(map([](Complex a, Complex b) { return a + Complex(0, 1) * b; }))));
    rows.push_back(Row("polar" + of, {{3}, {3}}, {3}, [](Value a, Value b) { return polar(a, b); }).to(to).in({from}).terms(16)
                       .is(complexes(map([](Complex a, Complex b) { return a * std::exp(Complex(0, 1) * b); }))));
  }
  add_part(rows, "real", [](Value x) { return real(x); }, [](Complex x) { return Complex(x.real()); });
  add_part(rows, "imag", [](Value x) { return imag(x); }, [](Complex x) { return Complex(x.imag()); });
  add_part(rows, "abs", [](Value x) { return abs(x); }, [](Complex x) { return Complex(std::abs(x)); }, {0});
  add_part(rows, "angle", [](Value x) { return angle(x); }, [](Complex x) { return Complex(std::arg(x)); }, {0});
  add_part(rows, "square_abs", [](Value x) { return square_abs(x); }, [](Complex x) { return Complex(std::norm(x)); });
  rows.push_back(Row("conj", {{2, 3}}, {2, 3}, [](Value x) { return conj(x); }).in(kPlainFloats + kComplexNumbers)
                     .is(floats_and_complexes(map([](auto x) {
                       if constexpr (std::is_same_v<decltype(x), double>) return x;
                       else return std::conj(x);
                     }))));
  rows.push_back(Row("sign of complex", {Input{2, 3}.avoiding({0})}, {2, 3}, sign).in(kComplexNumbers).terms(16)
                     .is(complexes(map([](Complex x) { return x / std::abs(x); }))));
  rows.push_back(Row("real of real", {{2}}, {2}, [](Value x) { return real(x); }).in(kPlainFloats).is(floats(map([](double x) { return x; }))));
  rows.push_back(Row("imag of real", {{2}}, {2}, [](Value x) { return imag(x); }).in(kPlainFloats).is(floats(map([](double) { return 0.0; }))));
  rows.push_back(Row("abs of complex zero", {Input{1}.as(DType::kC64).of({0})}, {1}, [](Value x) { return abs(x); }).to(kF32).in({kF32}).order(0)
                     .is(floats(map([](double) { return 0.0; }))));
}

// The definition, along one axis: sum over n of x[n] exp(sign 2 pi i k n / N) / divisor.
Tensor<Complex> transformed(const Tensor<Complex>& x, int axis, Dim length, double sign, double divisor) {
  return along(x, axis, [=](std::vector<Complex> lane) {
    lane.resize(static_cast<std::size_t>(length));
    std::vector<Complex> out(lane.size());
    for (std::size_t k = 0; k < out.size(); ++k) {
      for (std::size_t n = 0; n < lane.size(); ++n) {
        out[k] += lane[n] * std::polar(1.0, sign * 2 * std::numbers::pi * static_cast<double>(k * n % lane.size()) / static_cast<double>(length));
      }
      out[k] /= divisor;
    }
    return out;
  });
}
Tensor<Complex> halved(const Tensor<Complex>& x, int axis) {
  return along(x, axis, [](std::vector<Complex> lane) {
    lane.resize(lane.size() / 2 + 1);
    return lane;
  });
}
// The n real numbers whose spectrum has this half.
Tensor<Complex> inverse_of_half(const Tensor<Complex>& x, int axis, Dim n) {
  const Tensor<Complex> whole = along(x, axis, [n](std::vector<Complex> lane) {
    lane.resize(static_cast<std::size_t>(n / 2 + 1));
    lane.front() = lane.front().real();
    if (n % 2 == 0) lane.back() = lane.back().real();
    for (Dim k = n / 2 + 1; k < n; ++k) lane.push_back(std::conj(lane[static_cast<std::size_t>(n - k)]));
    return lane;
  });
  Tensor<Complex> y = transformed(whole, axis, n, 1, static_cast<double>(n));
  for (Complex& v : y.data) v = v.real();
  return y;
}

template <class F, class R>
void add_both(std::vector<Row>& rows, const std::string& name, Dims in, Dims out, F f, R reference) {  // complex to complex
  rows.push_back(Row(name, {Input(std::move(in))}, std::move(out), f).in(kComplexNumbers).terms(64).order(1)
                     .is(complexes([reference](const Tensors<Complex>& x) { return reference(x[0]); })));
}
template <class F, class R>
void add_of_reals(std::vector<Row>& rows, const std::string& name, Dims in, Dims out, F f, R reference) {
  for (const auto& [from, to] : {std::pair{kF32, DType::kC64}, std::pair{kF64, DType::kC128}}) {
    rows.push_back(Row(name + " of " + std::string(hilo::name(from)), {Input(in)}, out, f).to(to).in({from}).terms(64).order(1)
                       .is(complexes([reference](const Tensors<Complex>& x) { return reference(x[0]); })));
  }
}
template <class F, class R>
void add_to_reals(std::vector<Row>& rows, const std::string& name, Dims in, Dims out, F f, R reference) {
  for (const auto& [from, to] : {std::pair{DType::kC64, kF32}, std::pair{DType::kC128, kF64}}) {
    rows.push_back(Row(name + " of " + std::string(hilo::name(from)), {Input(in)}, out, f).to(to).in({from}).terms(64).order(1)
                       .is(complexes([reference](const Tensors<Complex>& x) { return reference(x[0]); })));
  }
}

void add_transforms(std::vector<Row>& rows) {
  using T = const Tensor<Complex>&;
  add_both(rows, "fft", {2, 5}, {2, 5}, [](Value x) { return fft(x); }, [](T x) { return transformed(x, 1, 5, -1, 1); });
  add_both(rows, "ifft", {2, 6}, {2, 6}, [](Value x) { return ifft(x); }, [](T x) { return transformed(x, 1, 6, 1, 6); });
  add_both(rows, "fft, longer, along axis 0, ortho", {3, 2}, {4, 2}, [](Value x) { return fft(x, {.length = 4, .axis = 0, .norm = FftNorm::kOrtho}); },
           [](T x) { return transformed(x, 0, 4, -1, 2); });
  add_both(rows, "ifft, shorter, forward", {5}, {3}, [](Value x) { return ifft(x, {.length = 3, .norm = FftNorm::kForward}); },
           [](T x) { return transformed(x, 0, 3, 1, 1); });
  add_both(rows, "fft of XLA, two axes", {2, 3, 4}, {2, 3, 4}, [](Value x) { return fft(x, FftType::kFft, {3, 4}); },
           [](T x) { return transformed(transformed(x, 2, 4, -1, 1), 1, 3, -1, 1); });
  add_both(rows, "fft2", {3, 2}, {3, 2}, [](Value x) { return fft2(x); }, [](T x) { return transformed(transformed(x, 1, 2, -1, 1), 0, 3, -1, 1); });
  add_both(rows, "ifft2", {3, 2}, {3, 2}, [](Value x) { return ifft2(x); }, [](T x) { return transformed(transformed(x, 1, 2, 1, 2), 0, 3, 1, 3); });
  add_both(rows, "fftn, four axes", {2, 3, 1, 2}, {2, 3, 1, 2}, [](Value x) { return fftn(x); },
           [](T x) { return transformed(transformed(transformed(x, 3, 2, -1, 1), 1, 3, -1, 1), 0, 2, -1, 1); });
  add_both(rows, "ifftn, four axes", {2, 3, 1, 2}, {2, 3, 1, 2}, [](Value x) { return ifftn(x); },
           [](T x) { return transformed(transformed(transformed(x, 3, 2, 1, 2), 1, 3, 1, 3), 0, 2, 1, 2); });
  add_both(rows, "fftn, axes in another order", {2, 3, 2}, {3, 3, 2}, [](Value x) { return fftn(x, {.lengths = {2, 3}, .axes = {2, 0}}); },
           [](T x) { return transformed(transformed(x, 2, 2, -1, 1), 0, 3, -1, 1); });
  add_of_reals(rows, "fft", {4}, {4}, [](Value x) { return fft(x); }, [](T x) { return transformed(x, 0, 4, -1, 1); });
  for (Dim n : {4, 5}) {
    const std::string count = std::to_string(n);
    add_of_reals(rows, "rfft " + count, {2, n}, {2, n / 2 + 1}, [](Value x) { return rfft(x); }, [n](T x) { return halved(transformed(x, 1, n, -1, 1), 1); });
    add_to_reals(rows, "irfft " + count, {2, 3}, {2, n}, [n](Value x) { return irfft(x, {.length = n}); }, [n](T x) { return inverse_of_half(x, 1, n); });
    add_of_reals(rows, "rfftn " + count, {3, n}, {3, n / 2 + 1}, [](Value x) { return rfftn(x); },
                 [n](T x) { return transformed(halved(transformed(x, 1, n, -1, 1), 1), 0, 3, -1, 1); });
    add_to_reals(rows, "irfftn " + count, {3, 3}, {3, n}, [n](Value x) { return irfftn(x, {.lengths = {3, n}}); },
                 [n](T x) { return inverse_of_half(transformed(x, 0, 3, 1, 3), 1, n); });
  }
  add_to_reals(rows, "irfft", {3}, {4}, [](Value x) { return irfft(x); }, [](T x) { return inverse_of_half(x, 0, 4); });
  add_of_reals(rows, "rfft2", {2, 3}, {2, 2}, [](Value x) { return rfft2(x); }, [](T x) { return transformed(halved(transformed(x, 1, 3, -1, 1), 1), 0, 2, -1, 1); });
  add_to_reals(rows, "irfft2", {2, 2}, {2, 2}, [](Value x) { return irfft2(x); }, [](T x) { return inverse_of_half(transformed(x, 0, 2, 1, 2), 1, 2); });
  add_to_reals(rows, "rfftn, four axes and back", {2, 1, 2, 3}, {2, 1, 2, 4}, [](Value x) { return irfftn(x); },
               [](T x) { return inverse_of_half(transformed(transformed(x, 0, 2, 1, 2), 2, 2, 1, 2), 3, 4); });
  add_of_reals(rows, "ihfft", {4}, {3}, [](Value x) { return ihfft(x); }, [](T x) { return halved(transformed(x, 0, 4, 1, 4), 0); });
  add_to_reals(rows, "hfft", {3}, {4}, [](Value x) { return hfft(x); }, [](T x) {
    Tensor<Complex> mirrored = x;
    for (Complex& v : mirrored.data) v = std::conj(v);
    Tensor<Complex> y = inverse_of_half(mirrored, 0, 4);
    for (Complex& v : y.data) v *= 4.0;
    return y;
  });
}

void add_frequencies(std::vector<Row>& rows) {
  const auto near = [](std::vector<double> want) {
    return floats([want](const Tensors<double>&) { return Tensor<double>{{static_cast<Dim>(want.size())}, want}; });
  };
  rows.push_back(Row("fftfreq, odd", {}, {5}, [] { return fftfreq(5, 0.5); }).to(kF32).order(0).is(near({0, 0.4, 0.8, -0.8, -0.4})));
  rows.push_back(Row("fftfreq, even", {}, {4}, [] { return fftfreq(4); }).to(kF32).order(0).is(near({0, 0.25, -0.5, -0.25})));
  rows.push_back(Row("rfftfreq", {}, {3}, [] { return rfftfreq(4, 2); }).to(kF32).order(0).is(near({0, 0.125, 0.25})));
  rows.push_back(Row("fftshift", {vector({0, 1, 2, 3, 4})}, {5}, [](Value x) { return fftshift(x); }).is(near({3, 4, 0, 1, 2})));
  rows.push_back(Row("ifftshift", {vector({3, 4, 0, 1, 2})}, {5}, [](Value x) { return ifftshift(x); }).is(near({0, 1, 2, 3, 4})));
  rows.push_back(Row("fftshift, one axis", {Input{1, 4}.of({0, 1, 2, 3})}, {1, 4}, [](Value x) { return fftshift(x, {1}); })
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{1, 4}, {2, 3, 0, 1}}; })));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"complex", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     return Row({Input(dims), Input(dims)}, [](Value a, Value b) { return complex(a, b); }).in({kF64, kF32});
                   }});
  const auto part = [&](const std::string& name, Value (*f)(Operand), std::vector<double> kinks = {}) {
    drawn.push_back({name, [=](Draw& draw) {
                       return Row({Input(draw.dims()).avoiding(kinks)}, [f](Value x) { return f(x); }).in(kComplexNumbers);
                     }});
  };
  part("real", real);
  part("imag", imag);
  part("conj", conj);
  part("angle", angle, {0});
  part("square_abs", square_abs);
  part("abs of complex numbers", abs, {0});
  part("sign of complex numbers", sign, {0});
}

// Transforms along the last axis, which has elements.
void add_drawn_transforms(std::vector<Drawn>& drawn) {
  const auto along = [&](const std::string& name, auto f, const DTypes& dtypes) {
    drawn.push_back({name, [=](Draw& draw) {
                       Dims dims = draw.dims(0, 3);
                       dims.push_back(draw.length(11));
                       const Dim length = draw.coin() ? -1 : draw.between(1, 9);
                       return Row({Input(dims)}, [=](Value x) { return f(x, FftOptions{.length = length}); }).in(dtypes);
                     }});
  };
  const DTypes real_ones = {kF64, kF32};
  along("fft", [](Value x, const FftOptions& o) { return fft(x, o); }, kComplexNumbers);
  along("ifft", [](Value x, const FftOptions& o) { return ifft(x, o); }, kComplexNumbers);
  along("rfft", [](Value x, const FftOptions& o) { return rfft(x, o); }, real_ones);
  along("irfft", [](Value x, FftOptions o) {
    if (o.length < 0) o.length = 2 * x.dim(-1) - 1;
    return irfft(x, o);
  }, kComplexNumbers);
}

}  // namespace

Family complex_rows() {
  Family family{.name = "complex", .rows = {}};
  add_parts(family.rows);
  add_drawn(family.drawn);
  return family;
}

Family fft_rows() {
  Family family{.name = "fft", .rows = {}};
  add_transforms(family.rows);
  add_frequencies(family.rows);
  add_drawn_transforms(family.drawn);
  return family;
}

}  // namespace hilo::test
