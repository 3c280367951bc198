#include <cmath>

#include "hilo/kernels/matrices.h"
#include "hilo/kernels/solvers.h"

namespace hilo::kernels {
namespace {

template <class T>
using Columns = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
constexpr bool kIsReal = std::is_same_v<T, Real<T>>;

// The direction in the complex plane that LAPACK gives: the largest component of a column is real. A column that is real stays.
template <class C>
void turn_columns(Columns<C>& vectors) {
  for (Eigen::Index j = 0; j < vectors.cols(); ++j) {
    if (vectors.col(j).imag().isZero(0)) continue;
    Eigen::Index largest = 0;
    const auto size = vectors.col(j).cwiseAbs().maxCoeff(&largest);
    if (size > 0) vectors.col(j) *= std::conj(vectors(largest, j)) / size;
  }
}

ffi::Error eig(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> values, ffi::Result<ffi::AnyBuffer> vectors) {
  return for_type(x.element_type(), [&]<class T>(T) {
    using C = std::complex<Real<T>>;
    using Solver = std::conditional_t<kIsReal<T>, Eigen::EigenSolver<Columns<Real<T>>>, Eigen::ComplexEigenSolver<Columns<C>>>;
    const Eigen::Index n = sizes_of(x).rows;
    for (Eigen::Index i = 0; i < sizes_of(x).count; ++i) {
      Eigen::Map<Eigen::Matrix<C, Eigen::Dynamic, 1>> w(vector<C>(values, i, n), n);
      MatrixView<C> v = matrix<C>(vectors, i);
      const ConstMatrixView<T> a = matrix<T>(x, i);
      w.setConstant(not_a_number<C>());
      v.setConstant(not_a_number<C>());
      if (!a.allFinite()) continue;
      const Solver solver{Columns<T>(a)};
      if (solver.info() != Eigen::Success) continue;
      w = solver.eigenvalues();
      Columns<C> columns = solver.eigenvectors();
      turn_columns(columns);
      v = columns;
    }
  });
}

// The block of T at k, with a pair of conjugate eigenvalues, gets equal elements on its diagonal by a rotation (LAPACK's lanv2).
template <class R>
void standardize(Columns<R>& t, Columns<R>& z, Eigen::Index k) {
  const R difference = t(k, k) - t(k + 1, k + 1), sum = t(k, k + 1) + t(k + 1, k);
  if (difference != 0) {
    const R length = std::hypot(sum, difference), c = std::sqrt((1 + std::abs(sum) / length) / 2);
    const R s = -(difference / 2) / (length * c) * std::copysign(R(1), sum);
    const Eigen::JacobiRotation<R> rotation(c, -s);
    t.applyOnTheLeft(k, k + 1, rotation.adjoint());
    t.applyOnTheRight(k, k + 1, rotation);
    z.applyOnTheRight(k, k + 1, rotation);
    t(k, k) = t(k + 1, k + 1) = (t(k, k) + t(k + 1, k + 1)) / 2;
  }
}

ffi::Error schur(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> triangular, ffi::Result<ffi::AnyBuffer> vectors) {
  return for_type(x.element_type(), [&]<class T>(T) {
    using Solver = std::conditional_t<kIsReal<T>, Eigen::RealSchur<Columns<Real<T>>>, Eigen::ComplexSchur<Columns<std::complex<Real<T>>>>>;
    for (Eigen::Index i = 0; i < sizes_of(x).count; ++i) {
      MatrixView<T> t = matrix<T>(triangular, i), z = matrix<T>(vectors, i);
      const ConstMatrixView<T> a = matrix<T>(x, i);
      t.setConstant(not_a_number<T>());
      z.setConstant(not_a_number<T>());
      if (!a.allFinite()) continue;
      const Solver solver{Columns<T>(a)};
      if (solver.info() != Eigen::Success) continue;
      Columns<T> form = solver.matrixT(), frame = solver.matrixU();
      if constexpr (kIsReal<T>) {
        for (Eigen::Index k = 0; k + 1 < form.rows(); ++k) {
          if (form(k + 1, k) != 0) standardize(form, frame, k);
        }
      }
      t = form;
      z = frame;
    }
  });
}

}  // namespace

void register_eig() {
  using Any = ffi::AnyBuffer;
  register_custom_call("hilo_eig", ffi::Ffi::Bind().Arg<Any>().Ret<Any>().Ret<Any>().To(eig));
  register_custom_call("hilo_schur", ffi::Ffi::Bind().Arg<Any>().Ret<Any>().Ret<Any>().To(schur));
}

}  // namespace hilo::kernels
