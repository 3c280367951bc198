#include "hilo/kernels/matrices.h"
#include "hilo/kernels/solvers.h"

namespace hilo::kernels {
namespace {

ffi::Error svd(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> u, ffi::Result<ffi::AnyBuffer> s, ffi::Result<ffi::AnyBuffer> vt) {
  return for_type(x.element_type(), [&]<class T>(T) {
    const MatrixSizes of = sizes_of(x);
    const Eigen::Index k = std::min(of.rows, of.columns);
    const bool is_full = sizes_of(*u).columns > k || sizes_of(*vt).rows > k;
    const unsigned wanted = is_full ? Eigen::ComputeFullU | Eigen::ComputeFullV : Eigen::ComputeThinU | Eigen::ComputeThinV;
    for (Eigen::Index i = 0; i < of.count; ++i) {
      Eigen::Map<Eigen::Matrix<Real<T>, Eigen::Dynamic, 1>> values(vector<Real<T>>(s, i, k), k);
      const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> a = matrix<T>(x, i);
      if (a.allFinite()) {
        const Eigen::BDCSVD<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>> factors(a, wanted);
        matrix<T>(u, i) = factors.matrixU();
        values = factors.singularValues();
        matrix<T>(vt, i) = factors.matrixV().adjoint();
      } else {
        matrix<T>(u, i).setConstant(not_a_number<T>());
        values.setConstant(not_a_number<Real<T>>());
        matrix<T>(vt, i).setConstant(not_a_number<T>());
      }
    }
  });
}

}  // namespace

void register_svd() {
  using Any = ffi::AnyBuffer;
  register_custom_call("hilo_svd", ffi::Ffi::Bind().Arg<Any>().Ret<Any>().Ret<Any>().Ret<Any>().To(svd));
}

}  // namespace hilo::kernels
