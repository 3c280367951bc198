#include "hilo/core/array.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

#include "hilo/core/error.h"
#include "hilo/core/narrow.h"

namespace hilo {
namespace {

// PJRT takes host memory in place where it is aligned to a cache line.
constexpr std::align_val_t kAlignment{64};

template <class T>
struct Tag {
  using type = T;
};

// Calls `f(Tag<T>)` with the C++ type of `dtype`.
template <class F>
void with_type(DType dtype, F f) {
  switch (dtype) {
    case DType::kI1: return f(Tag<bool>{});
    case DType::kI8: return f(Tag<std::int8_t>{});
    case DType::kI16: return f(Tag<std::int16_t>{});
    case DType::kI32: return f(Tag<std::int32_t>{});
    case DType::kI64: return f(Tag<std::int64_t>{});
    case DType::kU8: return f(Tag<std::uint8_t>{});
    case DType::kU16: return f(Tag<std::uint16_t>{});
    case DType::kU32: return f(Tag<std::uint32_t>{});
    case DType::kU64: return f(Tag<std::uint64_t>{});
    case DType::kBF16: return f(Tag<BFloat16>{});
    case DType::kF16: return f(Tag<Float16>{});
    case DType::kF32: return f(Tag<float>{});
    case DType::kF64: return f(Tag<double>{});
    case DType::kC64: return f(Tag<std::complex<float>>{});
    case DType::kC128: return f(Tag<std::complex<double>>{});
    default: throw Error("no host conversion for dtype " + std::string(name(dtype)));
  }
}

template <class T>
constexpr bool kIsComplex = std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;
template <class T>
constexpr bool kIsHalf = std::is_same_v<T, BFloat16> || std::is_same_v<T, Float16>;

Dim checked_byte_size(const Shape& shape) {
  Dim count = checked_size(shape.dims);
  if (__builtin_mul_overflow(count, Dim{hilo::bytes(shape.dtype)}, &count)) {
    throw Error("array too large: " + to_string(shape));
  }
  return count;
}

// A float whose last bit says that something was cut off, so that rounding it to 16 bits rounds the double itself.
float rounded_to_odd(double value) {
  const auto near = static_cast<float>(value);
  if (static_cast<double>(near) == value || std::isnan(value) || std::isinf(near)) return near;
  auto bits = std::bit_cast<std::uint32_t>(near);
  if (std::abs(static_cast<double>(near)) > std::abs(value)) --bits;  // toward zero
  return std::bit_cast<float>(bits | 1);
}

// As XLA converts: truncated, the nearest end of the range for what is beyond it, 0 for NaN.
template <class To, class From>
To to_integer(From from) {
  using Limits = std::numeric_limits<To>;
  if (from != from) return 0;
  if (from <= static_cast<From>(Limits::min())) return Limits::min();
  if (from >= static_cast<From>(Limits::max())) return Limits::max();
  return static_cast<To>(from);
}

template <class To, class From>
To convert(From from) {
  if constexpr (kIsComplex<From> && kIsComplex<To>) {
    return To(static_cast<typename To::value_type>(from.real()), static_cast<typename To::value_type>(from.imag()));
  } else if constexpr (kIsComplex<From>) {
    return convert<To>(from.real());
  } else if constexpr (kIsHalf<From>) {
    return convert<To>(static_cast<float>(from));
  } else if constexpr (kIsComplex<To>) {
    return To(static_cast<typename To::value_type>(from));
  } else if constexpr (kIsHalf<To> && std::is_same_v<From, float>) {
    return To(from);
  } else if constexpr (kIsHalf<To>) {
    return To(rounded_to_odd(static_cast<double>(from)));
  } else if constexpr (std::is_same_v<To, bool>) {
    return from != From{};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return to_integer<To>(from);
  } else {
    return static_cast<To>(from);
  }
}

}  // namespace

Array::Array() : Array(Shape{DType::kF32, {0}}) {}

Array::Array(Shape shape) : shape_(std::move(shape)) {
  const auto count = static_cast<std::size_t>(checked_byte_size(shape_));
  auto* memory = static_cast<std::byte*>(::operator new(std::max<std::size_t>(count, 1), kAlignment));
  owner_ = std::shared_ptr<const void>(memory, [](const void* p) { ::operator delete(const_cast<void*>(p), kAlignment); });
  std::memset(memory, 0, count);
  bytes_ = {memory, count};
  is_writable_ = true;
}

Array::Array(Shape shape, std::shared_ptr<const void> owner, std::span<const std::byte> bytes)
    : shape_(std::move(shape)), owner_(std::move(owner)), bytes_(bytes) {
  const Dim expected = checked_byte_size(shape_);
  if (static_cast<std::size_t>(expected) != bytes.size()) {
    throw Error("array of " + to_string(shape_) + " needs " + std::to_string(expected) + " bytes, got " +
                std::to_string(bytes.size()));
  }
}

std::span<std::byte> Array::mutable_bytes() {
  if (!is_writable_ || owner_.use_count() != 1) {
    Array copy(shape_);
    std::copy(bytes_.begin(), bytes_.end(), const_cast<std::byte*>(copy.bytes_.data()));
    *this = std::move(copy);
  }
  return {const_cast<std::byte*>(bytes_.data()), bytes_.size()};
}

std::vector<double> Array::to_doubles() const {
  std::vector<double> result(static_cast<std::size_t>(size()));
  if (const DType dtype = shape_.dtype; is_narrow(dtype)) {
    std::ranges::transform(bytes_, result.begin(), [dtype](std::byte b) { return decode_narrow(dtype, std::to_integer<std::uint8_t>(b)); });
    return result;
  }
  with_type(shape_.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::ranges::transform(data<T>(), result.begin(), [](T v) { return convert<double>(v); });
  });
  return result;
}

Array Array::as(DType dtype) const {
  if (dtype == shape_.dtype) return *this;
  if (is_narrow(dtype) || is_narrow(shape_.dtype)) return from_doubles(shape_.with(dtype), to_doubles());
  Array result(shape_.with(dtype));
  with_type(shape_.dtype, [&](auto from) {
    using From = typename decltype(from)::type;
    with_type(dtype, [&](auto to) {
      using To = typename decltype(to)::type;
      std::ranges::transform(data<From>(), result.mutable_data<To>().begin(), [](From v) { return convert<To>(v); });
    });
  });
  return result;
}

Array Array::reshaped(Dims dims) const {
  Array result = *this;
  if (checked_size(dims) != size()) {
    throw Error("cannot view " + to_string(shape_) + " as " + to_string(dims) + ": sizes differ");
  }
  result.shape_.dims = std::move(dims);
  return result;
}

bool Array::operator==(const Array& other) const {
  return shape_ == other.shape_ && std::ranges::equal(bytes_, other.bytes_);
}

void Array::require(DType asked) const {
  if (asked == shape_.dtype) return;
  throw Error("array of " + to_string(shape_) + " read as " + std::string(name(asked)) +
              "; convert it first with as()");
}

Array from_doubles(const Shape& shape, std::span<const double> values) {
  if (static_cast<Dim>(values.size()) != checked_size(shape.dims)) {
    throw Error(to_string(shape) + " from " + std::to_string(values.size()) + " values: sizes differ");
  }
  Array result(shape);
  if (const DType dtype = shape.dtype; is_narrow(dtype)) {
    std::ranges::transform(values, result.mutable_bytes().begin(), [dtype](double v) { return std::byte{encode_narrow(dtype, v)}; });
    return result;
  }
  with_type(shape.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::ranges::transform(values, result.mutable_data<T>().begin(), [](double v) { return convert<T>(v); });
  });
  return result;
}

}  // namespace hilo
