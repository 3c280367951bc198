#include "hilo/kernels/decoder_layer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "hilo/custom_call.h"
#include "hilo/kernels/clones.h"
#include "hilo/kernels/parallel.h"

// Vectors are passed to functions that are inlined: no call depends on how.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace hilo::kernels {
namespace {

namespace ffi = xla::ffi;
using Floats = ffi::Buffer<ffi::F32>;
using Integers = ffi::Buffer<ffi::S32>;

// Sixteen numbers, in as many registers as the CPU needs for them.
constexpr std::int64_t kLanes = 16;
using Vector = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
using IntVector = std::int32_t __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

HILO_INLINE Vector& at(float* p) { return *reinterpret_cast<Vector*>(p); }
HILO_INLINE const Vector& at(const float* p) { return *reinterpret_cast<const Vector*>(p); }
HILO_INLINE float sum_of(const Vector& v) {
  float half[8], sum = 0;
  for (int i = 0; i < 8; ++i) half[i] = v[i] + v[i + 8];
  for (int i = 0; i < 4; ++i) sum += half[i] + half[i + 4];
  return sum;
}

// e^x: 2 to the whole part of x / ln 2, times a polynomial (Taylor's, to x^7) of what is left.
HILO_INLINE Vector exp_of(Vector x) {
  constexpr float kLowest = -87, kHighest = 88, kRounder = 12582912;  // 1.5 * 2^23: leaves a whole number
  const IntVector is_low = x < kLowest, is_high = x > kHighest;
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

// x / sqrt(mean(x^2) + epsilon) * (scale + offset)
HILO_CLONES void norm(const float* x, const float* scale, std::int64_t count, float epsilon, float offset, float* y) {
  Vector squares = {};
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) squares += at(x + i) * at(x + i);
  float sum = sum_of(squares);
  for (; i < count; ++i) sum += x[i] * x[i];
  const float by = 1 / std::sqrt(sum / static_cast<float>(count) + epsilon);
  for (i = 0; i < count; ++i) y[i] = x[i] * by * (scale[i] + offset);
}

ffi::Error rms_norm(Floats x, Floats scale, ffi::Result<Floats> y, double epsilon, double offset) {
  const auto count = static_cast<std::int64_t>(scale.element_count()), all = static_cast<std::int64_t>(x.element_count());
  if (count == 0 || all % count != 0) return ffi::Error::InvalidArgument("hilo_rms_norm: the operands do not fit");
  for (std::int64_t i = 0; i < all; i += count) {
    norm(x.typed_data() + i, scale.typed_data(), count, static_cast<float>(epsilon), static_cast<float>(offset),
         y->typed_data() + i);
  }
  return ffi::Error::Success();
}

// What a group of queries, which have a key head in common, has seen of a part of the slots.
struct Partial {
  float* highest;  // [g], of the scores
  float* total;    // [g], of exp(score - highest)
  float* sum;      // [g,h], of exp(score - highest) * value
};

// Slots of a row, one after the other, wherever they are kept.
struct Slots {
  const float *keys, *values;  // [s,h] of one row and head
  std::int64_t first, count, places, width;

  [[nodiscard]] HILO_INLINE std::int64_t place(std::int64_t i) const { return (first + i) % places * width; }
};

// Scores of G queries [G,h], each `stride` numbers behind the other.
template <std::int64_t G>
HILO_INLINE void score(const Slots& slots, const float* q, float* scores, std::int64_t stride) {
  for (std::int64_t i = 0; i < slots.count; ++i) {
    const float* key = slots.keys + slots.place(i);
    Vector sums[std::size_t{G}] = {};
    for (std::int64_t at_ = 0; at_ < slots.width; at_ += kLanes) {
      const Vector k = at(key + at_);
#pragma GCC unroll 4
      for (std::int64_t g = 0; g < G; ++g) sums[g] += at(q + g * slots.width + at_) * k;
    }
    for (std::int64_t g = 0; g < G; ++g) scores[g * stride + i] = sum_of(sums[g]);
  }
}

// W vectors of values, from `from` on, by the weights of G queries.
template <std::int64_t G, std::int64_t W>
HILO_INLINE void weigh(const Slots& slots, const float* weights, std::int64_t stride, std::int64_t from, float* sums) {
  Vector sum[std::size_t{G}][std::size_t{W}] = {};
  for (std::int64_t i = 0; i < slots.count; ++i) {
    const float* value = slots.values + slots.place(i) + from;
#pragma GCC unroll 4
    for (std::int64_t w = 0; w < W; ++w) {
      const Vector v = at(value + w * kLanes);
#pragma GCC unroll 4
      for (std::int64_t g = 0; g < G; ++g) sum[g][w] += weights[g * stride + i] * v;
    }
  }
  for (std::int64_t g = 0; g < G; ++g) {
    for (std::int64_t w = 0; w < W; ++w) at(sums + g * slots.width + from + w * kLanes) = sum[g][w];
  }
}
template <std::int64_t G>
HILO_INLINE void weigh(const Slots& slots, const float* weights, std::int64_t stride, float* sums) {
  std::int64_t from = 0;
  for (; from + 4 * kLanes <= slots.width; from += 4 * kLanes) weigh<G, 4>(slots, weights, stride, from, sums);
  for (; from < slots.width; from += kLanes) weigh<G, 1>(slots, weights, stride, from, sums);
}

// What `queries` vectors [g,h], times what scores are scaled by, see. `scores` is room for them, `stride` a query: as
// many as there are slots, in whole vectors.
HILO_CLONES void look(const Slots& slots, const float* q, std::int64_t queries, float cap, float* scores,
                      std::int64_t stride, const Partial& out) {
  std::int64_t g = 0;
  for (; g + 4 <= queries; g += 4) score<4>(slots, q + g * slots.width, scores + g * stride, stride);
  for (; g < queries; ++g) score<1>(slots, q + g * slots.width, scores + g * stride, stride);
  constexpr float kLowest = -std::numeric_limits<float>::infinity();
  for (g = 0; g < queries; ++g) {
    float* row = scores + g * stride;
    std::fill(row + slots.count, row + stride, 0.0F);
    for (std::int64_t i = 0; cap > 0 && i < stride; i += kLanes) at(row + i) = cap * tanh_of(at(row + i) / cap);
    std::fill(row + slots.count, row + stride, kLowest);  // of no weight
    const float most = *std::max_element(row, row + slots.count);
    Vector total = {};
    for (std::int64_t i = 0; i < stride; i += kLanes) {
      at(row + i) = exp_of(at(row + i) - most);
      total += at(row + i);
    }
    out.highest[g] = most;
    out.total[g] = sum_of(total);
  }
  for (g = 0; g + 4 <= queries; g += 4) weigh<4>(slots, scores + g * stride, stride, out.sum + g * slots.width);
  for (; g < queries; ++g) weigh<1>(slots, scores + g * stride, stride, out.sum + g * slots.width);
}

// y [h] = the parts of query g of a group, each by the weight that it has among all.
void join(const Partial* parts, std::size_t count, std::int64_t g, std::int64_t width, float* y) {
  float highest = parts[0].highest[g], total = 0;
  for (std::size_t i = 1; i < count; ++i) highest = std::max(highest, parts[i].highest[g]);
  std::fill_n(y, width, 0.0F);
  for (std::size_t i = 0; i < count; ++i) total += parts[i].total[g] * std::exp(parts[i].highest[g] - highest);
  for (std::size_t i = 0; i < count; ++i) {
    const float by = std::exp(parts[i].highest[g] - highest) / total;
    for (std::int64_t at_ = 0; at_ < width; ++at_) y[at_] += by * parts[i].sum[g * width + at_];
  }
}

// Slots that a thread looks at before it looks for more. Parts begin at multiples of it, counted from a text's first
// token: what is added first depends neither on padding nor on other rows.
constexpr std::int64_t kPart = 128;

struct Step {
  ffi::ThreadPool pool;
  std::int64_t batch, tokens, heads, key_heads, width, places, start;
  const std::int32_t* padding;
  const float *frequencies, *q_scale, *k_scale;  // the scales may be null
  float query_scale, cap, epsilon, offset, rope_scale;
  std::int64_t window;  // or 0
  float *keys, *values;

  [[nodiscard]] std::int64_t group() const { return heads / key_heads; }
  [[nodiscard]] std::int64_t slot(std::int64_t b, std::int64_t head, std::int64_t place) const {
    return ((b * key_heads + head) * places + place) * width;
  }

  // x -> y, normed and rotated by the angles whose cosines and sines are given.
  void turn(const float* x, const float* scale, const float* c, const float* s, float by, float* y) const {
    if (scale != nullptr) norm(x, scale, width, epsilon, offset, y);
    const float* from = scale != nullptr ? y : x;
    for (std::int64_t i = 0, half = width / 2; i < half; ++i) {
      const float a = from[i], b = from[i + half];
      y[i] = (a * c[i] - b * s[i]) * by;
      y[i + half] = (b * c[i] + a * s[i]) * by;
    }
  }

  // Keys and values of the new tokens into the cache; the queries into `turned`.
  void remember(const float* q, const float* k, const float* v, float* turned) const {
    const std::int64_t half = width / 2;
    std::vector<float> angles(static_cast<std::size_t>(width));
    float *c = angles.data(), *s = c + half;
    for (std::int64_t row = 0; row < batch * tokens; ++row) {
      const std::int64_t b = row / tokens, now = start + row % tokens, place = now % places;
      const float position = static_cast<float>(now - padding[b]) / rope_scale;
      for (std::int64_t i = 0; i < half; ++i) {
        c[i] = std::cos(position * frequencies[i]);
        s[i] = std::sin(position * frequencies[i]);
      }
      for (std::int64_t n = row * heads; n < (row + 1) * heads; ++n)
        turn(q + n * width, q_scale, c, s, query_scale, turned + n * width);
      for (std::int64_t head = 0; head < key_heads; ++head) {
        const std::int64_t from = (row * key_heads + head) * width, to = slot(b, head, place);
        turn(k + from, k_scale, c, s, 1, keys + to);
        std::copy_n(v + from, width, values + to);
      }
    }
  }

  // A query's group of heads, and a part of what it sees.
  struct Item {
    std::int64_t row, head, first, count;  // positions
  };

  void attend(const float* q, float* y) const {
    std::vector<Item> items;
    for (std::int64_t row = 0; row < batch * tokens; ++row) {
      const std::int64_t end = start + row % tokens - padding[row / tokens] + 1;
      const std::int64_t begin = window > 0 ? std::max<std::int64_t>(0, end - window) : 0;
      for (std::int64_t head = 0; head < key_heads; ++head) {
        for (std::int64_t from = begin; from < end;) {
          const std::int64_t to = std::min(end, (from / kPart + 1) * kPart);
          items.push_back({row, head, from, to - from});
          from = to;
        }
      }
    }
    const auto room = static_cast<std::size_t>(group() * (2 + width));
    std::vector<float> found(room * items.size());
    const auto part = [&](std::size_t i) {
      float* at_ = found.data() + i * room;
      return Partial{at_, at_ + group(), at_ + 2 * group()};
    };
    parallel_for(pool, static_cast<std::int64_t>(items.size()), 1, [&](std::int64_t first, std::int64_t last) {
      std::vector<float> scores(static_cast<std::size_t>(group() * kPart));
      for (std::int64_t i = first; i < last; ++i) {
        const Item& item = items[static_cast<std::size_t>(i)];
        const std::int64_t b = item.row / tokens, from = slot(b, item.head, 0);
        const Slots slots{keys + from, values + from, item.first + padding[b], item.count, places, width};
        const std::int64_t stride = (item.count + kLanes - 1) / kLanes * kLanes;
        look(slots, q + (item.row * heads + item.head * group()) * width, group(), cap, scores.data(), stride,
             part(static_cast<std::size_t>(i)));
      }
    });
    std::fill_n(y, batch * tokens * heads * width, 0.0F);  // of a query that sees nothing
    for (std::size_t i = 0; i < items.size();) {
      std::vector<Partial> parts;
      const Item& item = items[i];
      for (; i < items.size() && items[i].row == item.row && items[i].head == item.head; ++i) parts.push_back(part(i));
      for (std::int64_t g = 0; g < group(); ++g)
        join(parts.data(), parts.size(), g, width, y + (item.row * heads + item.head * group() + g) * width);
    }
  }
};

// The operand's numbers in the result, which XLA may have put in its place.
float* in_place(const Floats& operand, ffi::Result<Floats>& result) {
  float* to = result->typed_data();
  if (to != operand.typed_data()) std::memcpy(to, operand.typed_data(), operand.size_bytes());
  return to;
}

ffi::Error attention_step(ffi::ThreadPool pool, Floats q, Floats k, Floats v, Floats keys, Floats values, Integers start,
                          Integers padding, Floats frequencies, ffi::RemainingArgs scales, ffi::Result<Floats> y,
                          ffi::Result<Floats> new_keys, ffi::Result<Floats> new_values, double query_scale,
                          double soft_cap, std::int64_t window, double epsilon, double scale_offset, double rope_scale) {
  const auto dims = q.dimensions(), cache = keys.dimensions();
  const auto scale = [&](std::size_t i) -> const float* {
    return i < scales.size() ? scales.get<Floats>(i)->typed_data() : nullptr;
  };
  const Step step{.pool = pool, .batch = dims[0], .tokens = dims[1], .heads = dims[2], .key_heads = cache[1],
                  .width = dims[3], .places = cache[2], .start = start.typed_data()[0], .padding = padding.typed_data(),
                  .frequencies = frequencies.typed_data(), .q_scale = scale(0), .k_scale = scale(1),
                  .query_scale = static_cast<float>(query_scale), .cap = static_cast<float>(soft_cap),
                  .epsilon = static_cast<float>(epsilon), .offset = static_cast<float>(scale_offset),
                  .rope_scale = static_cast<float>(rope_scale), .window = window, .keys = in_place(keys, new_keys),
                  .values = in_place(values, new_values)};
  const bool may_turn = window > 0 && window <= step.places && step.tokens == 1;  // a ring
  if (step.width % kLanes != 0 || step.start < 0 || (!may_turn && step.start + step.tokens > step.places) ||
      std::any_of(step.padding, step.padding + step.batch, [](std::int32_t n) { return n < 0; }))
    return ffi::Error::InvalidArgument("hilo_attention_step: the tokens do not fit the cache");
  std::vector<float> turned(q.element_count());
  step.remember(q.typed_data(), k.typed_data(), v.typed_data(), turned.data());
  step.attend(turned.data(), y->typed_data());
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

ffi::Error likeliest(ffi::ThreadPool pool, Floats logits, ffi::Result<Integers> tokens, ffi::Result<Floats> scores) {
  const std::int64_t batch = logits.dimensions()[0], count = logits.dimensions()[1];
  constexpr std::int64_t kPiece = 16 << 10;
  const std::int64_t pieces = (count + kPiece - 1) / kPiece;
  std::vector<Best> parts(static_cast<std::size_t>(batch * pieces));
  parallel_for(pool, batch * pieces, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t from = i % pieces * kPiece;
      parts[static_cast<std::size_t>(i)] = best_of(logits.typed_data() + i / pieces * count, from, std::min(count, from + kPiece));
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

void register_decoder_layer() {
  register_custom_call("hilo_rms_norm", ffi::Ffi::Bind()
                                            .Arg<Floats>()
                                            .Arg<Floats>()
                                            .Ret<Floats>()
                                            .Attr<double>("epsilon")
                                            .Attr<double>("scale_offset")
                                            .To(rms_norm));
  register_custom_call(
      "hilo_likeliest", ffi::Ffi::Bind().Ctx<ffi::ThreadPool>().Arg<Floats>().Ret<Integers>().Ret<Floats>().To(likeliest));
  register_custom_call("hilo_attention_step", ffi::Ffi::Bind()
                                                  .Ctx<ffi::ThreadPool>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Integers>()
                                                  .Arg<Integers>()
                                                  .Arg<Floats>()
                                                  .RemainingArgs()
                                                  .Ret<Floats>()
                                                  .Ret<Floats>()
                                                  .Ret<Floats>()
                                                  .Attr<double>("query_scale")
                                                  .Attr<double>("soft_cap")
                                                  .Attr<std::int64_t>("window")
                                                  .Attr<double>("epsilon")
                                                  .Attr<double>("scale_offset")
                                                  .Attr<double>("rope_scale")
                                                  .To(attention_step));
}

}  // namespace hilo::kernels
