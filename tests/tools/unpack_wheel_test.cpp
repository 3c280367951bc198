#include "tools/unpack_wheel.h"

#include <gtest/gtest.h>

#include "hilo/core/error.h"

namespace hilo::tools {
namespace {

struct Row {
  const char* set;
  int wheel;  // which of the set
  const char* member;
  const char* place;  // empty: not kept
};

class Unpack : public testing::TestWithParam<Row> {};

TEST_P(Unpack, keeps_what_a_plugin_needs) {
  const WheelSet& set = wheel_set(GetParam().set);
  const auto place = place_of(GetParam().member, set, set.wheels.at(static_cast<std::size_t>(GetParam().wheel)));
  EXPECT_EQ(place.value_or("").string(), GetParam().place) << GetParam().member;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Unpack,
    testing::Values(Row{"cpu", 0, "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so", "pjrt_c_api_cpu_plugin.so"},
                    Row{"cpu", 0, "lammps_jax_pjrt_cpu/__init__.py", ""}, Row{"cpu", 0, "lammps_jax_pjrt_cpu/", ""},
                    Row{"cpu", 0, "lammps_jax_pjrt_cpu-0.11.2.dist-info/licenses/LICENSE", "LICENSE"},
                    Row{"cpu", 0, "lammps_jax_pjrt_cpu-0.11.2.dist-info/RECORD", ""},
                    Row{"cuda13", 0, "jax_plugins/xla_cuda13/xla_cuda_plugin.so", "xla_cuda_plugin.so"},
                    Row{"cuda13", 0, "jax_cuda13_pjrt-0.11.2.dist-info/METADATA", "METADATA"},
                    Row{"cuda13", 1, "nvidia/cu13/lib/libcublas.so.13", "nvidia/cu13/lib/libcublas.so.13"},
                    Row{"cuda13", 1, "nvidia/cu13/lib/libcudart_static.a", ""},
                    Row{"cuda13", 1, "nvidia/cu13/include/cublas.h", ""},
                    Row{"cuda13", 1, "nvidia_cublas-13.10.0.20.dist-info/licenses/License.txt", "licenses/nvidia-cublas/License.txt"},
                    Row{"cuda13", 3, "nvidia/cu13/bin/ptxas", "nvidia/cu13/bin/ptxas"}, Row{"cuda13", 3, "nvidia/cu13/bin/nvcc", ""},
                    Row{"cuda13", 13, "nvidia/cu13/nvvm/libdevice/libdevice.10.bc", "nvidia/cu13/nvvm/libdevice/libdevice.10.bc"},
                    Row{"cuda13", 13, "nvidia/cu13/nvvm/bin/cicc", ""},
                    Row{"cuda12", 3, "nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so", "nvidia/cuda_nvcc/nvvm/lib64/libnvvm.so"},
                    Row{"cuda12", 3, "elsewhere/lib/lib.so.1", ""},
                    Row{"tpu", 0, "libtpu/libtpu.so", "libtpu.so"}, Row{"tpu", 0, "libtpu/sdk.so", ""},
                    Row{"tpu", 0, "libtpu/THIRD_PARTY_NOTICES.txt", "THIRD_PARTY_NOTICES.txt"}));

TEST(Unpack, refuses_names_that_leave_the_folder) {
  const WheelSet& set = wheel_set("cuda13");
  EXPECT_THROW(place_of("../lib/libevil.so.1", set, set.wheels[1]), FormatError);
  EXPECT_THROW(place_of("nvidia/../../lib/libevil.so.1", set, set.wheels[1]), FormatError);
  EXPECT_THROW(place_of("/lib/libevil.so.1", set, set.wheels[1]), FormatError);
}

TEST(Wheels, are_pinned) {
  for (const WheelSet& set : wheel_sets()) {
    for (const Wheel& wheel : set.wheels) {
      EXPECT_EQ(wheel.sha256.size(), 64U) << wheel.file;
      EXPECT_NE(wheel.file.find("-" + wheel.version + "-"), std::string::npos) << wheel.file;
      EXPECT_TRUE(wheel.file.ends_with(".whl")) << wheel.file;
    }
  }
}

}  // namespace
}  // namespace hilo::tools
