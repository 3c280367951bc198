#pragma once
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "hilo/core/shape.h"

namespace hilo {

/// A dense row-major array in host memory. Copies share the bytes; `mutable_*` makes them this handle's own first.
class Array {
 public:
  /// An empty f32[0].
  Array();
  /// Zeros. Throws Error if the shape is dynamic or its size does not fit memory.
  explicit Array(Shape shape);
  /// Takes over bytes that somebody else owns (a memory-mapped file, say); `owner` keeps them alive.
  /// Throws Error if `bytes` is not exactly the shape's size.
  Array(Shape shape, std::shared_ptr<const void> owner, std::span<const std::byte> bytes);

  /// The elements of `values` in row-major order, as dtype_of<T>. Throws Error unless sizes agree.
  template <class T>
  static Array of(Dims dims, const std::vector<T>& values);
  /// A scalar.
  template <class T>
  static Array scalar(T value);

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] Dim size() const { return shape_.size(); }

  /// The elements. Throws Error if T is not the array's dtype; nothing is converted.
  template <class T>
  [[nodiscard]] std::span<const T> data() const {
    require(dtype_of<T>);
    return {reinterpret_cast<const T*>(bytes_.data()), static_cast<std::size_t>(size())};
  }
  template <class T>
  [[nodiscard]] std::span<T> mutable_data() {
    require(dtype_of<T>);
    return {reinterpret_cast<T*>(mutable_bytes().data()), static_cast<std::size_t>(size())};
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] std::span<std::byte> mutable_bytes();

  /// Every element as a double (complex: the real part; 64-bit integers may round).
  [[nodiscard]] std::vector<double> to_doubles() const;
  /// The same numbers in another dtype: round to nearest even for floats; to integers as XLA does it: truncated, the
  /// nearest end of the range for numbers beyond it, 0 for NaN. Throws Error for tokens.
  [[nodiscard]] Array as(DType dtype) const;
  /// The same bytes under other dims. Throws Error if the sizes differ.
  [[nodiscard]] Array reshaped(Dims dims) const;

  /// Same shape and same bytes (so NaN equals NaN, and -0 is not 0).
  bool operator==(const Array& other) const;

 private:
  void require(DType asked) const;

  Shape shape_;
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
  bool is_writable_ = false;  // memory of our own, not a mapped file's
};

/// An array from doubles, converted one by one as `Array::as` does. Throws Error if the sizes differ.
Array from_doubles(const Shape& shape, std::span<const double> values);

template <class T>
Array Array::of(Dims dims, const std::vector<T>& values) {
  Array result(Shape{dtype_of<T>, {static_cast<Dim>(values.size())}});
  std::copy(values.begin(), values.end(), result.template mutable_data<T>().begin());
  return result.reshaped(std::move(dims));
}

template <class T>
Array Array::scalar(T value) {
  Array result(Shape{dtype_of<T>, {}});
  result.mutable_data<T>()[0] = value;
  return result;
}

}  // namespace hilo
