#include "hilo/models/gemma/attention_step.h"

#include <cmath>

#include "hilo/core/array.h"
#include "hilo/nn/layer_norm.h"
#include "hilo/ops/attention.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/exact_products.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rotary.h"

namespace hilo::models::gemma {
namespace {

// Operands: q, k, v, keys, values, start, count, padding, and q_scale and k_scale if there are
// norms.
struct AttentionStep : ByFormula<AttentionStep> {
  static constexpr std::string_view kName = "hilo.attention_step";
  double query_scale = 1, soft_cap = 0, norm_epsilon = 0, rope_base = 0, rope_scale = 1;
  std::int64_t window = 0;  // or 0: all
  bool is_first = false;    // start is 0: nothing is in the cache
  bool is_ring = false, is_exact = false;
  std::int64_t dtype = 0;  // that products are in, of DType

  static void fields(auto&& field) {
    field("query_scale", &AttentionStep::query_scale);
    field("soft_cap", &AttentionStep::soft_cap);
    field("norm_epsilon", &AttentionStep::norm_epsilon);
    field("rope_base", &AttentionStep::rope_base);
    field("rope_scale", &AttentionStep::rope_scale);
    field("window", &AttentionStep::window);
    field("is_first", &AttentionStep::is_first);
    field("is_ring", &AttentionStep::is_ring);
    field("is_exact", &AttentionStep::is_exact);
    field("dtype", &AttentionStep::dtype);
  }

  static AttentionStep of(const Config& c, Dim layer, const LayerCache& cache, bool is_first) {
    const bool is_local = c.has_local(layer);
    AttentionStep step;
    step.query_scale = c.query_scale;
    step.soft_cap = c.attention_cap;
    step.norm_epsilon = c.norm_epsilon;
    step.rope_base = is_local ? c.local_rope_base : c.global_rope_base;
    step.rope_scale = is_local ? c.local_rope_scale : c.global_rope_scale;
    step.window = is_local ? c.window : 0;
    step.is_first = is_first;
    step.is_ring = is_local && cache.keys.dim(2) == ring_slots(c);
    step.is_exact = c.precision.activations == kF32;
    step.dtype = static_cast<std::int64_t>(c.precision.activations);
    return step;
  }

  // y, keys, values
  [[nodiscard]] std::vector<Value> results(std::span<const Value> p) const {
    const ExactProducts exact(is_exact);
    const Placement at{p[5], p[6], p[7], is_first};
    const nn::RmsNormOptions norm{.epsilon = norm_epsilon, .scale_offset = 1};
    const RotaryOptions rotary{.base = rope_base, .scale = rope_scale};
    const Value positions = new_positions(at, p[0].dim(1));  // [B,T]
    const auto turned = [&](Value x, std::size_t scale) {
      return rotary_embedding(scale < p.size() ? nn::rms_norm(x, p[scale], norm) : x, positions,
                              rotary);
    };
    const Value q = turned(p[0], 8);
    const Seen seen = remember({p[3], p[4]}, turned(p[1], 9), p[2], at, is_ring);
    AttentionOptions options{
        .is_causal = true,
        .scale = query_scale,
        .soft_cap = soft_cap,
        .mask = reshape(seen.positions >= 0, {q.dim(0), 1, 1, seen.keys.dim(1)})};
    if (!is_first) {  // else both count from 0, and padding shifts them alike
      options.query_positions = positions;
      options.key_positions = seen.positions;
    }
    if (window > 0) options.window = AttentionWindow{.left = window - 1, .right = 0};
    const auto as = [this](Value x) { return convert(x, static_cast<DType>(dtype)); };
    return {scaled_dot_product_attention(as(q), as(seen.keys), as(seen.values), options),
            seen.cache.keys, seen.cache.values};
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    return {Shape{static_cast<DType>(dtype), in[0].dims}, in[3], in[4]};
  }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace([&](std::span<const Value> p) { return results(p); }, in);
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return formula(in);
  }

  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    const Dim width = in[0].dim(3);
    const bool is_f32 =
        in[3].dtype == kF32 && in[4].dtype == kF32 && static_cast<DType>(dtype) == kF32;
    if (platform != "cpu" || !is_f32 || width % 16 != 0) return {};
    return trace(
        [&](std::span<const Value> p) {
          std::vector<Value> operands(p.begin(), p.end());
          operands.insert(operands.begin() + 8,
                          constant(rotary_frequencies(width, rope_base, kF32)));
          const CustomOp kernel{
              .name = "hilo_attention_step",
              .infer = [&](Shapes) { return infer(in); },
              .in_place = {{.result = 1, .operand = 3}, {.result = 2, .operand = 4}}};
          return custom_call(kernel, operands,
                             {{"query_scale", query_scale},
                              {"soft_cap", soft_cap},
                              {"window", window},
                              {"is_ring", is_ring},
                              {"epsilon", norm_epsilon},
                              {"scale_offset", 1.0},
                              {"rope_scale", rope_scale}});
        },
        in);
  }
};

}  // namespace

Value attend(const Config& config, Dim layer, const HeadInputs& x, LayerCache& cache,
             const Placement& at) {
  std::vector<Value> in = {x.q, x.k, x.v, cache.keys, cache.values, at.start, at.count, at.padding};
  if (x.q_scale) in.insert(in.end(), {x.q_scale, x.k_scale});
  const std::vector<Value> out =
      apply_all(AttentionStep::of(config, layer, cache, at.is_first), in);
  cache = {out[1], out[2]};
  return out[0];
}

}  // namespace hilo::models::gemma
