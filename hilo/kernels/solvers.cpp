#include "hilo/kernels/solvers.h"

#include <numeric>

#include "hilo/kernels/matrices.h"

namespace hilo::kernels {
namespace {

ffi::Error cholesky(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> y, bool is_lower) {
  return for_type(x.element_type(), [&]<class T>(T) {
    for (Eigen::Index i = 0; i < sizes_of(x).count; ++i) {
      MatrixView<T> out = matrix<T>(y, i);
      // Of the lower triangle; what is in the upper one counts for nothing.
      Eigen::LLT<Matrix<T>> llt(is_lower ? Matrix<T>(matrix<T>(x, i)) : Matrix<T>(matrix<T>(x, i).adjoint()));
      if (llt.info() != Eigen::Success) out.setConstant(not_a_number<T>());
      else if (is_lower) out = llt.matrixL();
      else out = llt.matrixU();
    }
  });
}

template <unsigned Mode, class T>
void solve_in_place(const Matrix<T>& a, MatrixView<T> b, bool is_left) {
  if (is_left) a.template triangularView<Mode>().solveInPlace(b);
  else a.template triangularView<Mode>().template solveInPlace<Eigen::OnTheRight>(b);
}

ffi::Error triangular_solve(ffi::AnyBuffer a, ffi::AnyBuffer b, ffi::Result<ffi::AnyBuffer> x, bool is_left, bool is_lower, bool has_unit_diagonal,
                            std::int64_t transposition) {
  return for_type(a.element_type(), [&]<class T>(T) {
    for (Eigen::Index i = 0; i < sizes_of(a).count; ++i) {
      Matrix<T> m = matrix<T>(a, i);
      if (transposition == 1) m.transposeInPlace();
      if (transposition == 2) m.adjointInPlace();
      const bool is_now_lower = is_lower == (transposition == 0);
      MatrixView<T> out = matrix<T>(x, i);
      out = matrix<T>(b, i);
      if (is_now_lower && has_unit_diagonal) solve_in_place<Eigen::UnitLower, T>(m, out, is_left);
      else if (is_now_lower) solve_in_place<Eigen::Lower, T>(m, out, is_left);
      else if (has_unit_diagonal) solve_in_place<Eigen::UnitUpper, T>(m, out, is_left);
      else solve_in_place<Eigen::Upper, T>(m, out, is_left);
    }
  });
}

ffi::Error lu(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> packed, ffi::Result<ffi::AnyBuffer> permutation, ffi::Result<ffi::AnyBuffer> parity) {
  return for_type(x.element_type(), [&]<class T>(T) {
    const Eigen::Index n = sizes_of(x).rows;
    for (Eigen::Index i = 0; i < sizes_of(x).count; ++i) {
      const Eigen::PartialPivLU<Matrix<T>> factors(matrix<T>(x, i));
      matrix<T>(packed, i) = factors.matrixLU();
      const auto& indices = factors.permutationP().indices();  // row k goes to indices[k]
      auto* rows = vector<std::int32_t>(permutation, i, n);
      for (Eigen::Index k = 0; k < n; ++k) rows[indices[k]] = static_cast<std::int32_t>(k);
      *vector<T>(parity, i, 1) = T(static_cast<Real<T>>(factors.permutationP().determinant()));
    }
  });
}

ffi::Error solve(ffi::AnyBuffer a, ffi::AnyBuffer b, ffi::Result<ffi::AnyBuffer> x) {
  return for_type(a.element_type(), [&]<class T>(T) {
    for (Eigen::Index i = 0; i < sizes_of(a).count; ++i) {
      matrix<T>(x, i) = Eigen::PartialPivLU<Matrix<T>>(matrix<T>(a, i)).solve(matrix<T>(b, i));
    }
  });
}

ffi::Error qr(ffi::AnyBuffer x, ffi::Result<ffi::AnyBuffer> q, ffi::Result<ffi::AnyBuffer> r) {
  return for_type(x.element_type(), [&]<class T>(T) {
    const MatrixSizes of_q = sizes_of(*q);
    for (Eigen::Index i = 0; i < of_q.count; ++i) {
      const Eigen::HouseholderQR<Matrix<T>> factors(matrix<T>(x, i));
      matrix<T>(q, i) = factors.householderQ() * Matrix<T>::Identity(of_q.rows, of_q.columns);
      const Matrix<T> upper = factors.matrixQR().topRows(of_q.columns);
      matrix<T>(r, i) = upper.template triangularView<Eigen::Upper>();
    }
  });
}

}  // namespace

void register_solvers() {
  using Any = ffi::AnyBuffer;
  register_custom_call("hilo_cholesky", ffi::Ffi::Bind().Arg<Any>().Ret<Any>().Attr<bool>("is_lower").To(cholesky));
  register_custom_call("hilo_triangular_solve", ffi::Ffi::Bind().Arg<Any>().Arg<Any>().Ret<Any>().Attr<bool>("is_left").Attr<bool>("is_lower")
                                                    .Attr<bool>("has_unit_diagonal").Attr<std::int64_t>("transposition").To(triangular_solve));
  register_custom_call("hilo_lu", ffi::Ffi::Bind().Arg<Any>().Ret<Any>().Ret<Any>().Ret<Any>().To(lu));
  register_custom_call("hilo_solve", ffi::Ffi::Bind().Arg<Any>().Arg<Any>().Ret<Any>().To(solve));
  register_custom_call("hilo_qr", ffi::Ffi::Bind().Arg<Any>().Ret<Any>().Ret<Any>().To(qr));
}

}  // namespace hilo::kernels
