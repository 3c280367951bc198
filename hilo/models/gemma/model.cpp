#include "hilo/models/gemma/model.h"

#include <cmath>

#include "hilo/core/array.h"
#include "hilo/graph/call_site.h"
#include "hilo/nn/block_matrix.h"
#include "hilo/nn/layer_norm.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/attention.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rotary.h"

namespace hilo::models::gemma {
namespace {

const nn::Initializer kInitializer = nn::normal(0.02);

// x -> f32, with a scale that is kept as its distance from 1.
Value norm(nn::Scope scope, Value x, const Config& c) {
  return nn::rms_norm(scope, convert(x, kF32), {.epsilon = c.norm_epsilon, .scale_offset = 1});
}

// A matrix [out,in] of the model, in its dtype or in the blocks of its file.
class Matrix {
 public:
  Matrix(const nn::Scope& scope, const char* name, Dims dims, const Precision& precision)
      : precision_(precision) {
    const std::string path = scope.path() + "/" + name;
    const auto found = precision.blocks.find(path);
    if (found != precision.blocks.end()) type_ = found->second;
    value_ = scope.variable(name, precision.shape_of(path, std::move(dims)),
                            type_ ? nn::zeros() : kInitializer);
  }

  // [..,in] -> f32[..,out]
  [[nodiscard]] Value times(Value x) const {
    if (type_) return nn::block_dot(convert(x, kF32), value_, *type_);
    const DType dtype = precision_.activations;
    return dot_general(
        convert(x, dtype), convert(value_, dtype),
        {.lhs_contracting_dimensions = {x.rank() - 1}, .rhs_contracting_dimensions = {1}}, kF32);
  }
  // i32[..] -> f32[..,in]
  [[nodiscard]] Value rows(Value ids) const {
    const Value taken = take(value_, ids);
    return type_ ? nn::decode_blocks(taken, *type_) : convert(taken, kF32);
  }

 private:
  const Precision& precision_;
  std::optional<formats::BlockType> type_{};
  Value value_{};
};

Matrix table(nn::Scope scope, const Config& c) {
  return {scope.shared("embedder"), "table", {c.vocabulary, c.width}, c.precision};
}

// The root of the width as a number of the dtype that is computed in: 25.25, not 25.298, in bf16.
double embedding_scale(const Config& c) {
  const double root = std::sqrt(static_cast<double>(c.width));
  return from_doubles({c.precision.activations, {}}, std::vector<double>{root}).to_doubles()[0];
}

Value attention(nn::Scope scope, const Config& c, Dim layer, Value x, LayerCache& cache,
                const Placement& at) {
  const Dim batch = x.dim(0), tokens = x.dim(1);
  const bool is_local = c.has_local(layer);
  const auto heads = [&](const char* name, Dim count) {
    return reshape(dense(scope / name, x, count * c.head_width, c.precision),
                   {batch, tokens, count, c.head_width});
  };
  Value q = heads("query", c.heads);          // [B,T,N,H]
  Value k = heads("key", c.key_value_heads);  // [B,T,K,H]
  const Value v = heads("value", c.key_value_heads);
  if (c.has_query_key_norms()) {
    q = norm(scope / "query_norm", q, c);
    k = norm(scope / "key_norm", k, c);
  }
  const Value positions = new_positions(at, tokens);  // [B,T]
  const RotaryOptions rotary{.base = is_local ? c.local_rope_base : c.global_rope_base,
                             .scale = is_local ? c.local_rope_scale : c.global_rope_scale};
  q = rotary_embedding(q, positions, rotary);
  k = rotary_embedding(k, positions, rotary);
  const bool is_ring = is_local && cache.keys.dim(1) == ring_slots(c);
  const Seen seen = remember(cache, k, v, at, is_ring);
  cache = seen.cache;
  AttentionOptions options{.is_causal = true,
                           .scale = c.query_scale,
                           .soft_cap = c.attention_cap,
                           .mask = reshape(seen.positions >= 0, {batch, 1, 1, seen.keys.dim(1)}),
                           .query_positions = positions,
                           .key_positions = seen.positions};
  if (is_local) options.window = AttentionWindow{.left = c.window - 1, .right = 0};
  const DType dtype = c.precision.activations;
  const Value y = scaled_dot_product_attention(convert(q, dtype), convert(seen.keys, dtype),
                                               convert(seen.values, dtype), options);  // [B,T,N,H]
  return dense(scope / "out", reshape(y, {batch, tokens, c.heads * c.head_width}), c.width,
               c.precision);  // [B,T,D]
}

Value gated_mlp(nn::Scope scope, const Config& c, Value x) {
  const Value gate = gelu_tanh(dense(scope / "gate", x, c.hidden, c.precision));  // [B,T,F]
  const Value up = dense(scope / "up", x, c.hidden, c.precision);                 // [B,T,F]
  return dense(scope / "down", gate * up, c.width, c.precision);                  // [B,T,D]
}

}  // namespace

Value dense(nn::Scope scope, Value x, Dim out, const Precision& precision) {
  const CallSite site(scope.where(), scope.label());
  return Matrix(scope, "kernel", {out, x.dim(-1)}, precision).times(x);
}

Value forward(nn::Scope scope, const Config& c, Value ids, std::vector<LayerCache>& cache,
              const Placement& at, Trace* trace) {
  const CallSite site(scope.where(), scope.label());
  const auto pass = [&](Value x) {
    const Value kept = convert(x, c.precision.residual);
    if (trace != nullptr) trace->residuals.push_back(kept);
    return kept;
  };
  Value x = pass(table(scope, c).rows(ids) * embedding_scale(c));  // [B,T,D]
  for (Dim i = 0; i < c.layers; ++i) {
    const nn::Scope layer = scope / ("layer_" + std::to_string(i));
    Value y = attention(layer / "attention", c, i, norm(layer / "input_norm", x, c),
                        cache[static_cast<std::size_t>(i)], at);
    if (c.has_post_norms()) y = norm(layer / "post_attention_norm", y, c);
    x = convert(x + convert(y, x.dtype()), x.dtype());
    y = gated_mlp(layer / "mlp", c, norm(layer / "mlp_norm", x, c));
    if (c.has_post_norms()) y = norm(layer / "post_mlp_norm", y, c);
    x = pass(x + convert(y, x.dtype()));
  }
  return norm(scope / "final_norm", x, c);
}

Value logits(nn::Scope scope, const Config& c, Value x) {
  const CallSite site(scope.where(), scope.label());
  const Value y = table(scope, c).times(x);
  return c.logit_cap > 0 ? softcap(y, c.logit_cap) : y;
}

}  // namespace hilo::models::gemma
