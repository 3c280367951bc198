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
HILO_CLONES void rms_norm(const float* x, const float* scale, std::int64_t count, float epsilon,
                          float offset, float* y) {
  Vector squares = {};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) squares += at(x + i) * at(x + i);
  float sum = sum_of(squares);
  for (; i < count; ++i) sum += x[i] * x[i];
  const float by = 1 / std::sqrt(sum / static_cast<float>(count) + epsilon);
  for (i = 0; i < count; ++i) y[i] = x[i] * by * (scale[i] + offset);
}

HILO_INLINE Vector gelu(const Vector& x) {
  return 0.5F * x * (1 + tanh_of(0.7978845608F * (x + 0.044715F * x * x * x)));
}
HILO_CLONES void gelu_times(const float* gate, const float* up, std::int64_t rows,
                            std::int64_t count, std::int64_t stride, float* y,
                            std::int64_t y_stride) {
  for (std::int64_t row = 0; row < rows; ++row, gate += stride, up += stride, y += y_stride) {
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) at(y + i) = gelu(at(gate + i)) * at(up + i);
    for (; i < count; ++i) y[i] = gelu(Vector{} + gate[i])[0] * up[i];
  }
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

HILO_CLONES Best best_of(const float* x, std::int64_t first, std::int64_t last) {
  const std::int64_t whole = first + (last - first) / kLanes * kLanes;
  Vector highest = Vector{} + x[first];
  IntVector is_nan = {};
  for (std::int64_t i = first; i < whole; i += kLanes) {
    highest = at(x + i) > highest ? at(x + i) : highest;
    is_nan |= at(x + i) != at(x + i);
  }
  Best best{x[first], 0, first};
  bool has_nan = false;
  for (int lane = 0; lane < kLanes; ++lane) {
    best.highest = std::max(best.highest, highest[lane]);
    has_nan = has_nan || is_nan[lane] != 0;
  }
  for (std::int64_t i = whole; i < last; ++i) {
    best.highest = std::max(best.highest, x[i]);
    has_nan = has_nan || std::isnan(x[i]);
  }
  while (has_nan ? !std::isnan(x[best.place]) : x[best.place] != best.highest) ++best.place;
  best.highest = x[best.place];
  Vector total = {};
  for (std::int64_t i = first; i < whole; i += kLanes) total += exp_of(at(x + i) - best.highest);
  best.total = sum_of(total);
  for (std::int64_t i = whole; i < last; ++i) best.total += std::exp(x[i] - best.highest);
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
