#include "hilo/pjrt/cuda.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "hilo/core/error.h"
#include "hilo/pjrt/elf_check.h"

namespace hilo::pjrt {
namespace {

namespace fs = std::filesystem;

// What XLA asks for by name. The other files of the wheels are opened by these, or have needs of
// their own (MPI).
constexpr std::array<std::string_view, 13> kLibraries = {
    "libcudart.",   "libnvJitLink.", "libnvrtc.", "libnvrtc-builtins.so", "libcublasLt.", "libcublas.", "libcufft.",
    "libcusparse.", "libcusolver.",  "libcupti.", "libcudnn.",    "libnccl.",   "libnvshmem_host."};

bool is_wanted(const std::string& file) {
  return file.find(".so.") != std::string::npos &&
         std::any_of(kLibraries.begin(), kLibraries.end(),
                     [&](std::string_view stem) { return file.starts_with(stem); });
}

std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> result;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (entry.is_directory(error)) result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> library_files(const std::string& nvidia) {
  std::vector<std::string> result;
  std::error_code error;
  for (const fs::path& package : folders_in(nvidia)) {
    for (const auto& entry : fs::directory_iterator(package / "lib", error)) {
      if (entry.is_regular_file(error) && is_wanted(entry.path().filename().string())) {
        result.push_back(entry.path().string());
      }
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

// CUDA 13 keeps both in nvidia/cu13, CUDA 12 in nvidia/cuda_nvcc.
std::string find_data_folder(const std::string& nvidia) {
  for (const fs::path& package : folders_in(nvidia)) {
    std::error_code error;
    if (fs::exists(package / "nvvm" / "libdevice", error)) return package.string();
  }
  return {};
}

// Opens a library for the rest of the process; why not, if it cannot be.
std::string problem_of_opening(const std::string& path) {
  try {
    check_library_file(path);
  } catch (const DeviceError& e) {
    return e.what();
  }
  if (::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL) != nullptr) return {};
  const char* reason = ::dlerror();
  return reason != nullptr ? reason : "no reason given";
}

}  // namespace

std::string CudaLibraries::problem() const {
  if (folder.empty()) return "\n  NVIDIA's libraries: missing beside the plugin (hilo plugins install cuda13, or cuda12)";
  std::string text;
  if (data_folder.empty()) text += "\n  NVIDIA's libdevice: missing in " + folder;
  for (const Refused& r : refused) text += "\n  NVIDIA's library " + r.path + " cannot be opened: " + r.reason;
  return text;
}

bool is_cuda_plugin(const std::string& path) {
  const std::string file = fs::path(path).filename().string();
  return file.find("cuda") != std::string::npos || file.find("gpu") != std::string::npos;
}

std::string find_nvidia_folder(const std::string& plugin, const Machine& machine) {
  const fs::path folder = fs::path(plugin).parent_path();
  for (const fs::path& candidate :
       {folder / "nvidia", folder.parent_path().parent_path() / "nvidia",
        fs::path(machine.cache()) / "plugins" / folder.filename() / "nvidia"}) {
    if (!library_files(candidate.string()).empty()) return candidate.string();
  }
  return {};
}

CudaLibraries open_cuda_libraries(const std::string& plugin, const Machine& machine) {
  CudaLibraries result;
  result.folder = find_nvidia_folder(plugin, machine);
  if (result.folder.empty()) return result;
  result.data_folder = find_data_folder(result.folder);
  std::vector<std::string> closed = library_files(result.folder);
  // A library opens once all that it needs are open; so go round until a round opens none.
  for (bool is_progressing = true; is_progressing && !closed.empty();) {
    is_progressing = false;
    result.refused.clear();
    std::vector<std::string> still_closed;
    for (const std::string& path : closed) {
      const std::string problem = problem_of_opening(path);
      if (problem.empty()) {
        result.opened.push_back(path);
        is_progressing = true;
        continue;
      }
      result.refused.push_back({path, problem});
      still_closed.push_back(path);
    }
    closed = std::move(still_closed);
  }
  return result;
}

}  // namespace hilo::pjrt
