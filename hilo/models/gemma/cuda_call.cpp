#include "hilo/models/gemma/cuda_call.h"

namespace hilo::models::gemma {

std::vector<Value> call_cuda_kernel(const kernels::CudaKernel& kernel, Operands operands,
                                    std::vector<Shape> results,
                                    std::vector<CustomOp::InPlace> in_place) {
  const CustomOp call{.name = "__gpu$xla.gpu.ptx",
                      .infer = [&](Shapes) { return results; },
                      .in_place = std::move(in_place)};
  const auto& [x, y, z] = kernel.blocks;
  return custom_call(call, operands,
                     {{"name", kernel.name},
                      {"kernel_type", "ptx"},
                      {"kernel_data", kernel.ptx},
                      {"grid_x", x},
                      {"grid_y", y},
                      {"grid_z", z},
                      {"block_x", kernel.threads},
                      {"block_y", 1},
                      {"block_z", 1},
                      {"shared_mem_bytes", 0}});
}

}  // namespace hilo::models::gemma
