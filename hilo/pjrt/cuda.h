#pragma once
#include <string>
#include <vector>

#include "hilo/pjrt/machine.h"

namespace hilo::pjrt {

/// Whether the file is a CUDA plugin, by its name.
bool is_cuda_plugin(const std::string& path);

/// NVIDIA's libraries, opened for a CUDA plugin.
struct CudaLibraries {
  std::string folder;       ///< the `nvidia` folder that they are in; empty if there is none
  std::string data_folder;  ///< XLA's CUDA data folder: has `bin/ptxas` and `nvvm/libdevice`
  std::vector<std::string> opened;  ///< paths, in the order of opening
  struct Refused {
    std::string path, reason;
  };
  std::vector<Refused> refused;  ///< those that cannot be opened, with the linker's words

  /// A line for each of what is missing; empty if nothing is.
  [[nodiscard]] std::string problem() const;
};

/// The `nvidia` folder that belongs to a plugin: beside it (the cache), in the same site-packages
/// (pip), or in the cache. Empty if there is none.
std::string find_nvidia_folder(const std::string& plugin, const Machine& machine = Machine::here());

/// Opens the libraries of that folder (`nvidia/*/lib/*.so*`) by absolute path, each after those
/// that it needs. The plugin's own look-ups by name then find them loaded, so no LD_LIBRARY_PATH is
/// needed.
CudaLibraries open_cuda_libraries(const std::string& plugin,
                                  const Machine& machine = Machine::here());

}  // namespace hilo::pjrt
