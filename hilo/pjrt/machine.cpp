#include "hilo/pjrt/machine.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

namespace hilo::pjrt {
namespace {

std::optional<std::string> read_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::filesystem::path this_program() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

std::string problem_of_library(const std::string& name) {
  if (::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL) != nullptr) return {};
  const char* reason = ::dlerror();
  return reason != nullptr ? reason : "cannot be opened";
}

int version_of_cuda_driver() {
  void* library = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return 0;
  void* symbol = ::dlsym(library, "cuDriverGetVersion");
  int version = 0;
  if (symbol == nullptr || reinterpret_cast<int (*)(int*)>(symbol)(&version) != 0) return 0;
  return version;
}

}  // namespace

const Machine& Machine::here() {
  static const Machine machine{.environment = read_environment,
                               .root = "",
                               .binary_folder = this_program().parent_path().string(),
                               .binary = this_program().string(),
                               .library_problem = problem_of_library,
                               .cuda_driver_version = version_of_cuda_driver};
  return machine;
}

std::string Machine::cache() const {
  if (auto folder = environment("HILO_CACHE")) return *folder;
  return environment("HOME").value_or("/") + "/.cache/hilo";
}

}  // namespace hilo::pjrt
