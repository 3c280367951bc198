#pragma once
#include <cstdint>

// Sixteen f32 at a time, in as many registers as the CPU needs for them:
// for the sources of this room.
// A function that uses them is compiled several times, once for each kind of CPU, of which the
// loader takes the best; what it calls must be inlined into it.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define HILO_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HILO_CLONES
#endif
#define HILO_INLINE inline __attribute__((always_inline))

// Vectors are passed to what is inlined: no call depends on how.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace hilo::kernels {

inline constexpr std::int64_t kLanes = 16;
using Vector = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
using IntVector =
    std::int32_t __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

HILO_INLINE Vector& at(float* p) { return *reinterpret_cast<Vector*>(p); }
HILO_INLINE const Vector& at(const float* p) { return *reinterpret_cast<const Vector*>(p); }

HILO_INLINE float sum_of(const Vector& v) {
  const auto eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  const auto four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                    __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

// e^x: 2 to the whole part of x / ln 2, times a polynomial (Taylor's, to x^7) of what is left.
HILO_INLINE Vector exp_of(Vector x) {
  constexpr float kLowest = -87, kHighest = 88,
                  kRounder = 12582912;  // 1.5 * 2^23: leaves a whole number
  const IntVector is_low = x<kLowest, is_high = x> kHighest;
  x = is_low ? Vector{} + kLowest : is_high ? Vector{} + kHighest : x;
  const Vector n = (x * 1.44269504F + kRounder) - kRounder;
  const Vector r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  Vector p = r * (1.0F / 5040) + 1.0F / 720;
  for (const float factor : {1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F}) p = p * r + factor;
  const IntVector power = (__builtin_convertvector(n, IntVector) + 127) << 23;
  p *= reinterpret_cast<const Vector&>(power);
  return is_low ? Vector{} : p;
}

HILO_INLINE Vector tanh_of(const Vector& x) { return 1 - 2 / (exp_of(2 * x) + 1); }

}  // namespace hilo::kernels
