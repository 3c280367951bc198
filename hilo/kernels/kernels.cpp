#include "hilo/kernels/kernels.h"

#include <mutex>

#include "hilo/kernels/block_products.h"
#include "hilo/kernels/decoder_layer.h"
#include "hilo/kernels/solvers.h"

namespace hilo::kernels {

void register_all() {
  static std::once_flag once;
  std::call_once(once, [] {
    register_solvers();
    register_eigh();
    register_svd();
    register_eig();
    register_block_products();
    register_row_kernels();
    register_attention_step();
  });
}

}  // namespace hilo::kernels
