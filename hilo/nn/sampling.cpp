#include "hilo/nn/sampling.h"

#include <limits>

#include "hilo/autodiff/autodiff.h"
#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/switch_case.h"
#include "hilo/ops/unary.h"

namespace hilo::nn {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kOut = -kInfinity;  // the logit of a token that is out

void expect_setting(std::string_view step, std::string_view name, Value setting, Value logits,
                    const Shape& expected) {
  if (setting && setting.shape() == expected) return;
  throw OpError(
      {.op = std::string(step),
       .problem = std::string(name) + (setting ? " does not fit the logits" : " is missing"),
       .got = setting ? std::vector{logits.shape(), setting.shape()} : std::vector{logits.shape()},
       .expected = "logits f32[B,V], " + std::string(name) + " " + to_string(expected)},
      CallSite::current({}));
}

// Of f32[B,V] logits a setting [B] of `dtype`, as [B,1].
Value column(std::string_view step, std::string_view name, Value setting, Value logits,
             DType dtype = kF32) {
  expect_setting(step, name, setting, logits, {dtype, {logits.dim(0)}});
  return expand_dims(setting, 1);
}

void expect_logits(std::string_view step, Value logits) {
  if (logits.dtype() == kF32 && logits.rank() == 2) return;
  refuse_layer(step, "these are no logits", logits, "f32[B,V]");
}

// Numbers whose order as u32 is that of x as f32.
Value ordered_bits(Value x) {
  const Value bits = bitcast_convert(x + 0.0, kU32);  // -0 becomes 0
  const Value is_negative = x < 0.0;
  return select(is_negative, bitwise_not(bits), bitwise_or(bits, 0x8000'0000U));
}

// Keeps the logits whose scores are highest, until their weights sum to `target` [B,1]: finds the
// highest threshold that leaves so much, bit by bit, so that equal scores stay or go together. A
// target that is never reached keeps all.
Value keep_highest(Value logits, Value scores, Value weights, Value target) {
  const Value order = ordered_bits(scores);  // u32[B,V]
  const Value threshold =
      fori_loop(0, 32, zeros({kU32, {logits.dim(0), 1}}), [&](Value step, Value so_far) {
        const Value tried = so_far | shift_right_logical(0x8000'0000U, step.as(kU32));
        const Value mass = sum(select(order >= tried, weights, 0), {1}, true);
        return select(mass >= target, tried, so_far);
      });
  return select(order >= threshold, logits, kOut);
}

// The mass that nucleus and typical sampling keep: at least one token, and all where p is 1.
Value mass_target(Value p) { return select(p < 1.0, maximum(p, 1e-20), kInfinity); }

// `step` of the logits where any request asks for it; else they stay, at run time.
Value if_any(Value asks, Value logits, const std::function<Value()>& step) {
  return cond(any(asks), step, [&] { return logits; });
}

// Probabilities; of tokens that are out, 0.
Value probabilities(Value logits) { return softmax(logits, {1}); }

struct LikeliestOp : ByFormula<LikeliestOp> {
  static constexpr std::string_view kName = "hilo.likeliest";
  static void fields(auto&&) {}
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const { return {Shape{kI32, {in[0].dim(0)}}, Shape{kF32, {in[0].dim(0)}}}; }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace(
        [](std::span<const Value> p) {
          const Value tokens = argmax(p[0], 1);
          const Value scores = take_along_axis(log_softmax(p[0]), expand_dims(tokens, 1), 1);  // [B,1]
          return std::vector{convert(tokens, kI32), reshape(scores, tokens.dims())};
        },
        in);
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const { return formula(in); }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_likeliest", in, infer(in));
  }
};

}  // namespace

Value add_logit_bias(Value logits, Value ids, Value amounts) {
  expect_logits("add_logit_bias", logits);
  const Dim count = ids && ids.rank() == 2 ? ids.dim(1) : 1;
  expect_setting("add_logit_bias", "ids", ids, logits, {kI32, {logits.dim(0), count}});
  expect_setting("add_logit_bias", "amounts", amounts, logits, {kF32, {logits.dim(0), count}});
  const Value places = select(ids < 0, logits.dim(1), ids);  // what is outside is dropped
  return put_along_axis(logits, places, amounts, Update::kAdd);
}

Value penalize(Value logits, Value counts, Value repetition, Value presence, Value frequency) {
  expect_logits("penalize", logits);
  expect_setting("penalize", "counts", counts, logits, {kI32, logits.dims()});
  const Value r = column("penalize", "repetition", repetition, logits);
  const Value p = column("penalize", "presence", presence, logits);
  const Value f = column("penalize", "frequency", frequency, logits);
  return if_any(not_equal(r, 1.0) | not_equal(p, 0.0) | not_equal(f, 0.0), logits, [&] {
    const Value repeated = select(logits > 0.0, logits / r, logits * r);
    return select(counts > 0, repeated - p - f * counts.as(kF32), logits);
  });
}

Value count_tokens(Value counts, Value tokens) {
  if (counts.rank() != 2 || counts.dtype() != kI32 ||
      tokens.shape() != Shape{kI32, {counts.dim(0)}}) {
    throw OpError({.op = "count_tokens",
                   .problem = "tokens do not fit the counts",
                   .got = {counts.shape(), tokens.shape()},
                   .expected = "counts i32[B,V], tokens i32[B]"},
                  CallSite::current({}));
  }
  const Value places = expand_dims(select(tokens < 0, counts.dim(1), tokens), 1);
  return put_along_axis(counts, places, 1, Update::kAdd);
}

Value mask_tokens(Value logits, Value words) {
  expect_logits("mask_tokens", logits);
  const Dim batch = logits.dim(0), tokens = logits.dim(1), count = (tokens + 31) / 32;
  expect_setting("mask_tokens", "words", words, logits, {kU32, {batch, count}});
  const Value bits =
      shift_right_logical(expand_dims(words, 2), iota({kU32, {32}})) & 1U;  // [B,W,32]
  const Value is_in =
      not_equal(slice(reshape(bits, {batch, count * 32}), {0, 0}, {batch, tokens}), 0U);
  return select(is_in, logits, kOut);
}

Value scale_by_temperature(Value logits, Value temperature) {
  expect_logits("scale_by_temperature", logits);
  const Value t = column("scale_by_temperature", "temperature", temperature, logits);
  return logits / select(t > 0.0, t, 1.0);
}

Value keep_top_k(Value logits, Value k) {
  expect_logits("keep_top_k", logits);
  const Value wanted = column("keep_top_k", "k", k, logits, kI32);
  return if_any(wanted > 0, logits, [&] {
    const Value target = select(wanted > 0, wanted, std::numeric_limits<std::int32_t>::max());
    return keep_highest(logits, logits, ones({kI32, logits.dims()}), target);
  });
}

Value keep_top_p(Value logits, Value p) {
  expect_logits("keep_top_p", logits);
  const Value wanted = column("keep_top_p", "p", p, logits);
  return if_any(wanted < 1.0, logits, [&] {
    return keep_highest(logits, logits, probabilities(logits), mass_target(wanted));
  });
}

Value keep_min_p(Value logits, Value p) {
  expect_logits("keep_min_p", logits);
  const Value wanted = column("keep_min_p", "p", p, logits);
  const Value least =
      max(logits, {1}, true) + log(clip(wanted, 0.0, 1.0));  // -infinity where p is 0
  return select(logits >= least, logits, kOut);
}

Value keep_typical(Value logits, Value p) {
  expect_logits("keep_typical", logits);
  const Value wanted = column("keep_typical", "p", p, logits);
  return if_any(wanted < 1.0, logits, [&] {
    const Value log_p = log_softmax(logits, {1}), weights = exp(log_p);
    const Value is_in = logits > kOut;
    const Value mean_surprise = -sum(select(is_in, weights * log_p, 0.0), {1}, true);
    const Value nearness = select(is_in, -abs(log_p + mean_surprise), kOut);
    return keep_highest(logits, nearness, weights, mass_target(wanted));
  });
}

Likeliest likeliest(Value logits) {
  expect_logits("likeliest", logits);
  const std::vector<Value> found = apply_all(LikeliestOp{}, std::vector{logits});
  return {found[0], found[1]};
}

Value draw(Value logits, Value temperature, Value keys, Value steps) {
  expect_logits("draw", logits);
  const Dim batch = logits.dim(0), tokens = logits.dim(1);
  expect_setting("draw", "temperature", temperature, logits, {kF32, {batch}});
  expect_setting("draw", "keys", keys, logits, {kU64, {batch, 2}});
  expect_setting("draw", "steps", steps, logits, {kI32, {batch}});
  const Value noisy = if_any(temperature > 0.0, logits, [&] {
    const Value noise = vmap(
        [&](std::span<const Value> of_one) -> std::vector<Value> {
          return {gumbel(fold_in(of_one[0], of_one[1]), {kF32, {tokens}})};
        },
        std::vector{keys, steps})[0];
    return logits + select(expand_dims(temperature, 1) > 0.0, noise, 0.0);
  });
  return argmax(noisy, 1);
}

Value adjust_logits(Value logits, const SamplingSettings& settings) {
  const CallSite site(std::source_location::current());
  Value x = logits.as(kF32);
  expect_logits("sample", x);
  const Dim batch = x.dim(0);
  if (settings.bias_ids || settings.bias_amounts)
    x = add_logit_bias(x, settings.bias_ids, settings.bias_amounts);
  if (settings.repetition_penalty || settings.presence_penalty || settings.frequency_penalty) {
    const auto or_off = [&](Value setting, double off) {
      return setting ? setting : full({kF32, {batch}}, off);
    };
    x = penalize(x, settings.counts, or_off(settings.repetition_penalty, 1),
                 or_off(settings.presence_penalty, 0), or_off(settings.frequency_penalty, 0));
  }
  return settings.allowed ? mask_tokens(x, settings.allowed) : x;
}

Value sample(Value logits, const SamplingSettings& settings) {
  Value x = adjust_logits(logits, settings);
  if (!settings.temperature) return likeliest(x).tokens;
  x = scale_by_temperature(x, settings.temperature);
  if (settings.top_k) x = keep_top_k(x, settings.top_k);
  if (settings.top_p) x = keep_top_p(x, settings.top_p);
  if (settings.min_p) x = keep_min_p(x, settings.min_p);
  if (settings.typical_p) x = keep_typical(x, settings.typical_p);
  return draw(x, settings.temperature, settings.keys, settings.steps);
}

}  // namespace hilo::nn
