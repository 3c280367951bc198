#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <vector>

#include "hilo/custom_call.h"
#include "hilo/kernels/attention_look.h"
#include "hilo/kernels/decoder_layer.h"
#include "hilo/kernels/parallel.h"
#include "hilo/kernels/vectors.h"

namespace hilo::kernels {
namespace {

namespace ffi = xla::ffi;
using Floats = ffi::Buffer<ffi::F32>;
using Integers = ffi::Buffer<ffi::S32>;

// (x[i], x[i + half]) turned by angles, times `by`.
void rotate(const float* x, const float* c, const float* s, std::int64_t half, float by, float* y) {
  for (std::int64_t i = 0; i < half; ++i) {
    const float a = x[i], b = x[i + half];
    y[i] = (a * c[i] - b * s[i]) * by;
    y[i + half] = (b * c[i] + a * s[i]) * by;
  }
}

// Places that are looked at together. Runs begin at multiples of it, counted from a text's first
// token: what is added first depends neither on padding nor on other rows.
constexpr std::int64_t kRun = 128;
// Tokens whose queries look together where there are many.
constexpr std::int64_t kTogether = 8;

struct Step {
  ffi::ThreadPool pool;
  std::int64_t batch, tokens, heads, key_heads, width, places, start, count;
  const std::int32_t* padding;
  const float *frequencies, *q_scale, *k_scale;  // the scales may be null
  float query_scale, cap, epsilon, offset, rope_scale;
  std::int64_t window;  // or 0
  float *keys, *values;
  std::vector<float> queries{}, new_keys{}, new_values{};  // [b,kh,t,group,h], [b,kh,t,h]

  [[nodiscard]] std::int64_t group() const { return heads / key_heads; }

  void turn(const float* x, const float* scale, const float* c, const float* s, float by,
            float* y) const {
    if (scale != nullptr) rms_norm(x, scale, width, epsilon, offset, y);
    rotate(scale != nullptr ? y : x, c, s, width / 2, by, y);
  }

  // Norms and turns what is new, and puts heads in front of tokens.
  void prepare(const float* q, const float* k, const float* v) {
    const std::int64_t half = width / 2, all = batch * tokens * width;
    queries.resize(static_cast<std::size_t>(all * heads));
    new_keys.resize(static_cast<std::size_t>(all * key_heads));
    new_values.resize(new_keys.size());
    parallel_for(pool, batch * tokens, 16, [&](std::int64_t first, std::int64_t last) {
      std::vector<float> angles(static_cast<std::size_t>(width));
      float *c = angles.data(), *s = c + half;
      for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t b = row / tokens, t = row % tokens;
        const float position = static_cast<float>(start + t - padding[b]) / rope_scale;
        for (std::int64_t i = 0; i < half; ++i) {
          c[i] = std::cos(position * frequencies[i]);
          s[i] = std::sin(position * frequencies[i]);
        }
        for (std::int64_t head = 0; head < key_heads; ++head) {
          const std::int64_t from = (row * key_heads + head) * width,
                             to = ((b * key_heads + head) * tokens + t) * width;
          turn(k + from, k_scale, c, s, 1, new_keys.data() + to);
          std::copy_n(v + from, width, new_values.data() + to);
          for (std::int64_t g = 0; g < group(); ++g)
            turn(q + from * group() + g * width, q_scale, c, s, query_scale,
                 queries.data() + to * group() + g * width);
        }
      }
    });
  }

  // Tokens [first, last) of a row, their queries of a key head, and the positions [from, to) that
  // are looked at.
  struct Item {
    std::int64_t row, head, first, last, from, to;
  };

  // The positions that a token sees.
  [[nodiscard]] Visible visible(std::int64_t b, std::int64_t t) const {
    const std::int64_t end = std::max<std::int64_t>(0, start + t - padding[b] + 1);
    return {window > 0 ? std::max<std::int64_t>(0, end - window) : 0, end};
  }

  // A position's run, no longer than to `to`, and where it begins: those that are new are not in
  // the cache yet.
  [[nodiscard]] Run run(std::int64_t b, std::int64_t head, std::int64_t position,
                        std::int64_t to) const {
    const std::int64_t row = b * key_heads + head, slot = position + padding[b];
    to = std::min(to, (position / kRun + 1) * kRun);
    if (slot >= start) {
      const std::int64_t first = (row * tokens + slot - start) * width;
      return {new_keys.data() + first, new_values.data() + first, to - position};
    }
    const std::int64_t place = slot % places, first = (row * places + place) * width;
    return {keys + first, values + first, std::min({to - position, start - slot, places - place})};
  }

  [[nodiscard]] std::vector<Item> items() const {
    std::vector<Item> all;
    const std::int64_t together = tokens < kTogether ? 1 : kTogether;
    for (std::int64_t row = 0; row < batch * key_heads; ++row) {
      const std::int64_t b = row / key_heads, head = row % key_heads;
      for (std::int64_t first = 0; first < tokens; first += together) {
        const std::int64_t last = std::min(tokens, first + together);
        const std::int64_t begin = visible(b, first).first, end = visible(b, last - 1).end;
        // Few tokens are shared out by what they see: there is nothing else to share.
        const std::int64_t length = together > 1 ? end : kRun;
        for (std::int64_t from = begin, to = 0; from < end; from = to) {
          to = std::min(end, (from / kRun) * kRun + std::max(length, kRun));
          all.push_back({b, head, first, last, from, to});
        }
      }
    }
    return all;
  }

  void look_at(const Item& item, const Sight& sight) const {
    const std::int64_t rows = queries_of(item);
    std::vector<float> scores(static_cast<std::size_t>(rows * kRun));
    std::vector<Visible> part(static_cast<std::size_t>(rows));
    const float* q = queries.data() +
                     ((item.row * key_heads + item.head) * tokens + item.first) * group() * width;
    std::fill_n(sight.highest, rows, kNever);
    for (std::int64_t from = item.from; from < item.to;) {
      const Run now = run(item.row, item.head, from, item.to);
      for (std::int64_t i = 0; i < rows; ++i) {
        const Visible seen = visible(item.row, item.first + i / group());
        part[static_cast<std::size_t>(i)] = {
            std::clamp<std::int64_t>(seen.first - from, 0, now.count),
            std::clamp<std::int64_t>(seen.end - from, 0, now.count)};
      }
      const std::int64_t stride = (now.count + kMostLanes - 1) / kMostLanes * kMostLanes;
      look(q, rows, width, now, part.data(), cap, scores.data(), stride, sight);
      from += now.count;
    }
  }

  [[nodiscard]] std::int64_t queries_of(const Item& item) const {
    return (item.last - item.first) * group();
  }
  // Room for what an item sees, and that room as a Sight.
  [[nodiscard]] std::size_t room_of(const Item& item) const {
    return static_cast<std::size_t>(queries_of(item) * (2 + width));
  }
  [[nodiscard]] Sight sight_in(float* room, const Item& item) const {
    return {room, room + queries_of(item), room + 2 * queries_of(item)};
  }

  // y [b,t,n,h]
  void attend(float* y) const {
    std::fill_n(y, batch * tokens * heads * width, 0.0F);  // of a query that sees nothing
    const std::vector<Item> all = items();
    const bool is_shared = tokens < kTogether;  // a token is in several items
    std::vector<std::size_t> begins(all.size() + 1);
    for (std::size_t i = 0; is_shared && i < all.size(); ++i)
      begins[i + 1] = begins[i] + room_of(all[i]);
    std::vector<float> shared(begins.back());
    parallel_for(pool, std::ssize(all), 1, [&](std::int64_t first, std::int64_t last) {
      std::vector<float> own;
      for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
        const Item& item = all[i];
        if (is_shared) {
          look_at(item, sight_in(shared.data() + begins[i], item));
        } else {
          own.assign(room_of(item), 0);
          const Sight sight = sight_in(own.data(), item);
          look_at(item, sight);
          join({&sight, 1}, item, y);
        }
      }
    });
    for (std::size_t i = 0; is_shared && i < all.size();) {
      const Item& item = all[i];
      std::vector<Sight> parts;
      for (; i < all.size() && all[i].row == item.row && all[i].head == item.head &&
             all[i].first == item.first;
           ++i)
        parts.push_back(sight_in(shared.data() + begins[i], all[i]));
      join(parts, item, y);
    }
  }

  // What the queries of an item saw in parts, as one.
  void join(std::span<const Sight> parts, const Item& item, float* y) const {
    for (std::int64_t i = 0; i < queries_of(item); ++i) {
      const std::int64_t t = item.first + i / group(), n = item.head * group() + i % group();
      join(parts, i, y + ((item.row * tokens + t) * heads + n) * width);
    }
  }
  void join(std::span<const Sight> parts, std::int64_t i, float* y) const {
    float highest = kNever, total = 0;
    for (const Sight& part : parts) highest = std::max(part.highest[i], highest);
    if (highest == kNever) return;
    for (const Sight& part : parts) total += part.total[i] * std::exp(part.highest[i] - highest);
    for (const Sight& part : parts) {
      const float by = std::exp(part.highest[i] - highest) / total;
      for (std::int64_t w = 0; w < width; ++w) y[w] += by * part.sums[i * width + w];
    }
  }

  // The new tokens into the cache: into a ring those that count, and of them what it has room for.
  void remember(bool is_ring) {
    const std::int64_t last = is_ring ? count : tokens,
                       first = std::max<std::int64_t>(0, last - places);
    for (std::int64_t row = 0; row < batch * key_heads; ++row) {
      for (std::int64_t t = first; t < last; ++t) {
        const std::int64_t from = (row * tokens + t) * width,
                           to = (row * places + (start + t) % places) * width;
        std::copy_n(new_keys.data() + from, width, keys + to);
        std::copy_n(new_values.data() + from, width, values + to);
      }
    }
  }
};

// The operand's numbers in the result, which XLA may have put in its place.
float* in_place(const Floats& operand, ffi::Result<Floats>& result) {
  float* to = result->typed_data();
  if (to != operand.typed_data()) std::memcpy(to, operand.typed_data(), operand.size_bytes());
  return to;
}

ffi::Error attention_step(ffi::ThreadPool pool, Floats q, Floats k, Floats v, Floats keys,
                          Floats values, Integers start, Integers count, Integers padding,
                          Floats frequencies, ffi::RemainingArgs scales, ffi::Result<Floats> y,
                          ffi::Result<Floats> new_keys, ffi::Result<Floats> new_values,
                          double query_scale, double soft_cap, std::int64_t window, bool is_ring,
                          double epsilon, double scale_offset, double rope_scale) {
  const auto dims = q.dimensions(), cache = keys.dimensions();
  const auto scale = [&](std::size_t i) -> const float* {
    return i < scales.size() ? scales.get<Floats>(i)->typed_data() : nullptr;
  };
  Step step{.pool = pool,
            .batch = dims[0],
            .tokens = dims[1],
            .heads = dims[2],
            .key_heads = cache[1],
            .width = dims[3],
            .places = cache[2],
            .start = start.typed_data()[0],
            .count = count.typed_data()[0],
            .padding = padding.typed_data(),
            .frequencies = frequencies.typed_data(),
            .q_scale = scale(0),
            .k_scale = scale(1),
            .query_scale = static_cast<float>(query_scale),
            .cap = static_cast<float>(soft_cap),
            .epsilon = static_cast<float>(epsilon),
            .offset = static_cast<float>(scale_offset),
            .rope_scale = static_cast<float>(rope_scale),
            .window = window,
            .keys = in_place(keys, new_keys),
            .values = in_place(values, new_values)};
  const bool fits =
      is_ring ? window > 0 && window <= step.places + 1 : step.start + step.tokens <= step.places;
  if (step.width % kMostLanes != 0 || step.start < 0 || step.count < 0 || step.count > step.tokens ||
      !fits ||
      std::any_of(step.padding, step.padding + step.batch, [](std::int32_t n) { return n < 0; }))
    return ffi::Error::InvalidArgument("hilo_attention_step: the tokens do not fit the cache");
  step.prepare(q.typed_data(), k.typed_data(), v.typed_data());
  step.attend(y->typed_data());
  step.remember(is_ring);
  return ffi::Error::Success();
}

}  // namespace

void register_attention_step() {
  register_custom_call("hilo_attention_step", ffi::Ffi::Bind()
                                                  .Ctx<ffi::ThreadPool>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Floats>()
                                                  .Arg<Integers>()
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
                                                  .Attr<bool>("is_ring")
                                                  .Attr<double>("epsilon")
                                                  .Attr<double>("scale_offset")
                                                  .Attr<double>("rope_scale")
                                                  .To(attention_step));
}

}  // namespace hilo::kernels
