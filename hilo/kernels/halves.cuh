// What the CUDA kernels of this room begin with: numbers in bf16, two in a word and eight in a read.
// NVRTC compiles them while a program is built (hilo/kernels/cuda_kernel.h), with sizes as constants;
// tests compile them for a CPU. Kernels take pointers alone: to the operands, then to the results.
#ifndef KERNEL
#define KERNEL extern "C" __global__
#define UNROLL _Pragma("unroll")
#endif

using u16 = unsigned short;
using u32 = unsigned int;

// Eight numbers in bf16.
struct alignas(16) Eight {
  u32 pairs[4];
};

__device__ inline float first_of(u32 pair) { return __uint_as_float(pair << 16); }
__device__ inline float second_of(u32 pair) { return __uint_as_float(pair & 0xffff0000U); }

// To the nearest bf16, the even one of two.
__device__ inline u32 rounded(float x) {
  const u32 bits = __float_as_uint(x);
  if (x != x) return 0x7fc0U;
  return (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
}
__device__ inline float as_bf16(float x) { return __uint_as_float(rounded(x) << 16); }

__device__ inline float sum_of_lanes(float x, int lanes) {
  for (int by = lanes / 2; by > 0; by /= 2) x += __shfl_xor_sync(~0U, x, by);
  return x;
}

// In one piece.
__device__ inline Eight read(const Eight* from) {
  const uint4 four = *reinterpret_cast<const uint4*>(from);
  return {{four.x, four.y, four.z, four.w}};
}
// Of the weights, which no cache need keep.
__device__ inline Eight read_once(const Eight* from) {
  const uint4 four = __ldcs(reinterpret_cast<const uint4*>(from));
  return {{four.x, four.y, four.z, four.w}};
}
