#include "hilo/models/gemma/model.h"

#include <cmath>

#include "hilo/core/array.h"
#include "hilo/graph/call_site.h"
#include "hilo/models/gemma/attention_step.h"
#include "hilo/models/gemma/normed_products.h"
#include "hilo/nn/block_matrix.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reshape.h"

namespace hilo::models::gemma {
namespace {

const nn::Initializer kInitializer = nn::normal(0.02);

// The scale of a norm, which is kept as its distance from 1.
Value norm_scale(nn::Scope scope, Dim width) { return scope.variable("scale", {kF32, {width}}, nn::zeros()); }

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

  // [..,in] -> [..,out] of `out`
  [[nodiscard]] Value times(Value x, DType out) const {
    if (type_) return convert(nn::block_dot(convert(x, kF32), value_, *type_), out);
    const DType dtype = precision_.activations;
    return dot_general(
        convert(x, dtype), convert(value_, dtype),
        {.lhs_contracting_dimensions = {x.rank() - 1}, .rhs_contracting_dimensions = {1}}, out);
  }
  // Itself, if it is in blocks.
  [[nodiscard]] std::optional<nn::BlockMatrix> blocks() const {
    return type_ ? std::optional(nn::BlockMatrix{value_, *type_}) : std::nullopt;
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

// The matrices of a fusion, where they are not fused.
std::vector<Matrix> parts_of(const nn::Scope& scope, Value x, const Fusion& fusion, const Config& c) {
  std::vector<Matrix> matrices;
  for (const Fusion::Part& part : fusion.parts)
    matrices.emplace_back(scope / std::string(part.name), "kernel", Dims{part.out, x.dim(-1)}, c.precision);
  return matrices;
}

// Of all of them, if all are in blocks; else none.
std::vector<nn::BlockMatrix> blocks_of(const std::vector<Matrix>& matrices) {
  std::vector<nn::BlockMatrix> blocks;
  for (const Matrix& m : matrices) {
    if (const auto own = m.blocks()) blocks.push_back(*own);
  }
  return blocks.size() == matrices.size() ? blocks : std::vector<nn::BlockMatrix>();
}

// x times each, in f32.
std::vector<Value> products(Value x, const std::vector<Matrix>& matrices, const Config& c) {
  const std::vector<nn::BlockMatrix> blocks = blocks_of(matrices);
  if (!blocks.empty() && c.precision.inner == kF32) return nn::block_dots(convert(x, kF32), blocks);
  std::vector<Value> results;
  for (const Matrix& m : matrices) results.push_back(convert(m.times(x, c.precision.inner), kF32));
  return results;
}

// A matrix [out,in] in the dtype that is computed in.
Value active_matrix(const nn::Scope& scope, Dim out, Dim in, const Config& c) {
  return convert(scope.variable("kernel", {c.precision.weights, {out, in}}, kInitializer), c.precision.activations);
}

// Matrices that are one: [sum of out, D].
Value joint_matrix(const nn::Scope& scope, const Fusion& fusion, const Config& c) {
  Dim out = 0;
  for (const Fusion::Part& part : fusion.parts) out += part.out;
  return active_matrix(scope / std::string(fusion.name), out, c.width, c);
}

// Back to the stream: [B,T,in] -> f32[B,T,D].
Value back(const nn::Scope& scope, Value x, const Config& c) {
  return c.is_fused ? plain_products(x, active_matrix(scope, c.width, x.dim(-1), c)) : dense(scope, x, c.width, c.precision);
}

// [B,T,D] to be added to the stream.
Value attention(nn::Scope scope, const Config& c, Dim layer, Stream& stream, Value scale, LayerCache& cache,
                const Placement& at) {
  const Fusion fusion = attention_fusion(c);
  HeadInputs heads;
  if (c.is_fused) {
    heads.joint = normed_products(stream, scale, joint_matrix(scope, fusion, c), false, c);
  } else {
    const Value x = normed(stream, scale, c);
    std::vector<Value> qkv = products(x, parts_of(scope, x, fusion, c), c);
    for (Value& y : qkv) y = reshape(y, {x.dim(0), x.dim(1), y.dim(-1) / c.head_width, c.head_width});
    heads = {.q = qkv[0], .k = qkv[1], .v = qkv[2]};
  }
  if (c.has_query_key_norms()) {
    heads.q_scale = norm_scale(scope / "query_norm", c.head_width);
    heads.k_scale = norm_scale(scope / "key_norm", c.head_width);
  }
  const Value y = attend(c, layer, heads, cache, at);  // [B,T,N,H]
  return back(scope / "out", reshape(y, {y.dim(0), y.dim(1), c.heads * c.head_width}), c);
}

// gelu(x times gate) * (x times up), [B,T,F]
Value gated(nn::Scope scope, const Config& c, Stream& stream, Value scale) {
  const Fusion fusion = mlp_fusion(c);
  if (c.is_fused) return normed_products(stream, scale, joint_matrix(scope, fusion, c), true, c);
  const Value x = normed(stream, scale, c);
  const std::vector<Matrix> matrices = parts_of(scope, x, fusion, c);
  const std::vector<nn::BlockMatrix> blocks = blocks_of(matrices);
  if (!blocks.empty() && c.precision.inner == kF32) return nn::gated_block_dot(convert(x, kF32), blocks[0], blocks[1]);
  const std::vector<Value> y = products(x, matrices, c);
  return gelu_tanh(y[0]) * y[1];
}

// [B,T,D] to be added to the stream.
Value gated_mlp(nn::Scope scope, const Config& c, Stream& stream, Value scale) {
  return back(scope / "down", gated(scope, c, stream, scale), c);
}

}  // namespace

Fusion attention_fusion(const Config& c) {
  const Dim own = c.key_value_heads * c.head_width;
  return {"query_key_value", {{"query", c.heads * c.head_width}, {"key", own}, {"value", own}}};
}

Fusion mlp_fusion(const Config& c) { return {"gate_up", {{"gate", c.hidden}, {"up", c.hidden}}}; }

Value dense(nn::Scope scope, Value x, Dim out, const Precision& precision, DType dtype) {
  const CallSite site(scope.where(), scope.label());
  return Matrix(scope, "kernel", {out, x.dim(-1)}, precision).times(x, dtype);
}

Value forward(nn::Scope scope, const Config& c, Value ids, std::vector<LayerCache>& cache,
              const Placement& at, Trace* trace) {
  const CallSite site(scope.where(), scope.label());
  const ExactProducts exact(c.precision.activations == kF32);
  const auto scale = [&](const nn::Scope& of, const char* name) { return norm_scale(of / name, c.width); };
  const auto note = [&](const Stream& stream) {
    if (trace != nullptr) trace->residuals.push_back(stream.x);
  };
  // What a layer adds is added by who reads the stream next: one kernel then does it all.
  Stream stream{convert(table(scope, c).rows(ids) * embedding_scale(c), c.precision.residual)};  // [B,T,D]
  for (Dim i = 0; i < c.layers; ++i) {
    const nn::Scope layer = scope / ("layer_" + std::to_string(i));
    stream.added = attention(layer / "attention", c, i, stream, scale(layer, "input_norm"), cache[static_cast<std::size_t>(i)], at);
    note(stream);
    if (c.has_post_norms()) stream.added_scale = scale(layer, "post_attention_norm");
    stream.added = gated_mlp(layer / "mlp", c, stream, scale(layer, "mlp_norm"));
    if (c.has_post_norms()) stream.added_scale = scale(layer, "post_mlp_norm");
  }
  const Value y = normed(stream, scale(scope, "final_norm"), c);
  note(stream);
  return y;
}

Value logits(nn::Scope scope, const Config& c, Value x) {
  const CallSite site(scope.where(), scope.label());
  const ExactProducts exact(c.precision.activations == kF32);
  const Value y = table(scope, c).times(x, kF32);
  return c.logit_cap > 0 ? softcap(y, c.logit_cap) : y;
}

}  // namespace hilo::models::gemma
