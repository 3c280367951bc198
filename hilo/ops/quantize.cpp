#include "hilo/ops/quantize.h"

#include <algorithm>
#include <cmath>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

double least(const Quantization& q) {
  return q.storage_min ? static_cast<double>(*q.storage_min) : min_finite(q.storage);
}
double largest(const Quantization& q) {
  return q.storage_max ? static_cast<double>(*q.storage_max) : max_finite(q.storage);
}

void expect_fit(const Quantization& q, const Dims& dims) {
  const auto refuse = [](std::string problem, std::string expected, std::string constraint = {}) {
    return OpError({.problem = std::move(problem), .expected = std::move(expected), .constraint = std::move(constraint)});
  };
  if (!is_integer(q.storage) || !is_float(q.expressed) || bits(q.expressed) < 16 ||
      bits(q.storage) > bits(q.expressed) || bits(q.storage) > 32) {
    throw refuse(
        "cannot store " + std::string(name(q.expressed)) + " as " + std::string(name(q.storage)),
        "floats of 16 bits or more as integers of at most 32, and no more than the floats'");
  }
  const double low = least(q), high = largest(q);
  if (low < min_finite(q.storage) || high > max_finite(q.storage) || low >= high) {
    throw refuse("storage_min and storage_max do not fit " + std::string(name(q.storage)),
                 "a range within the storage's", "C1, C2, C3");
  }
  if (q.axis && (*q.axis < 0 || *q.axis >= std::ssize(dims)))
    throw refuse("axis " + std::to_string(*q.axis) + " is out of range",
                 "0 <= axis < rank", "C11, C1");  // C11, and C1 of per-axis tensors
  const Dim count = q.axis ? dims[static_cast<std::size_t>(*q.axis)] : 1;
  if (std::ssize(q.scales) != count ||
      std::ssize(q.zero_points) != count) {  // C9, C10, and C2 of per-axis tensors
    throw refuse(std::to_string(q.scales.size()) + " scales and " +
                     std::to_string(q.zero_points.size()) + " zero points",
                 std::to_string(count) + " of each", "C9, C10, C2");
  }
  for (std::size_t i = 0; i < q.scales.size(); ++i) {  // C5, C6, C7
    const bool is_scale = q.scales[i] > 0 && q.scales[i] <= max_finite(q.expressed);
    const auto zero = static_cast<double>(q.zero_points[i]);
    if (is_scale && zero >= low && zero <= high) continue;
    throw refuse("scale " + std::to_string(q.scales[i]) + " and zero point " +
                     std::to_string(q.zero_points[i]),
                 "positive finite scales, zero points within the storage's range");
  }
}

// Scales, or zero points, as f32 (f64 for f64) against x's axes. 32-bit integers need f64.
DType working_dtype(const Quantization& q) {
  return q.expressed == kF64 || bits(q.storage) > 16 ? kF64 : kF32;
}
Value along(const Quantization& q, const std::vector<double>& numbers, const Dims& dims) {
  const Value each = constant(from_doubles(
      {working_dtype(q), q.axis ? Dims{static_cast<Dim>(numbers.size())} : Dims{}}, numbers));
  return broadcast_in_dim(each, dims, q.axis ? Axes{*q.axis} : Axes{});
}
Value zero_points(const Quantization& q, const Dims& dims) {
  return along(q, {q.zero_points.begin(), q.zero_points.end()}, dims);
}

// The stored integers of x, and the numbers that stored integers stand for.
Value stored(const Quantization& q, Value x) {
  const Value steps = convert(x, working_dtype(q)) / along(q, q.scales, x.dims());
  return convert(
      round_nearest_even(minimum(maximum(steps + zero_points(q, x.dims()), least(q)), largest(q))),
      q.storage);
}
Value expressed(const Quantization& q, Value integers) {
  const Value steps = convert(integers, working_dtype(q)) - zero_points(q, integers.dims());
  return convert(steps * along(q, q.scales, integers.dims()), q.expressed);
}

Shape storage_shape(const Shape& s) {
  return s.quantization() ? Shape{s.quantization()->storage, s.dims} : s;
}

// Under a batch axis in front.
Quantization batched(Quantization q) {
  if (q.axis) ++*q.axis;
  return q;
}

struct UniformQuantize : NoFields {
  static constexpr std::string_view kName = "uniform_quantize";
  Quantization quantization{};  // of the result; StableHLO reads it off the type

  void complete(const OpParts& parts) {
    const Quantization* of_result = parts.result().quantization();
    if (of_result == nullptr) throw OpError({.problem = "the result is " + to_string(parts.result()), .expected = "a quantised tensor"});
    quantization = *of_result;
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    const Quantization* from = in[0].quantization();
    if ((from != nullptr ? from->expressed : in[0].dtype) != quantization.expressed) {
      throw OpError({.problem = "x is not what the quantization expresses",
                     .expected = std::string(name(quantization.expressed)), .constraint = "C2"});
    }
    expect_fit(quantization, in[0].dims);
    return {Shape::quantized(quantization, in[0].dims)};  // C1
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {uniform_quantize(b.in[0], batched(quantization))};
  }
  [[nodiscard]] Function lowering(std::string_view, Shapes in) const {
    const std::vector<Shape> plain = {storage_shape(in[0])};
    return trace(
        [&](std::span<const Value> p) {
          return std::vector{stored(
              quantization, in[0].quantization() ? expressed(*in[0].quantization(), p[0]) : p[0])};
        },
        plain);
  }
};

struct UniformDequantize : NoFields {
  static constexpr std::string_view kName = "uniform_dequantize";
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    if (in[0].quantization() == nullptr)
      throw OpError({.problem = "x is not quantised", .expected = "what uniform_quantize gives"});
    return {{in[0].quantization()->expressed, in[0].dims}};  // C1, C2
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {uniform_dequantize(b.in[0])};
  }
  [[nodiscard]] Function lowering(std::string_view, Shapes in) const {
    const std::vector<Shape> plain = {storage_shape(in[0])};
    return trace(
        [&](std::span<const Value> p) {
          return std::vector{expressed(*in[0].quantization(), p[0])};
        },
        plain);
  }
};

}  // namespace

void list_quantize_ops(OpTable& table) {
  table.add<UniformQuantize>();
  table.add<UniformDequantize>();
}

Value uniform_quantize(Operand x, Quantization quantization) {
  UniformQuantize op;
  op.quantization = std::move(quantization);
  return apply(std::move(op), {x.value}, x.where);
}

Value uniform_from_stored(Operand integers, Quantization quantization) {
  const CallSite site(integers.where);
  const Value numbers = expressed(quantization, convert(integers, quantization.storage));
  return uniform_quantize(Operand(numbers, integers.where), std::move(quantization));
}

Value uniform_dequantize(Operand x) { return apply(UniformDequantize{}, {x.value}, x.where); }

}  // namespace hilo
