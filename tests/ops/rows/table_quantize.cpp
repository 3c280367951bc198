// Rows of hilo/ops/reduce_precision.h and hilo/ops/quantize.h.
#include "hilo/ops/quantize.h"

#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/reduce_precision.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

// The nearest number with so many bits, ties to even; no number of the rows is near the smallest.
double rounded(double x, int exponent_bits, int mantissa_bits) {
  if (x == 0) return x;
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  const double result = std::ldexp(std::nearbyint(std::ldexp(fraction, mantissa_bits + 1)),
                                   exponent - mantissa_bits - 1);
  const double limit = std::ldexp(1, 1 << (exponent_bits - 1));
  return std::abs(result) >= limit ? std::copysign(HUGE_VAL, result) : result;
}

void add_reduce_precision(std::vector<Row>& rows) {
  const auto row = [&](const Input& x, int exponent_bits, int mantissa_bits) -> Row& {
    return rows.emplace_back(
        Row("reduce_precision to e" + std::to_string(exponent_bits) + "m" +
                std::to_string(mantissa_bits),
            {x}, x.dims, [=](Value v) { return reduce_precision(v, exponent_bits, mantissa_bits); })
            .order(0)
            .is(floats(map([=](double v) { return rounded(v, exponent_bits, mantissa_bits); }))));
  };
  row({3, 40}, 5, 3).on(kPlainFloats);
  row({3, 40}, 8, 0);
  row(vector({65519, 65520, -1e6, 0, 3.14159265, 1.5}), 5, 10).gradients({{1, 1, 1, 1, 1, 1}});
  row({0, 2}, 4, 2);
}

// Ends of the storage's range, as the rows use it.
struct Range {
  double low, high;
};

double stored(double x, double scale, double zero, const Range& r) {
  return std::nearbyint(std::min(std::max(x / scale + zero, r.low), r.high));
}

Value there_and_back(Value x, const Quantization& q) {
  return uniform_dequantize(uniform_quantize(x, q));
}

void add_quantize(std::vector<Row>& rows) {
  const auto row = [&](std::string name, const Quantization& q, const Range& r,
                       DType dtype) -> Row& {
    return rows.emplace_back(
        Row(std::move(name), {{4, 3}}, {4, 3}, [q](Value x) { return there_and_back(x, q); })
            .in({dtype})
            .order(0)
            .is(floats([=](const Tensors<double>& in) {
              return generate<double>(in[0].dims, [&](const Index& i) {
                const auto k =
                    static_cast<std::size_t>(q.axis ? i[static_cast<std::size_t>(*q.axis)] : 0);
                const auto zero = static_cast<double>(q.zero_points[k]);
                return (stored(in[0].at(i), q.scales[k], zero, r) - zero) * q.scales[k];
              });
            })));
  };
  row("uniform_quantize", {.scales = {0.0078125}, .zero_points = {3}}, {-128, 127}, kF32);
  row("uniform_quantize to u8", {.storage = kU8, .scales = {0.0078125}, .zero_points = {100}},
      {0, 255}, kF32);
  row("uniform_quantize to a narrow range",
      {.scales = {0.03125}, .storage_min = -40, .storage_max = 50}, {-40, 50}, kF32);
  row("uniform_quantize to i4", {.storage = DType::kI4, .scales = {0.25}, .zero_points = {-1}},
      {-8, 7}, kF32);
  row("uniform_quantize to i32", {.storage = kI32, .scales = {0x1p-20}}, {-0x1p31, 0x1p31 - 1},
      kF32);
  row("uniform_quantize of f64",
      {.storage = kI16, .expressed = kF64, .scales = {0.001}, .zero_points = {7}}, {-32768, 32767},
      kF64);
  row("uniform_quantize of bf16", {.expressed = kBF16, .scales = {0.0625}}, {-128, 127}, kBF16);
  row("uniform_quantize along an axis",
      {.scales = {0.25, 0.0078125, 0.03125}, .zero_points = {3, -3, 0}, .axis = 1}, {-128, 127},
      kF32);
  const Quantization fine{.storage = kI16, .scales = {0x1p-12}},
      coarse{.scales = {0x1p-4}, .zero_points = {5}};
  rows.push_back(Row("uniform_quantize of quantised numbers", {{4, 3}}, {4, 3},
                     [=](Value x) {
                       return uniform_dequantize(
                           uniform_quantize(uniform_quantize(x, fine), coarse));
                     })
                     .in({kF32})
                     .order(0)
                     .is(floats(map([](double x) {
                       const double first = stored(x, 0x1p-12, 0, {-32768, 32767}) * 0x1p-12;
                       return (stored(first, 0x1p-4, 5, {-128, 127}) - 5) * 0x1p-4;
                     }))));
  rows.push_back(
      Row("uniform_quantize of ties", {vector({0.5, 1.5, -2.5, 3})}, {4},
          [=](Value x) { return uniform_dequantize(uniform_quantize(x, {.zero_points = {1}})); })
          .in({kF32})
          .gradients({{0, 0, 0, 0}})
          .is(floats([](const Tensors<double>&) {
            return Tensor<double>{{4}, {1, 1, -3, 3}};
          })));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"reduce_precision", [](Draw& draw) {  // to steps that differences do not see
                     return Row({Input(draw.dims())}, [](Value x) { return reduce_precision(x * x, 8, 40); });
                   }});
}

}  // namespace

Family quantize_rows() {
  Family family{.name = "quantize", .rows = {}};
  add_reduce_precision(family.rows);
  add_quantize(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
