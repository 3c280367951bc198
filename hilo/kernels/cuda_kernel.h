#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Kernels in CUDA C++ that a program carries with it as PTX, which XLA's CUDA plugin takes as
// custom calls. NVRTC, which comes with the plugin, makes the PTX of source and sizes while the
// program is built: no CUDA toolkit is needed to build Hilo.
namespace hilo::kernels {

/// The device that kernels are made for: the first of this machine.
struct CudaDevice {
  int capability = 0;  ///< 90 for 9.0
  int multiprocessors = 0;
};
/// None where CUDA's driver or NVRTC is missing, or the device is older than 7.5: programs hold no
/// kernels then.
std::optional<CudaDevice> cuda_device();

/// Constants of a source, such as {"WARPS", "8"}.
using CudaConstants = std::vector<std::pair<std::string, std::string>>;

/// A kernel as a program holds it. Its arguments are the operands of the call, then the results.
struct CudaKernel {
  std::string name, ptx;
  std::array<std::int32_t, 3> blocks{1, 1, 1};
  std::int32_t threads = 0;
};

/// The PTX of `source` behind halves.cuh, kept for the process.
/// Throws:  DeviceError with what NVRTC says of the source.
std::string ptx_of(const char* source, const CudaDevice& device, const CudaConstants& constants);

}  // namespace hilo::kernels
