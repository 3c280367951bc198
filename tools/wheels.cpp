#include "tools/wheels.h"

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::tools {

// The NVIDIA wheels are those that the extra `with-cuda` of jax-cuda12-plugin and jax-cuda13-plugin lists, in the newest
// version that fits each other.
const std::vector<WheelSet>& wheel_sets() {
  static const std::vector<WheelSet> sets = {
      {"cpu", "XLA for this machine's processor",
       {{"lammps-jax-pjrt-cpu", "0.11.2",
         "lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
         "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1"}}},
      {"cuda12", "XLA for NVIDIA GPUs, with NVIDIA's libraries; drivers 525 and later",
       {{"jax-cuda12-pjrt", "0.11.2",
         "jax_cuda12_pjrt-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
         "2133b3afc63307c016ae4980f166b2b3de199759363ead74f7d550eaae953463"},
        {"nvidia-cublas-cu12", "12.9.3.13",
         "nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl",
         "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72"},
        {"nvidia-cuda-cupti-cu12", "12.9.79",
         "nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl",
         "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f"},
        {"nvidia-cuda-nvcc-cu12", "12.9.86",
         "nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
         "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0"},
        {"nvidia-cuda-runtime-cu12", "12.9.79",
         "nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3"},
        {"nvidia-cudnn-cu12", "9.28.0.42",
         "nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl",
         "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375"},
        {"nvidia-cufft-cu12", "11.4.1.4",
         "nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28"},
        {"nvidia-cusolver-cu12", "11.7.5.82",
         "nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl",
         "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88"},
        {"nvidia-cusparse-cu12", "12.5.10.65",
         "nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78"},
        {"nvidia-nccl-cu12", "2.32.3",
         "nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl",
         "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c"},
        {"nvidia-nvjitlink-cu12", "12.9.86",
         "nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
         "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9"},
        {"nvidia-cuda-nvrtc-cu12", "12.9.86",
         "nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
         "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4"},
        {"nvidia-nvshmem-cu12", "3.8.0",
         "nvidia_nvshmem_cu12-3.8.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "b2e5760d6158aefe7bb74348d5128bb1b46a7dd1fd4b7b1e6fe55b4b07888f70"}}},
      {"cuda13", "the same, drivers 580 and later",
       {{"jax-cuda13-pjrt", "0.11.2",
         "jax_cuda13_pjrt-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
         "e5ff589d43064913bb74027682d89639c7ea48f9f81c2bae6fc75117e913f93e"},
        {"nvidia-cublas", "13.10.0.20",
         "nvidia_cublas-13.10.0.20-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl",
         "dcc6d63884c53d07e267ce7e6feac17b2538cebaafec5db865736c3e28e4dc84"},
        {"nvidia-cuda-cupti", "13.5.25",
         "nvidia_cuda_cupti-13.5.25-py3-none-manylinux_2_25_x86_64.whl",
         "9dcca41c12a734192b14e7128ae116bc9ce1b9da686e2ebf48ae7a4415f76650"},
        {"nvidia-cuda-nvcc", "13.5.37",
         "nvidia_cuda_nvcc-13.5.37-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "f5c4f7ead5d964fb4af42bbf1e6d3ec3c1e6e9d83b53749f691d387e7fcaa3a7"},
        {"nvidia-cuda-runtime", "13.5.37",
         "nvidia_cuda_runtime-13.5.37-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d"},
        {"nvidia-cudnn-cu13", "9.28.1.4",
         "nvidia_cudnn_cu13-9.28.1.4-py3-none-manylinux_2_27_x86_64.whl",
         "a54f205b1db1f2895d99f398754db1369816f0569dd459731f925635cf7b65ec"},
        {"nvidia-cufft", "12.5.0.14",
         "nvidia_cufft-12.5.0.14-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "b8be26837a5abad2b5b74f3e92dd29f622a42934b355be0961a48712cbba23ad"},
        {"nvidia-cusolver", "12.4.1.2",
         "nvidia_cusolver-12.4.1.2-py3-none-manylinux_2_27_x86_64.whl",
         "b3b8e02fd2f2df869369af075dc3a179d43f6f7b85e94632a7dce556697be044"},
        {"nvidia-cusparse", "12.9.4.2",
         "nvidia_cusparse-12.9.4.2-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "072667e58c851a318738f5527a12eb225cbf058803f2ea451c722d8cf8edddec"},
        {"nvidia-nccl-cu13", "2.32.3",
         "nvidia_nccl_cu13-2.32.3-py3-none-manylinux_2_27_x86_64.whl",
         "1459723080ac889d73a26edfa3e04383a7928ab31ac8f0ec43b3ea9548b04ff3"},
        {"nvidia-nvjitlink", "13.5.37",
         "nvidia_nvjitlink-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
         "280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb"},
        {"nvidia-cuda-nvrtc", "13.5.37",
         "nvidia_cuda_nvrtc-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
         "86b4d68058807988b7d9af5b44917a0601e9c337f35ccd657bfb3c759ff8d8bc"},
        {"nvidia-nvshmem-cu13", "3.8.0",
         "nvidia_nvshmem_cu13-3.8.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
         "81a4d1f666543e6d34df6d2ff940c7da1435e34e186aab6f3c2b48861b64ef38"},
        {"nvidia-nvvm", "13.5.37",
         "nvidia_nvvm-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
         "c41bfa362e407405163f103c2229f0765f8cc2ed7d148b754dc77f228bf7e070"}}},
      {"tpu", "XLA for Google's TPUs; compiles for them also where there is none",
       {{"libtpu", "0.0.52",
         "libtpu-0.0.52-cp311-cp311-manylinux_2_31_x86_64.whl",
         "f5e2e596eaea9357fbb5a6755a7a9007c6ab75bfde4a55191b03eff402971140"}}},
  };
  return sets;
}

const WheelSet& wheel_set(const std::string& name) {
  std::vector<std::string> names;
  for (const WheelSet& set : wheel_sets()) {
    if (set.name == name) return set;
    names.push_back(set.name);
  }
  const std::string near = near_names(name, names);
  throw UsageError("there is no plugin " + quote(name) + (near.empty() ? "" : "; " + near) + "\n  expected: cpu, cuda12, cuda13 or tpu");
}

}  // namespace hilo::tools
