#include "hilo/kernels/cuda_kernel.h"

#include <dlfcn.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "hilo/core/error.h"

namespace hilo::kernels {

extern const char* const kHalvesSource;  // of halves.cuh: hilo_text_source in CMakeLists.txt

namespace {

constexpr int kClusters = 90, kOldest = 75;  // compute capabilities

void* open_first(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (void* library = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL)) return library;
  }
  return nullptr;
}

// A function of a C library, by its name. It returns 0, or the number of an error.
template <class... Args>
class Call {
 public:
  Call(void* library, const char* name)
      : function_(library == nullptr ? nullptr
                                     : reinterpret_cast<int (*)(Args...)>(::dlsym(library, name))) {
  }
  int operator()(Args... args) const { return function_(args...); }
  explicit operator bool() const { return function_ != nullptr; }

 private:
  int (*function_)(Args...);
};

// What is used of nvrtc.h.
struct Compiler {
  void* library = open_first({"libnvrtc.so.13", "libnvrtc.so.12"});  // the plugin's, which is open
  Call<void**, const char*, const char*, int, const char* const*, const char* const*> create{
      library, "nvrtcCreateProgram"};
  Call<void*, int, const char* const*> compile{library, "nvrtcCompileProgram"};
  Call<void*, std::size_t*> log_size{library, "nvrtcGetProgramLogSize"},
      ptx_size{library, "nvrtcGetPTXSize"};
  Call<void*, char*> log{library, "nvrtcGetProgramLog"}, ptx{library, "nvrtcGetPTX"};
  Call<void**> destroy{library, "nvrtcDestroyProgram"};

  [[nodiscard]] bool is_there() const {
    return create && compile && log_size && log && ptx_size && ptx && destroy;
  }

  [[nodiscard]] std::string compiled(const std::string& source,
                                     const std::vector<std::string>& options) const {
    std::vector<const char*> texts;
    for (const std::string& option : options) texts.push_back(option.c_str());
    void* program = nullptr;
    if (create(&program, source.c_str(), "kernel.cu", 0, nullptr, nullptr) != 0)
      throw DeviceError("NVRTC takes no program");
    const bool is_fine = compile(program, static_cast<int>(texts.size()), texts.data()) == 0;
    std::size_t bytes = 0;
    std::string text;
    if ((is_fine ? ptx_size : log_size)(program, &bytes) == 0) text.resize(bytes);
    if (!text.empty()) (is_fine ? ptx : log)(program, text.data());
    destroy(&program);
    text.resize(std::min(text.size(), text.find('\0')));
    if (!is_fine || text.empty()) throw DeviceError("NVRTC, " + options.front() + ": " + text);
    return text;
  }
};

const Compiler& compiler() {
  static const Compiler instance;
  return instance;
}

// By cuda.h, whose driver a plugin has started.
std::optional<CudaDevice> first_device() {
  void* driver = open_first({"libcuda.so.1"});
  const Call<unsigned> start(driver, "cuInit");
  const Call<int*, int> get(driver, "cuDeviceGet");
  const Call<int*, int, int> attribute(driver, "cuDeviceGetAttribute");
  int device = 0, major = 0, minor = 0, multiprocessors = 0;
  if (!start || !get || !attribute || start(0) != 0 || get(&device, 0) != 0) return {};
  if (attribute(&major, 75, device) != 0 || attribute(&minor, 76, device) != 0 ||
      attribute(&multiprocessors, 16, device) != 0)
    return {};
  return CudaDevice{.capability = 10 * major + minor, .multiprocessors = multiprocessors};
}

// NVRTC says the newest version of the language, which a driver of an older CUDA refuses; nothing
// in the kernels needs it.
void set_version(std::string& ptx, const std::string& version) {
  constexpr std::string_view kVersion = ".version ";
  const std::size_t at = ptx.find(kVersion);
  if (at == std::string::npos) return;
  const std::size_t from = at + kVersion.size();
  ptx.replace(from, ptx.find('\n', from) - from, version);
}

}  // namespace

std::optional<CudaDevice> cuda_device() {
  if (!compiler().is_there()) return {};
  static const std::optional<CudaDevice> device = first_device();
  return device && device->capability >= kOldest ? device : std::nullopt;
}

std::string ptx_of(const char* source, const CudaDevice& device, const CudaConstants& constants) {
  const bool has_clusters = device.capability >= kClusters;
  // Newer devices run code for older ones.
  std::vector<std::string> options = {
      "--gpu-architecture=compute_" + std::to_string(has_clusters ? kClusters : kOldest),
      "--std=c++17"};
  for (const auto& [name, value] : constants) options.push_back("-D" + name + "=" + value);
  static std::mutex mutex;
  static auto& known = *new std::map<std::pair<const char*, std::vector<std::string>>, std::string>;
  const std::lock_guard lock(mutex);
  std::string& ptx = known[{source, options}];
  if (ptx.empty()) {
    ptx = compiler().compiled(std::string(kHalvesSource) + source, options);
    set_version(ptx, has_clusters ? "8.0" : "7.0");
  }
  return ptx;
}

}  // namespace hilo::kernels
