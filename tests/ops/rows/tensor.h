#pragma once
#include <complex>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "hilo/core/array.h"

// What references are written with: dense tensors of plain C++ numbers, and no code of the library but the shapes.
namespace hilo::test {

using Complex = std::complex<double>;
using Index = std::vector<Dim>;

/// A row-major tensor of double, std::int64_t or Complex, whatever dtype it stands for.
template <class T>
struct Tensor {
  Dims dims{};
  std::vector<T> data{};

  [[nodiscard]] std::size_t offset(const Index& index) const {
    std::size_t result = 0;
    for (std::size_t i = 0; i < dims.size(); ++i) result = result * static_cast<std::size_t>(dims[i]) + static_cast<std::size_t>(index[i]);
    return result;
  }
  [[nodiscard]] const T& at(const Index& index) const { return data[offset(index)]; }
  [[nodiscard]] T& at(const Index& index) { return data[offset(index)]; }
  /// Whether `index` lies inside.
  [[nodiscard]] bool holds(const Index& index) const {
    for (std::size_t i = 0; i < dims.size(); ++i) {
      if (index[i] < 0 || index[i] >= dims[i]) return false;
    }
    return true;
  }
};

template <class T>
using Tensors = std::vector<Tensor<T>>;

/// Calls `visit(index)` for every index, in row-major order.
inline void for_each_index(const Dims& dims, const std::function<void(const Index&)>& visit) {
  for (Dim d : dims) {
    if (d == 0) return;
  }
  Index index(dims.size(), 0);
  while (true) {
    visit(index);
    std::size_t axis = dims.size();
    while (axis > 0 && ++index[axis - 1] == dims[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

/// The tensor whose element at each index is `element(index)`.
template <class T, class F>
Tensor<T> generate(const Dims& dims, F element) {
  Tensor<T> result{dims, {}};
  for_each_index(dims, [&](const Index& index) { result.data.push_back(static_cast<T>(element(index))); });
  return result;
}

/// The elements of an array as numbers: T is double, std::int64_t (bits above the dtype's width are the sign) or Complex.
template <class T>
Tensor<T> decode(const Array& array);
/// The nearest numbers of `dtype`; integers wrap around.
template <class T>
Array encode(const Tensor<T>& numbers, DType dtype);

/// Spacing of the numbers of a float next to `value`.
double spacing(DType dtype, double value);

}  // namespace hilo::test
