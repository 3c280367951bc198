#include "hilo/pjrt/cuda.h"

#include <dlfcn.h>
#include <gmock/gmock.h>

namespace hilo::pjrt {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

const std::string kPlugin = std::string(HILO_FAKE_CUDA) + "/xla_cuda_plugin.so";

TEST(Cuda, PluginIsKnownByItsName) {
  EXPECT_TRUE(is_cuda_plugin("/a/jax_plugins/xla_cuda13/xla_cuda_plugin.so"));
  EXPECT_TRUE(is_cuda_plugin("pjrt_c_api_gpu_plugin.so"));
  EXPECT_FALSE(is_cuda_plugin("/cuda/pjrt_c_api_cpu_plugin.so"));
}

TEST(Cuda, OpensEachLibraryAfterThoseThatItNeeds) {
  const CudaLibraries libraries = open_cuda_libraries(kPlugin);
  EXPECT_EQ(libraries.folder, std::string(HILO_FAKE_CUDA) + "/nvidia");
  EXPECT_THAT(libraries.opened, ElementsAre(EndsWith("cu13/lib/libcudart.so.13"),
                                            EndsWith("cu13/lib/libcublasLt.so.13"),
                                            EndsWith("cu13/lib/libcublas.so.13")));
  ASSERT_EQ(libraries.refused.size(), 1u) << "libother.so.1 is not asked for";
  EXPECT_THAT(libraries.refused[0].path, EndsWith("libcufft.so.13"));
  EXPECT_THAT(libraries.refused[0].reason, HasSubstr("no ELF header"));
}

TEST(Cuda, LibrariesAreThenFoundByName) {
  open_cuda_libraries(kPlugin);
  void* library = dlopen("libcublas.so.13", RTLD_NOW | RTLD_LOCAL);  // as the plugin does
  ASSERT_NE(library, nullptr) << dlerror();
  auto* function = reinterpret_cast<int (*)()>(dlsym(library, "fake_cublas"));
  ASSERT_NE(function, nullptr);
  EXPECT_EQ(function(), 3);
}

TEST(Cuda, DataFolderHoldsLibdevice) {
  EXPECT_EQ(open_cuda_libraries(kPlugin).data_folder, std::string(HILO_FAKE_CUDA) + "/nvidia/cu13");
}

TEST(Cuda, NvidiaFolderIsBesideInSitePackagesOrInTheCache) {
  EXPECT_EQ(find_nvidia_folder(kPlugin), std::string(HILO_FAKE_CUDA) + "/nvidia");
  EXPECT_EQ(find_nvidia_folder(std::string(HILO_FAKE_CUDA) +
                               "/jax_plugins/xla_cuda13/xla_cuda_plugin.so"),
            std::string(HILO_FAKE_CUDA) + "/nvidia");
  EXPECT_EQ(find_nvidia_folder("/nowhere/at/all/xla_cuda_plugin.so"), "");
}

TEST(Cuda, WithoutLibrariesNothingIsOpened) {
  const CudaLibraries libraries = open_cuda_libraries("/nowhere/at/all/xla_cuda_plugin.so");
  EXPECT_TRUE(libraries.opened.empty());
  EXPECT_EQ(libraries.data_folder, "");
}

}  // namespace
}  // namespace hilo::pjrt
