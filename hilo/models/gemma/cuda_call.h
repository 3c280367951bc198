#pragma once
#include <vector>

#include "hilo/kernels/cuda_kernel.h"
#include "hilo/ops/custom_call.h"

// Calls of CUDA kernels: for the sources of this room.

namespace hilo::models::gemma {

/// Runs a kernel on the device: its arguments are the operands, then the results, row-major. For
/// programs of the platform "cuda", whose plugin has to be of mid-2025 or newer. Source:
/// `__gpu$xla.gpu.ptx` in XLA (xla/service/gpu/kernel_call.h).
std::vector<Value> call_cuda_kernel(const kernels::CudaKernel& kernel, Operands operands,
                                    std::vector<Shape> results,
                                    std::vector<CustomOp::InPlace> in_place = {});

}  // namespace hilo::models::gemma
