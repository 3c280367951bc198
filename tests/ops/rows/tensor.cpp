#include "tests/ops/rows/tensor.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "hilo/core/error.h"

namespace hilo::test {
namespace {

// Floats of 8 bits and less, by the layout in their name: sign, exponent, fraction.
struct SmallFloat {
  int exponent_bits, fraction_bits, bias;
  enum { kIeee, kFinite, kFiniteNan, kUnsignedZero } specials;  // inf and NaN; none; NaN all ones; NaN as -0
};

SmallFloat small_float(DType dtype) {
  switch (dtype) {
    case DType::kF4E2M1FN: return {2, 1, 1, SmallFloat::kFinite};
    case DType::kF8E3M4: return {3, 4, 3, SmallFloat::kIeee};
    case DType::kF8E4M3: return {4, 3, 7, SmallFloat::kIeee};
    case DType::kF8E4M3B11FNUZ: return {4, 3, 11, SmallFloat::kUnsignedZero};
    case DType::kF8E4M3FN: return {4, 3, 7, SmallFloat::kFiniteNan};
    case DType::kF8E4M3FNUZ: return {4, 3, 8, SmallFloat::kUnsignedZero};
    case DType::kF8E5M2: return {5, 2, 15, SmallFloat::kIeee};
    case DType::kF8E5M2FNUZ: return {5, 2, 16, SmallFloat::kUnsignedZero};
    default: throw Error("no layout of " + std::string(name(dtype)));
  }
}

double decode_small(DType dtype, unsigned byte) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (dtype == DType::kF8E8M0FNU) return byte == 255 ? nan : std::ldexp(1.0, static_cast<int>(byte) - 127);
  const SmallFloat f = small_float(dtype);
  const int width = 1 + f.exponent_bits + f.fraction_bits;
  const unsigned sign_bit = 1U << (width - 1), magnitude = byte & (sign_bit - 1);
  const auto exponent = static_cast<int>(magnitude >> f.fraction_bits);
  const auto fraction = static_cast<int>(magnitude & ((1U << f.fraction_bits) - 1));
  const bool is_negative = (byte & sign_bit) != 0, is_top = exponent == (1 << f.exponent_bits) - 1;
  if (f.specials == SmallFloat::kIeee && is_top) {
    if (fraction != 0) return nan;
    return is_negative ? -HUGE_VAL : HUGE_VAL;
  }
  if (f.specials == SmallFloat::kFiniteNan && magnitude == sign_bit - 1) return nan;
  if (f.specials == SmallFloat::kUnsignedZero && byte == sign_bit) return nan;
  const double value = exponent == 0 ? std::ldexp(fraction, 1 - f.bias - f.fraction_bits)
                                     : std::ldexp((1 << f.fraction_bits) + fraction, exponent - f.bias - f.fraction_bits);
  return is_negative ? -value : value;
}

// All values of a small float, by byte.
const std::vector<double>& small_values(DType dtype) {
  static auto& tables = *new std::map<DType, std::vector<double>>;
  std::vector<double>& table = tables[dtype];
  for (unsigned byte = 0; table.size() < (std::size_t{1} << bits(dtype)); ++byte) table.push_back(decode_small(dtype, byte));
  return table;
}

std::byte encode_small(DType dtype, double value) {
  const std::vector<double>& table = small_values(dtype);
  std::size_t best = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const bool is_nearer = std::abs(table[i] - value) < std::abs(table[best] - value);
    if (is_nearer || (std::isnan(value) && std::isnan(table[i]))) best = i;
  }
  return static_cast<std::byte>(best);
}

bool is_small_float(DType d) { return is_float(d) && bits(d) <= 8; }
bool is_sub_byte_integer(DType d) { return is_integer(d) && bits(d) < 8; }

// The low bits of an integer as its dtype reads them.
std::int64_t wrapped(std::int64_t value, DType dtype) {
  const int unused = 64 - bits(dtype);
  const std::uint64_t shifted = static_cast<std::uint64_t>(value) << unused;
  return is_signed(dtype) ? static_cast<std::int64_t>(shifted) >> unused : static_cast<std::int64_t>(shifted >> unused);
}

}  // namespace

template <>
Tensor<std::int64_t> decode(const Array& array);

template <>
Tensor<double> decode(const Array& array) {
  if (!is_small_float(array.shape().dtype)) {
    if (is_sub_byte_integer(array.shape().dtype)) {
      const Tensor<std::int64_t> whole = decode<std::int64_t>(array);
      return {whole.dims, {whole.data.begin(), whole.data.end()}};
    }
    return {array.shape().dims, array.to_doubles()};
  }
  Tensor<double> result{array.shape().dims, {}};
  for (std::byte b : array.bytes()) result.data.push_back(decode_small(array.shape().dtype, std::to_integer<unsigned>(b)));
  return result;
}

template <>
Tensor<std::int64_t> decode(const Array& array) {
  Tensor<std::int64_t> result{array.shape().dims, {}};
  const DType dtype = array.shape().dtype;
  if (is_bool(dtype) || is_sub_byte_integer(dtype)) {
    for (std::byte b : array.bytes()) {
      const auto value = std::to_integer<std::int64_t>(b);
      result.data.push_back(is_bool(dtype) ? (value != 0 ? 1 : 0) : wrapped(value, dtype));
    }
  } else {
    const Array wide = array.as(kI64);
    result.data.assign(wide.data<std::int64_t>().begin(), wide.data<std::int64_t>().end());
  }
  return result;
}

template <>
Tensor<Complex> decode(const Array& array) {
  Tensor<Complex> result{array.shape().dims, {}};
  if (is_complex(array.shape().dtype)) {
    const Array wide = array.as(kC128);
    result.data.assign(wide.data<Complex>().begin(), wide.data<Complex>().end());
  } else {
    const Tensor<double> real = decode<double>(array);
    result.data.assign(real.data.begin(), real.data.end());
  }
  return result;
}

template <>
Array encode(const Tensor<std::int64_t>& numbers, DType dtype) {
  if (!is_sub_byte_integer(dtype)) return Array::of<std::int64_t>(numbers.dims, numbers.data).as(dtype);
  Array result(Shape{dtype, numbers.dims});
  const std::span<std::byte> to = result.mutable_bytes();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<std::byte>(wrapped(numbers.data[i], dtype));
  return result;
}

template <>
Array encode(const Tensor<double>& numbers, DType dtype) {
  if (is_integer(dtype)) return encode(Tensor<std::int64_t>{numbers.dims, {numbers.data.begin(), numbers.data.end()}}, dtype);
  if (!is_small_float(dtype)) return from_doubles({dtype, numbers.dims}, numbers.data);
  Array result(Shape{dtype, numbers.dims});
  const std::span<std::byte> to = result.mutable_bytes();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = encode_small(dtype, numbers.data[i]);
  return result;
}

template <>
Array encode(const Tensor<Complex>& numbers, DType dtype) {
  if (is_complex(dtype)) return Array::of<Complex>(numbers.dims, numbers.data).as(dtype);
  Tensor<double> real{numbers.dims, {}};
  for (const Complex& z : numbers.data) real.data.push_back(z.real());
  return encode(real, dtype);
}

double spacing(DType dtype, double value) {
  double least = 0;  // between the smallest numbers
  if (is_small_float(dtype)) {
    for (double v : small_values(dtype)) {
      if (v > 0 && (least == 0 || v < least)) least = v;
    }
  }
  return std::max(least, epsilon(dtype) * std::abs(value));
}

}  // namespace hilo::test
