#include "hilo/kernels/matrices.h"
#include "hilo/kernels/solvers.h"

namespace hilo::kernels {
namespace {

ffi::Error eigh(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> values, ffi::Result<ffi::AnyBuffer> vectors) {
  return for_type(x.element_type(), [&]<class T>(T) {
    const Eigen::Index n = sizes_of(x).rows;
    for (Eigen::Index i = 0; i < sizes_of(x).count; ++i) {
      Eigen::Map<Eigen::Matrix<Real<T>, Eigen::Dynamic, 1>> w(vector<Real<T>>(values, i, n), n);
      MatrixView<T> v = matrix<T>(vectors, i);
      const ConstMatrixView<T> a = matrix<T>(x, i);
      const Eigen::SelfAdjointEigenSolver<Matrix<T>> solver(a);
      if (solver.info() == Eigen::Success && a.allFinite()) {
        w = solver.eigenvalues();
        v = solver.eigenvectors();
      } else {
        w.setConstant(not_a_number<Real<T>>());
        v.setConstant(not_a_number<T>());
      }
    }
  });
}

}  // namespace

void register_eigh() {
  using Any = ffi::AnyBuffer;
  register_custom_call("hilo_eigh", ffi::Ffi::Bind().Arg<Any>().Ret<Any>().Ret<Any>().To(eigh));
}

}  // namespace hilo::kernels
