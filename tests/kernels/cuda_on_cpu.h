#pragma once
// CUDA's language as far as hilo/kernels/*.cu use it, on a CPU: a block's threads are threads,
// which meet in barriers; blocks come one after the other.
#include <barrier>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#define KERNEL inline
#define UNROLL
#define __device__
#define __shared__ static
#define __launch_bounds__(threads)

namespace cuda_on_cpu {

struct Index {
  unsigned x = 0, y = 0, z = 0;
};
struct Warp {
  std::barrier<> together{32};
  float lanes[32] = {};
};
struct Block {
  explicit Block(unsigned count) : together(count * 32), warps(count) {}
  std::barrier<> together;
  std::vector<Warp> warps;
};
inline Block* block = nullptr;

}  // namespace cuda_on_cpu

inline thread_local cuda_on_cpu::Index threadIdx, blockIdx;
inline cuda_on_cpu::Index gridDim;
struct uint4 {
  unsigned x, y, z, w;
};

inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline float __int_as_float(int bits) { return std::bit_cast<float>(bits); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline float __expf(float x) { return std::exp(x); }
inline float __sinf(float x) { return std::sin(x); }
inline float __cosf(float x) { return std::cos(x); }
inline float rsqrtf(float x) { return 1 / std::sqrt(x); }
inline uint4 __ldcs(const uint4* from) { return *from; }
inline void __syncthreads() { cuda_on_cpu::block->together.arrive_and_wait(); }
inline void __syncwarp() { cuda_on_cpu::block->warps[threadIdx.x / 32].together.arrive_and_wait(); }
inline float __shfl_sync(unsigned, float x, int lane) {
  auto& warp = cuda_on_cpu::block->warps[threadIdx.x / 32];
  warp.lanes[threadIdx.x % 32] = x;
  warp.together.arrive_and_wait();
  const float other = warp.lanes[lane];
  warp.together.arrive_and_wait();
  return other;
}
inline float __shfl_xor_sync(unsigned all, float x, int by) {
  return __shfl_sync(all, x, static_cast<int>(threadIdx.x % 32) ^ by);
}

namespace cuda_on_cpu {

/// Runs `kernel` in every thread of a grid of blocks of so many warps.
inline void launch(Index grid, unsigned warps, const std::function<void()>& kernel) {
  gridDim = grid;
  for (unsigned z = 0; z < grid.z; ++z) {
    for (unsigned y = 0; y < grid.y; ++y) {
      for (unsigned x = 0; x < grid.x; ++x) {
        Block own(warps);
        block = &own;
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < warps * 32; ++i) {
          threads.emplace_back([&, i] {
            threadIdx = {i};
            blockIdx = {x, y, z};
            kernel();
          });
        }
        for (std::thread& t : threads) t.join();
      }
    }
  }
}

}  // namespace cuda_on_cpu
