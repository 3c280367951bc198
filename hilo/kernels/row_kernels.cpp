#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hilo/custom_call.h"
#include "hilo/kernels/decoder_layer.h"
#include "hilo/kernels/parallel.h"
#include "hilo/kernels/vectors.h"

// Kernels on rows of f32.
namespace hilo::kernels {

namespace ffi = xla::ffi;
using Floats = ffi::Buffer<ffi::F32>;
using Integers = ffi::Buffer<ffi::S32>;

// x / sqrt(mean(x^2) + epsilon) * (scale + offset)
template <int L>
HILO_INLINE void rms_norm_by(const float* x, const float* scale, std::int64_t count, float epsilon,
                             float offset, float* y) {
  Vector<L> squares = {};
  std::int64_t i = 0;
  for (; i + L <= count; i += L) squares += at<L>(x + i) * at<L>(x + i);
  float sum = sum_of<L>(squares);
  for (; i < count; ++i) sum += x[i] * x[i];
  const float by = 1 / std::sqrt(sum / static_cast<float>(count) + epsilon);
  for (i = 0; i < count; ++i) y[i] = x[i] * by * (scale[i] + offset);
}

void rms_norm(const float* x, const float* scale, std::int64_t count, float epsilon, float offset, float* y) {
  with_lanes([&]<int L>() HILO_LANES { rms_norm_by<L>(x, scale, count, epsilon, offset, y); });
}

template <int L>
HILO_INLINE Vector<L> gelu(const Vector<L>& x) {
  return 0.5F * x * (1 + tanh_of<L>(0.7978845608F * (x + 0.044715F * x * x * x)));
}
template <int L>
HILO_INLINE void gelu_times_by(const float* gate, const float* up, std::int64_t rows,
                               std::int64_t count, std::int64_t stride, float* y,
                               std::int64_t y_stride) {
  for (std::int64_t row = 0; row < rows; ++row, gate += stride, up += stride, y += y_stride) {
    std::int64_t i = 0;
    for (; i + L <= count; i += L) at<L>(y + i) = gelu<L>(at<L>(gate + i)) * at<L>(up + i);
    for (; i < count; ++i) y[i] = gelu<L>(Vector<L>{} + gate[i])[0] * up[i];
  }
}
void gelu_times(const float* gate, const float* up, std::int64_t rows, std::int64_t count,
                std::int64_t stride, float* y, std::int64_t y_stride) {
  with_lanes([&]<int L>() HILO_LANES { gelu_times_by<L>(gate, up, rows, count, stride, y, y_stride); });
}

namespace {

ffi::Error norm_rows(Floats x, Floats scale, ffi::Result<Floats> y, double epsilon, double offset) {
  const auto count = static_cast<std::int64_t>(scale.element_count()),
             all = static_cast<std::int64_t>(x.element_count());
  if (count == 0 || all % count != 0)
    return ffi::Error::InvalidArgument("hilo_rms_norm: the operands do not fit");
  for (std::int64_t i = 0; i < all; i += count) {
    rms_norm(x.typed_data() + i, scale.typed_data(), count, static_cast<float>(epsilon),
             static_cast<float>(offset), y->typed_data() + i);
  }
  return ffi::Error::Success();
}

// Of a part of the logits of a row.
struct Best {
  float highest, total;  // of exp(logit - highest)
  std::int64_t place;    // the first of them; NaN is higher than any other
};

template <int L>
HILO_INLINE Best best_by(const float* x, std::int64_t first, std::int64_t last) {
  const std::int64_t whole = first + (last - first) / L * L;
  Vector<L> highest = Vector<L>{} + x[first];
  IntVector<L> is_nan = {};
  for (std::int64_t i = first; i < whole; i += L) {
    highest = at<L>(x + i) > highest ? at<L>(x + i) : highest;
    is_nan |= at<L>(x + i) != at<L>(x + i);
  }
  Best best{x[first], 0, first};
  bool has_nan = false;
  for (int lane = 0; lane < L; ++lane) {
    best.highest = std::max(best.highest, highest[lane]);
    has_nan = has_nan || is_nan[lane] != 0;
  }
  for (std::int64_t i = whole; i < last; ++i) {
    best.highest = std::max(best.highest, x[i]);
    has_nan = has_nan || std::isnan(x[i]);
  }
  while (has_nan ? !std::isnan(x[best.place]) : x[best.place] != best.highest) ++best.place;
  best.highest = x[best.place];
  Vector<L> total = {};
  for (std::int64_t i = first; i < whole; i += L) total += exp_of<L>(at<L>(x + i) - best.highest);
  best.total = sum_of<L>(total);
  for (std::int64_t i = whole; i < last; ++i) best.total += std::exp(x[i] - best.highest);
  return best;
}
Best best_of(const float* x, std::int64_t first, std::int64_t last) {
  Best best{};
  with_lanes([&]<int L>() HILO_LANES { best = best_by<L>(x, first, last); });
  return best;
}

ffi::Error likeliest(ffi::ThreadPool pool, Floats logits, ffi::Result<Integers> tokens,
                     ffi::Result<Floats> scores) {
  const std::int64_t batch = logits.dimensions()[0], count = logits.dimensions()[1];
  constexpr std::int64_t kPiece = 16 << 10;
  const std::int64_t pieces = (count + kPiece - 1) / kPiece;
  std::vector<Best> parts(static_cast<std::size_t>(batch * pieces));
  parallel_for(pool, batch * pieces, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t from = i % pieces * kPiece;
      parts[static_cast<std::size_t>(i)] =
          best_of(logits.typed_data() + i / pieces * count, from, std::min(count, from + kPiece));
    }
  });
  for (std::int64_t b = 0; b < batch; ++b) {
    const Best* row = parts.data() + b * pieces;
    Best best = row[0];
    for (std::int64_t i = 1; i < pieces; ++i) {
      if (!std::isnan(best.highest) && !(row[i].highest <= best.highest)) best = row[i];
    }
    float total = 0;
    for (std::int64_t i = 0; i < pieces; ++i) {
      const float by = std::exp(row[i].highest - best.highest);
      if (by != 0) total += row[i].total * by;  // a part that is all -inf has no total
    }
    tokens->typed_data()[b] = static_cast<std::int32_t>(best.place);
    scores->typed_data()[b] = -std::log(total);
  }
  return ffi::Error::Success();
}

}  // namespace

void register_row_kernels() {
  register_custom_call("hilo_rms_norm", ffi::Ffi::Bind()
                                            .Arg<Floats>()
                                            .Arg<Floats>()
                                            .Ret<Floats>()
                                            .Attr<double>("epsilon")
                                            .Attr<double>("scale_offset")
                                            .To(norm_rows));
  register_custom_call(
      "hilo_likeliest",
      ffi::Ffi::Bind().Ctx<ffi::ThreadPool>().Arg<Floats>().Ret<Integers>().Ret<Floats>().To(
          likeliest));
}

}  // namespace hilo::kernels
