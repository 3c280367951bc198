#include "hilo/nn/orthogonal.h"

#include <algorithm>
#include <cmath>

#include "hilo/graph/graph.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"

namespace hilo::nn {
namespace {

// Each singular value s of x becomes 1.5 (scale s) - 0.5 (scale s)^3.
Value cubic_step(Value x, Operand scale) {
  const Value scaled = scale * x, squares = matmul(scaled, transpose(scaled));  // [k,l], [k,k]
  return 1.5 * scaled - 0.5 * matmul(squares, scaled);                          // [k,l]
}

}  // namespace

Value nearest_orthogonal(Value x) {
  const DType dtype = x.dtype();
  // The scale sends both ends of least..1 to the same value, so that the worst singular value gains
  // most.
  std::vector<double> scales;
  for (double least = 1e-8; least < 1 - 1e-6;) {
    const double scale = std::sqrt(3 / (1 + least + least * least));
    scales.push_back(scale);
    least = 1.5 * scale * least - 0.5 * std::pow(scale * least, 3);
  }
  // A loop, since XLA takes a second to compile the steps one by one.
  const Shape shape{dtype, {static_cast<Dim>(scales.size())}};
  const auto step = [](Value y, Value scale) { return std::pair{cubic_step(y, scale), scale}; };
  x = scan(x, constant(from_doubles(shape, scales)), step).first;
  // Products of f32 may be rounded to fewer bits (TF32 on GPUs); in f64 they are not, and errors
  // are squared each time.
  x = convert(x, kF64);
  for (int i = 0; i < 2; ++i) x = cubic_step(x, 1);
  return convert(x, dtype);
}

Value random_orthogonal(Value key, DType dtype, Dim rows, Dim columns) {
  const bool is_wide = rows <= columns;
  const Dim k = std::min(rows, columns), l = std::max(rows, columns);
  // The largest singular value of a k x l normal matrix is below sqrt(k) + sqrt(l) + t but with
  // chance exp(-t^2 / 2).
  const double bound = std::sqrt(static_cast<double>(k)) + std::sqrt(static_cast<double>(l)) + 8;
  // The polar factor of a normal matrix is spread evenly over all orthogonal ones.
  const Value x = nearest_orthogonal(normal(key, {dtype, {k, l}}) / bound);
  return is_wide ? x : transpose(x);
}

}  // namespace hilo::nn
