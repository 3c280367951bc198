#pragma once
#include <cstdint>

// Several f32 at a time, as many as a register of the CPU holds: for the sources of this room.
#define HILO_INLINE inline __attribute__((always_inline))

// Vectors are passed to what is inlined: no call depends on how.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace hilo::kernels {

/// The most lanes of any CPU: what is a multiple of it is made of whole vectors on each.
inline constexpr std::int64_t kMostLanes = 16;

template <int L>
struct Lanes;
#define HILO_VECTORS(BYTES)                                                                    \
  template <>                                                                                  \
  struct Lanes<(BYTES) / 4> {                                                                  \
    using Floats = float __attribute__((vector_size(BYTES), aligned(4), may_alias));           \
    using Ints = std::int32_t __attribute__((vector_size(BYTES), aligned(4), may_alias));      \
    using Halves = std::uint16_t __attribute__((vector_size((BYTES) / 2), aligned(2), may_alias)); \
  };
HILO_VECTORS(16)
HILO_VECTORS(32)
HILO_VECTORS(64)
#undef HILO_VECTORS
template <int L>
using Vector = typename Lanes<L>::Floats;
template <int L>
using IntVector = typename Lanes<L>::Ints;
template <int L>
using HalfVector = typename Lanes<L>::Halves;

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
template <class F>
__attribute__((target("arch=x86-64-v4"))) void in_512_bits(const F& f) {
  f.template operator()<16>();
}
template <class F>
__attribute__((target("arch=x86-64-v3"))) void in_256_bits(const F& f) {
  f.template operator()<8>();
}
#endif

/// Calls f.operator()<L>(), compiled for each kind of CPU and inlined (HILO_LANES), with the lanes of this one.
template <class F>
void with_lanes(const F& f) {
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
  static const int lanes = __builtin_cpu_supports("x86-64-v4") ? 16 : __builtin_cpu_supports("x86-64-v3") ? 8 : 4;
  if (lanes == 16) return in_512_bits(f);
  if (lanes == 8) return in_256_bits(f);
#endif
  f.template operator()<4>();
}
#define HILO_LANES __attribute__((always_inline))

template <int L>
HILO_INLINE Vector<L>& at(float* p) {
  return *reinterpret_cast<Vector<L>*>(p);
}
template <int L>
HILO_INLINE const Vector<L>& at(const float* p) {
  return *reinterpret_cast<const Vector<L>*>(p);
}

template <int L>
HILO_INLINE float sum_of(const Vector<L>& v) {
  if constexpr (L == 16) {
    return sum_of<8>(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
  } else if constexpr (L == 8) {
    return sum_of<4>(__builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7));
  } else {
    return (v[0] + v[2]) + (v[1] + v[3]);
  }
}

// e^x: 2 to the whole part of x / ln 2, times a polynomial (Taylor's, to x^7) of what is left.
template <int L>
HILO_INLINE Vector<L> exp_of(Vector<L> x) {
  constexpr float kLowest = -87, kHighest = 88,
                  kRounder = 12582912;  // 1.5 * 2^23: leaves a whole number
  const IntVector<L> is_low = x < kLowest, is_high = x > kHighest;
  x = is_low ? Vector<L>{} + kLowest : is_high ? Vector<L>{} + kHighest : x;
  const Vector<L> n = (x * 1.44269504F + kRounder) - kRounder;
  const Vector<L> r = (x - n * 0.693359375F) - n * -2.12194440e-4F;
  Vector<L> p = r * (1.0F / 5040) + 1.0F / 720;
  for (const float factor : {1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1.0F, 1.0F}) p = p * r + factor;
  const IntVector<L> power = (__builtin_convertvector(n, IntVector<L>) + 127) << 23;
  p *= reinterpret_cast<const Vector<L>&>(power);
  return is_low ? Vector<L>{} : p;
}

template <int L>
HILO_INLINE Vector<L> tanh_of(const Vector<L>& x) {
  return 1 - 2 / (exp_of<L>(2 * x) + 1);
}

}  // namespace hilo::kernels
