#pragma once
#include <Eigen/Dense>
#include <complex>
#include <limits>
#include <string>

#include "hilo/custom_call.h"

// Buffers of XLA as matrices of Eigen, for kernels on the last two axes of their operands.
namespace hilo::kernels {

namespace ffi = xla::ffi;

/// Batches of row-major matrices, one behind the other.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using MatrixView = Eigen::Map<Matrix<T>>;
template <class T>
using ConstMatrixView = Eigen::Map<const Matrix<T>>;

/// How many matrices, and of which size.
struct MatrixSizes {
  Eigen::Index count = 1, rows = 1, columns = 1;
};
inline MatrixSizes sizes_of(ffi::AnyBuffer x) {
  const auto dims = x.dimensions();
  MatrixSizes s{1, dims[dims.size() - 2], dims[dims.size() - 1]};
  for (std::size_t i = 0; i + 2 < dims.size(); ++i) s.count *= dims[i];
  return s;
}

/// Matrix `i` of a buffer.
template <class T>
ConstMatrixView<T> matrix(ffi::AnyBuffer x, Eigen::Index i) {
  const MatrixSizes s = sizes_of(x);
  return {static_cast<const T*>(x.untyped_data()) + i * s.rows * s.columns, s.rows, s.columns};
}
template <class T>
MatrixView<T> matrix(ffi::Result<ffi::AnyBuffer>& x, Eigen::Index i) {
  const MatrixSizes s = sizes_of(*x);
  return {static_cast<T*>(x->untyped_data()) + i * s.rows * s.columns, s.rows, s.columns};
}
/// Vector `i` of `length` elements.
template <class T>
T* vector(ffi::Result<ffi::AnyBuffer>& x, Eigen::Index i, Eigen::Index length) {
  return static_cast<T*>(x->untyped_data()) + i * length;
}

template <class T>
using Real = typename Eigen::NumTraits<T>::Real;
/// What results are filled with where there are none.
template <class T>
T not_a_number() {
  return T(std::numeric_limits<Real<T>>::quiet_NaN());
}

/// `run(T{})` for the C++ type of the buffer's elements.
template <class F>
ffi::Error for_type(ffi::DataType dtype, F run) {
  switch (dtype) {
    case ffi::DataType::F32: run(float{}); break;
    case ffi::DataType::F64: run(double{}); break;
    case ffi::DataType::C64: run(std::complex<float>{}); break;
    case ffi::DataType::C128: run(std::complex<double>{}); break;
    default: return ffi::Error::InvalidArgument("no kernel for this dtype");
  }
  return ffi::Error::Success();
}

}  // namespace hilo::kernels
