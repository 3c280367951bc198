#include <array>
#include <string_view>

#include "hilo/pjrt/plugin.h"
#include "xla/pjrt/c/pjrt_c_api.h"

namespace hilo::pjrt {
namespace {

constexpr std::array<std::string_view, 25> kNames = {"gpu_custom_call",
                                                     "profiler",
                                                     "custom_partitioner",
                                                     "stream",
                                                     "layouts",
                                                     "ffi",
                                                     "memory_descriptions",
                                                     "triton",
                                                     "raw_buffer",
                                                     "phase_compile",
                                                     "example",
                                                     "unknown",
                                                     "cross_host_transfers",
                                                     "executable_metadata",
                                                     "callback",
                                                     "host_allocator",
                                                     "tpu_topology",
                                                     "tpu_executable",
                                                     "megascale",
                                                     "shardings",
                                                     "abi_version",
                                                     "collectives",
                                                     "multi_slice",
                                                     "host_memory_allocator",
                                                     "xla_transform"};
static_assert(PJRT_Extension_Type_FFI == 5 &&
              PJRT_Extension_Type_XlaTransform + 1 == kNames.size());

}  // namespace

std::string extension_name(int number) {
  const bool is_known = number >= 0 && number < static_cast<int>(kNames.size());
  return is_known ? std::string(kNames[static_cast<std::size_t>(number)])
                  : "extension " + std::to_string(number);
}

}  // namespace hilo::pjrt
