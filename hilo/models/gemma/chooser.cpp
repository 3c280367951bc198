#include "hilo/models/gemma/chooser.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "hilo/core/error.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/random_bits.h"

namespace hilo::models::gemma {
namespace {

void expect(bool is_fine, const char* option, double value, const char* expected) {
  if (!is_fine) throw UsageError(fmt::format("{} is {}; expected {}", option, value, expected));
}

Tensor every(Dim batch, double value) {
  return from_doubles({kF32, {batch}}, std::vector<double>(static_cast<std::size_t>(batch), value));
}

Tensor keys_of(std::uint64_t seed, Dim batch) {
  Array keys(Shape{kU64, {batch, 2}});
  for (Dim b = 0; b < batch; ++b) {
    const Array key = random_key_array(seed + static_cast<std::uint64_t>(b));
    std::ranges::copy(key.data<std::uint64_t>(),
                      keys.mutable_data<std::uint64_t>().begin() + 2 * b);
  }
  return keys;
}

}  // namespace

void check(const SamplingOptions& o, Dim vocabulary) {
  expect(o.temperature >= 0 && o.temperature < 1e6, "temperature", o.temperature, "0 or more");
  expect(o.top_k >= 0, "top-k", static_cast<double>(o.top_k), "0 or more");
  expect(o.top_p > 0 && o.top_p <= 1, "top-p", o.top_p, "above 0, up to 1");
  expect(o.min_p >= 0 && o.min_p <= 1, "min-p", o.min_p, "0 .. 1");
  expect(o.typical_p > 0 && o.typical_p <= 1, "typical-p", o.typical_p, "above 0, up to 1");
  expect(o.repetition_penalty > 0 && o.repetition_penalty < 1e6, "repetition penalty",
         o.repetition_penalty, "above 0");
  expect(std::abs(o.presence_penalty) < 1e6, "presence penalty", o.presence_penalty, "a number");
  expect(std::abs(o.frequency_penalty) < 1e6, "frequency penalty", o.frequency_penalty, "a number");
  for (const auto& [id, bias] : o.logit_bias) {
    if (id < 0 || id >= vocabulary) {
      throw UsageError(fmt::format(
          "logit bias of token {}, which is outside of the vocabulary; expected 0 .. {}", id,
          vocabulary - 1));
    }
    expect(!(bias != bias), "logit bias", bias, "a number");
  }
}

Chooser Chooser::of(const SamplingOptions& o) {
  const std::size_t biased = o.logit_bias.size();
  return {
      .draws = o.temperature > 0,
      .penalizes = o.repetition_penalty != 1 || o.presence_penalty != 0 || o.frequency_penalty != 0,
      .biases =
          biased == 0 ? 0 : static_cast<Dim>(std::bit_ceil(std::max<std::size_t>(biased, 16)))};
}

std::vector<Tensor> Chooser::inputs(const SamplingOptions& o, Dim batch) const {
  std::vector<Tensor> result;
  if (draws) {
    const Array top_k = from_doubles(
        {kI32, {batch}}, std::vector<double>(static_cast<std::size_t>(batch),
                                             static_cast<double>(std::min<Dim>(o.top_k, 1 << 30))));
    result = {every(batch, o.temperature), Tensor(top_k),
              every(batch, o.top_p),       every(batch, o.min_p),
              every(batch, o.typical_p),   keys_of(o.seed, batch)};
  }
  if (penalizes) {
    for (double penalty : {o.repetition_penalty, o.presence_penalty, o.frequency_penalty})
      result.push_back(every(batch, penalty));
  }
  if (biases > 0) {
    Array ids(Shape{kI32, {batch, biases}}), amounts(Shape{kF32, {batch, biases}});
    for (Dim b = 0; b < batch; ++b) {
      const auto row = ids.mutable_data<std::int32_t>().subspan(
          static_cast<std::size_t>(b * biases), static_cast<std::size_t>(biases));
      const auto amount = amounts.mutable_data<float>().subspan(
          static_cast<std::size_t>(b * biases), static_cast<std::size_t>(biases));
      std::ranges::fill(row, -1);
      std::size_t i = 0;
      for (const auto& [id, bias] : o.logit_bias) {
        row[i] = id;
        amount[i++] = static_cast<float>(bias);
      }
    }
    result.emplace_back(ids);
    result.emplace_back(amounts);
  }
  return result;
}

nn::SamplingSettings Chooser::settings(std::span<const Value> in, Value counts, Value step) const {
  nn::SamplingSettings s;
  std::size_t next = 0;
  if (draws) {
    for (Value nn::SamplingSettings::*setting :
         {&nn::SamplingSettings::temperature, &nn::SamplingSettings::top_k,
          &nn::SamplingSettings::top_p, &nn::SamplingSettings::min_p,
          &nn::SamplingSettings::typical_p, &nn::SamplingSettings::keys}) {
      s.*setting = in[next++];
    }
    s.steps = broadcast_to(step, {s.temperature.dim(0)});
  }
  if (penalizes) {
    s.repetition_penalty = in[next++];
    s.presence_penalty = in[next++];
    s.frequency_penalty = in[next++];
    s.counts = counts;
  }
  if (biases > 0) {
    s.bias_ids = in[next++];
    s.bias_amounts = in[next++];
  }
  if (is_constrained) s.allowed = in[next++];
  return s;
}

Tensor token_counts(const std::vector<Ids>& texts, Dim vocabulary) {
  Array counts(Shape{kI32, {static_cast<Dim>(texts.size()), vocabulary}});
  const auto to = counts.mutable_data<std::int32_t>();
  for (std::size_t b = 0; b < texts.size(); ++b) {
    for (std::int32_t id : texts[b])
      ++to[b * static_cast<std::size_t>(vocabulary) + static_cast<std::size_t>(id)];
  }
  return counts;
}

}  // namespace hilo::models::gemma
