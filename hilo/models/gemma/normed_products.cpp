#include "hilo/models/gemma/normed_products.h"

#include <algorithm>

#include "hilo/kernels/decoder_layer_cuda.h"
#include "hilo/models/gemma/cuda_call.h"
#include "hilo/nn/layer_norm.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/exact_products.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/slice.h"

namespace hilo::models::gemma {
namespace {

constexpr double kScaleOffset = 1;  // scales are kept as distances from 1

// x [..,D] times the rows of a matrix [n,D], in its dtype.
Value product(Value x, Value matrix, DType out) {
  const ExactProducts exact(matrix.dtype() == kF32);
  return dot_general(
      convert(x, matrix.dtype()), matrix,
      {.lhs_contracting_dimensions = {x.rank() - 1}, .rhs_contracting_dimensions = {1}}, out);
}

// Operands: x, scale, matrix, and added and added_scale if they are there. Results: the products,
// and the sum if something is added.
struct NormedProducts : ByFormula<NormedProducts> {
  static constexpr std::string_view kName = "hilo.normed_products";
  double epsilon = 0;
  std::int64_t dtype = 0;  // that products are rounded to, of DType
  bool is_gated = false;
  static void fields(auto&& field) {
    field("epsilon", &NormedProducts::epsilon);
    field("dtype", &NormedProducts::dtype);
    field("is_gated", &NormedProducts::is_gated);
  }

  [[nodiscard]] DType rounded() const { return static_cast<DType>(dtype); }
  [[nodiscard]] static Stream stream_of(std::span<const Value> p) {
    return {.x = p[0],
            .added = p.size() > 3 ? p[3] : Value(),
            .added_scale = p.size() > 4 ? p[4] : Value()};
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    Shape products{is_gated ? in[2].dtype : rounded(), in[0].dims};
    products.dims.back() = in[2].dim(0) / (is_gated ? 2 : 1);
    std::vector<Shape> results = {products};
    if (in.size() > 3) results.push_back(in[0]);
    return results;
  }
  // Of vectors that are normed, [..,D].
  [[nodiscard]] Value products(Value normed, Value matrix) const {
    const Value y = product(normed, matrix, rounded());
    if (!is_gated) return y;
    const Dim half = y.dim(-1) / 2;
    const Value gate = convert(slice_axis(y, -1, 0, half), kF32),
                up = convert(slice_axis(y, -1, half, 2 * half), kF32);
    return convert(gelu_tanh(gate) * up, matrix.dtype());
  }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace(
        [&](std::span<const Value> p) {
          Stream stream = stream_of(p);
          Config norms;
          norms.norm_epsilon = epsilon;
          std::vector<Value> results = {products(normed(stream, p[1], norms), p[2])};
          if (p.size() > 3) results.push_back(stream.x);
          return results;
        },
        in);
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return formula(in);
  }

  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    const Dim width = in[0].dim(-1), count = in[2].dim(0) / (is_gated ? 2 : 1);
    if (platform != "cuda" || in[0].dtype != kF32 || in[2].dtype != kBF16 || rounded() != kBF16 ||
        in[0].size() > kFewRows * width)
      return {};
    using Sum = kernels::NormedRows::Sum;
    const kernels::NormedRows rows{.count = in[0].size() / std::max<Dim>(width, 1),
                                   .width = width,
                                   .epsilon = epsilon,
                                   .offset = kScaleOffset,
                                   .sum = in.size() == 3   ? Sum::kNone
                                          : in.size() == 4 ? Sum::kAdded
                                                           : Sum::kNormedAndAdded};
    if (const auto at_once = kernels::normed_products_kernel(rows, count, is_gated))
      return trace(
          [&](std::span<const Value> p) { return call_cuda_kernel(*at_once, p, infer(in)); }, in);
    const auto norms = kernels::norm_rows_kernel(rows);
    if (!norms) return {};
    return trace(
        [&](std::span<const Value> p) {
          std::vector<Value> operands(p.begin(), p.end());
          operands.erase(operands.begin() + 2);  // the matrix
          std::vector<Shape> results = infer(in);
          results[0] = {kBF16, in[0].dims};
          std::vector<Value> out = call_cuda_kernel(*norms, operands, results);
          out[0] = products(out[0], p[2]);
          return out;
        },
        in);
  }

  static constexpr Dim kFewRows = 512;  // from here on XLA's own kernels are as large
};

// Operands: x, matrix.
struct PlainProducts : ByFormula<PlainProducts> {
  static constexpr std::string_view kName = "hilo.plain_products";
  static void fields(auto&&) {}

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    Shape products{kF32, in[0].dims};
    products.dims.back() = in[1].dim(0);
    return {products};
  }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace([](std::span<const Value> p) { return std::vector{product(p[0], p[1], kF32)}; },
                 in);
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return formula(in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    const Dim width = in[0].dim(-1);
    if (platform != "cuda" || in[0].dtype != kBF16 || in[1].dtype != kBF16 || in[0].size() != width)
      return {};
    const auto kernel = kernels::products_kernel(width, in[1].dim(0));
    if (!kernel) return {};
    return trace([&](std::span<const Value> p) { return call_cuda_kernel(*kernel, p, infer(in)); },
                 in);
  }
};

}  // namespace

Value normed(Stream& stream, Value scale, const Config& c) {
  const nn::RmsNormOptions options{.epsilon = c.norm_epsilon, .scale_offset = kScaleOffset};
  if (stream.added) {
    const Value y =
        stream.added_scale ? nn::rms_norm(stream.added, stream.added_scale, options) : stream.added;
    stream = {.x = convert(stream.x + convert(y, stream.x.dtype()), stream.x.dtype())};
  }
  return nn::rms_norm(convert(stream.x, kF32), scale, options);
}

Value normed_products(Stream& stream, Value scale, Value matrix, bool is_gated, const Config& c) {
  NormedProducts op;
  op.epsilon = c.norm_epsilon;
  op.dtype = static_cast<std::int64_t>(c.precision.inner);
  op.is_gated = is_gated;
  std::vector<Value> in = {stream.x, scale, matrix};
  if (stream.added) in.push_back(stream.added);
  if (stream.added_scale) in.push_back(stream.added_scale);
  const std::vector<Value> out = apply_all(op, in);
  if (out.size() > 1) stream = {.x = out[1]};
  return out[0];
}

Value plain_products(Value x, Value matrix) {
  return apply(PlainProducts{}, {convert(x, matrix.dtype()), matrix});
}

}  // namespace hilo::models::gemma
