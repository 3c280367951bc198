#include <algorithm>
#include <cstddef>
#include <vector>

#include "hilo/core/float16.h"
#include "hilo/kernels/block_rows.h"
#include "hilo/kernels/vectors.h"

// Rows of bf16 or f16 times vectors of f32, which are not rounded.
namespace hilo::kernels {
namespace {

// The instructions as text: an intrinsic cannot be part of a function that is compiled for each kind of CPU.
template <int L>
HILO_INLINE Vector<L> numbers(const BFloat16* p) {
  const auto& halves = *reinterpret_cast<const HalfVector<L>*>(p);
  IntVector<L> bits;
#if defined(__x86_64__)
  if constexpr (L >= 8)
    asm("vpmovzxwd %1, %0" : "=v"(bits) : "m"(halves));
  else
#endif
    bits = __builtin_convertvector(halves, IntVector<L>);
  bits <<= 16;
  return reinterpret_cast<const Vector<L>&>(bits);
}
template <int L>
HILO_INLINE Vector<L> numbers(const Float16* p) {
  Vector<L> v;
#if defined(__x86_64__)
  if constexpr (L >= 8) {
    asm("vcvtph2ps %1, %0" : "=v"(v) : "m"(*reinterpret_cast<const HalfVector<L>*>(p)));
    return v;
  }
#endif
  for (int lane = 0; lane < L; ++lane) v[lane] = static_cast<float>(p[lane]);
  return v;
}

// R rows, `apart` numbers from each other, times M vectors of k numbers.
template <int L, std::size_t R, std::size_t M, class T>
HILO_INLINE void multiply(const T* rows, std::int64_t apart, const float* x, std::int64_t k, float* out,
                          std::int64_t out_apart, std::int64_t out_stride) {
  Vector<L> sums[R][M] = {};
  std::int64_t i = 0;
  for (; i + L <= k; i += L) {
    for (std::size_t r = 0; r < R; ++r) {
      const Vector<L> w = numbers<L>(rows + static_cast<std::int64_t>(r) * apart + i);
      for (std::size_t v = 0; v < M; ++v) sums[r][v] += w * at<L>(x + static_cast<std::int64_t>(v) * k + i);
    }
  }
  for (std::size_t r = 0; r < R; ++r) {
    for (std::size_t v = 0; v < M; ++v) {
      const auto row = static_cast<std::int64_t>(r), vector = static_cast<std::int64_t>(v);
      float sum = sum_of<L>(sums[r][v]);
      for (std::int64_t j = i; j < k; ++j) sum += static_cast<float>(rows[row * apart + j]) * x[vector * k + j];
      out[row * out_apart + vector * out_stride] = sum;
    }
  }
}

template <int L, class T>
HILO_INLINE void rows_by(const T* rows, std::int64_t count, const QuantizedMatrix& x, float* out, std::int64_t stride) {
  constexpr std::int64_t kStreams = 4;
  const std::int64_t k = x.k;
  std::int64_t r = 0;
  if (x.m == 1) {  // rows far from each other, as in block_rows_simd.inc
    const std::int64_t apart = count / kStreams;
    for (; r < apart; ++r) multiply<L, kStreams, 1>(rows + r * k, apart * k, x.numbers, k, out + r, apart, stride);
    r = kStreams * apart;
  }
  for (; r < count; ++r) {
    std::int64_t v = 0;
    for (; v + 4 <= x.m; v += 4) multiply<L, 1, 4>(rows + r * k, 0, x.numbers + v * k, k, out + v * stride + r, 0, stride);
    for (; v < x.m; ++v) multiply<L, 1, 1>(rows + r * k, 0, x.numbers + v * k, k, out + v * stride + r, 0, stride);
  }
}

constexpr std::int64_t kTileRows = 16, kTileColumns = 256;

// A tile [columns,16] times M vectors of which the numbers lie `k` from each other; added to out.
template <int L, std::size_t M>
HILO_INLINE void times(const float* tile, std::int64_t columns, const float* x, std::int64_t k, float* out,
                       std::int64_t out_stride, std::int64_t rows) {
  constexpr std::size_t kParts = kTileRows / L;
  Vector<L> sums[M][kParts] = {};
  for (std::int64_t i = 0; i < columns; ++i) {
    Vector<L> w[kParts];
    for (std::size_t part = 0; part < kParts; ++part) w[part] = at<L>(tile + i * kTileRows + static_cast<int>(part) * L);
    for (std::size_t v = 0; v < M; ++v) {
      const float number = x[static_cast<std::int64_t>(v) * k + i];
      for (std::size_t part = 0; part < kParts; ++part) sums[v][part] += number * w[part];
    }
  }
  for (std::size_t v = 0; v < M; ++v) {
    float all[kTileRows];
    for (std::size_t part = 0; part < kParts; ++part) at<L>(all + static_cast<int>(part) * L) = sums[v][part];
    float* to = out + static_cast<std::int64_t>(v) * out_stride;
    for (std::int64_t r = 0; r < rows; ++r) to[r] += all[r];
  }
}

template <int L, class T>
HILO_INLINE void tiles_by(const T* rows, std::int64_t count, const QuantizedMatrix& x, float* out, std::int64_t stride) {
  constexpr std::int64_t kAtOnce = L / 2;  // vectors, whose sums are eight registers
  std::vector<float> tile(kTileColumns * kTileRows);
  for (std::int64_t v = 0; v < x.m; ++v) std::fill_n(out + v * stride, count, 0.0F);
  for (std::int64_t first = 0; first < count; first += kTileRows) {
    const std::int64_t own = std::min(kTileRows, count - first);
    for (std::int64_t begin = 0; begin < x.k; begin += kTileColumns) {
      const std::int64_t columns = std::min(kTileColumns, x.k - begin);
      for (std::int64_t r = 0; r < own; ++r) {
        const T* row = rows + (first + r) * x.k + begin;
        std::int64_t i = 0;
        for (; i + L <= columns; i += L) {
          const Vector<L> w = numbers<L>(row + i);
          for (int lane = 0; lane < L; ++lane) tile[static_cast<std::size_t>((i + lane) * kTileRows + r)] = w[lane];
        }
        for (; i < columns; ++i) tile[static_cast<std::size_t>(i * kTileRows + r)] = static_cast<float>(row[i]);
      }
      const float* at = x.numbers + begin;
      float* to = out + first;
      std::int64_t v = 0;
      for (; v + kAtOnce <= x.m; v += kAtOnce)
        times<L, kAtOnce>(tile.data(), columns, at + v * x.k, x.k, to + v * stride, stride, own);
      for (; v < x.m; ++v) times<L, 1>(tile.data(), columns, at + v * x.k, x.k, to + v * stride, stride, own);
    }
  }
}

template <class T, bool IsTiled>
void product(const std::byte* rows, std::size_t row_bytes, std::int64_t first, std::int64_t last,
             const QuantizedMatrix& x, float* out, std::int64_t out_stride) {
  const T* from = reinterpret_cast<const T*>(rows + static_cast<std::size_t>(first) * row_bytes);
  with_lanes([&]<int L>() HILO_LANES {
    if constexpr (IsTiled)
      tiles_by<L>(from, last - first, x, out + first, out_stride);
    else
      rows_by<L>(from, last - first, x, out + first, out_stride);
  });
}

template <class T>
constexpr BlockKernel kKernel{
    .rows = &product<T, false>, .tiles = &product<T, true>, .least_tiled = 16, .is_rounded = false};

}  // namespace

BlockKernel half_kernel(formats::BlockType type) {
  return type == formats::BlockType::kF16 ? kKernel<Float16> : kKernel<BFloat16>;
}

}  // namespace hilo::kernels
