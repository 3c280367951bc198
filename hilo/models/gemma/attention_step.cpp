#include "hilo/models/gemma/attention_step.h"

#include <cmath>

#include "hilo/core/array.h"
#include "hilo/kernels/decoder_layer_cuda.h"
#include "hilo/models/gemma/cuda_call.h"
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
#include "hilo/ops/slice.h"

namespace hilo::models::gemma {
namespace {

// Operands: keys, values, start, count, padding; q, k, v, or one that is all three; q_scale and k_scale if there are
// norms.
struct AttentionStep : ByFormula<AttentionStep> {
  static constexpr std::string_view kName = "hilo.attention_step";
  double query_scale = 1, soft_cap = 0, norm_epsilon = 0, rope_base = 0, rope_scale = 1;
  std::int64_t window = 0;  // or 0: all
  bool is_first = false;    // start is 0: nothing is in the cache
  bool is_ring = false, is_exact = false, is_joint = false;
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
    field("is_joint", &AttentionStep::is_joint);
    field("dtype", &AttentionStep::dtype);
  }

  static constexpr std::size_t kHeads = 5;  // the first operand that heads are in
  [[nodiscard]] std::size_t scales_at() const { return kHeads + (is_joint ? 1 : 3); }

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

  // [B,T,N,H]
  [[nodiscard]] Shape queries(Shapes in) const {
    const Shape& first = in[kHeads];
    if (!is_joint) return first;
    const Dim key_heads = in[0].dim(1), width = in[0].dim(3);
    return {first.dtype, {first.dim(0), first.dim(1), first.dim(2) / width - 2 * key_heads, width}};
  }
  // q, k and v in f32.
  [[nodiscard]] std::vector<Value> heads(std::span<const Value> p) const {
    if (!is_joint) return {p.begin() + kHeads, p.begin() + kHeads + 3};
    const Shape q = queries(shapes_of(p));
    const Dim own = p[0].dim(1) * q.dim(3);  // of keys, and of values
    std::vector<Value> parts = split(p[kHeads], {q.dim(2) * q.dim(3), own, own}, -1);
    for (Value& part : parts) part = convert(reshape(part, {q.dim(0), q.dim(1), part.dim(-1) / q.dim(3), q.dim(3)}), kF32);
    return parts;
  }

  // y, keys, values
  [[nodiscard]] std::vector<Value> results(std::span<const Value> p) const {
    const ExactProducts exact(is_exact);
    const Placement at{p[2], p[3], p[4], is_first};
    const nn::RmsNormOptions norm{.epsilon = norm_epsilon, .scale_offset = 1};
    const RotaryOptions rotary{.base = rope_base, .scale = rope_scale};
    const std::vector<Value> x = heads(p);
    const Value positions = new_positions(at, x[0].dim(1));  // [B,T]
    const auto turned = [&](std::size_t i) {
      const std::size_t scale = scales_at() + i;
      return rotary_embedding(scale < p.size() ? nn::rms_norm(x[i], p[scale], norm) : x[i], positions, rotary);
    };
    const Value q = turned(0);
    const Seen seen = remember({p[0], p[1]}, turned(1), x[2], at, is_ring);
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
    const auto as = [this](Value v) { return convert(v, static_cast<DType>(dtype)); };
    return {scaled_dot_product_attention(as(q), as(seen.keys), as(seen.values), options),
            seen.cache.keys, seen.cache.values};
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    return {Shape{static_cast<DType>(dtype), queries(in).dims}, in[0], in[1]};
  }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace([&](std::span<const Value> p) { return results(p); }, in);
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return formula(in);
  }

  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    const Shape q = queries(in);
    const auto all_are = [&](DType type) {
      return in[0].dtype == type && in[1].dtype == type && q.dtype == type && static_cast<DType>(dtype) == type;
    };
    if (platform == "cpu" && !is_joint && all_are(kF32) && q.dim(3) % 16 == 0) return on_cpu(in);
    if (platform == "cuda" && is_joint && !is_first && all_are(kBF16) && q.dim(1) == 1) return on_cuda(in, q);
    return {};
  }
  [[nodiscard]] Function on_cpu(Shapes in) const {
    return trace(
        [&](std::span<const Value> p) {
          std::vector<Value> operands = {p[kHeads], p[kHeads + 1], p[kHeads + 2], p[0], p[1], p[2], p[3], p[4]};
          append_angles(operands, p);
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
  [[nodiscard]] Function on_cuda(Shapes in, const Shape& q) const {
    const auto kernel = kernels::attention_step_kernel({.batch = q.dim(0),
                                                        .heads = q.dim(2),
                                                        .key_heads = in[0].dim(1),
                                                        .width = q.dim(3),
                                                        .places = in[0].dim(2),
                                                        .window = window,
                                                        .is_ring = is_ring,
                                                        .has_norms = in.size() > scales_at(),
                                                        .query_scale = query_scale,
                                                        .soft_cap = soft_cap,
                                                        .rope_scale = rope_scale,
                                                        .epsilon = norm_epsilon});
    if (!kernel) return {};
    return trace(
        [&](std::span<const Value> p) {
          std::vector<Value> operands = {p[kHeads], p[0], p[1], p[2], p[4]};
          append_angles(operands, p);
          return call_cuda_kernel(*kernel, operands, infer(in), {{.result = 1, .operand = 1}, {.result = 2, .operand = 2}});
        },
        in);
  }
  // The frequencies of the rotation, and the scales of the norms.
  void append_angles(std::vector<Value>& operands, std::span<const Value> p) const {
    operands.push_back(constant(rotary_frequencies(p[0].dim(3), rope_base, kF32)));
    operands.insert(operands.end(), p.begin() + static_cast<std::ptrdiff_t>(scales_at()), p.end());
  }
};

}  // namespace

Value attend(const Config& config, Dim layer, const HeadInputs& x, LayerCache& cache,
             const Placement& at) {
  std::vector<Value> in = {cache.keys, cache.values, at.start, at.count, at.padding};
  if (x.joint) {
    in.push_back(x.joint);
  } else {
    in.insert(in.end(), {x.q, x.k, x.v});
  }
  if (x.q_scale) in.insert(in.end(), {x.q_scale, x.k_scale});
  AttentionStep step = AttentionStep::of(config, layer, cache, at.is_first);
  step.is_joint = static_cast<bool>(x.joint);
  const std::vector<Value> out = apply_all(step, in);
  cache = {out[1], out[2]};
  return out[0];
}

}  // namespace hilo::models::gemma
