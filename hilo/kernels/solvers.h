#pragma once

namespace hilo::kernels {

/// hilo_cholesky, hilo_triangular_solve, hilo_lu, hilo_solve, hilo_qr: in solvers.cpp; hilo_eigh: in eigh.cpp; hilo_svd:
/// in svd.cpp; hilo_eig, hilo_schur: in eig.cpp. Operands, results and attributes are those of the ops that name them.
void register_solvers();
void register_eigh();
void register_svd();
void register_eig();

}  // namespace hilo::kernels
