#include "hilo/nn/transformer.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/nn/residual.h"

namespace hilo::nn {
namespace {

Value norm(const Scope& scope, Value x, const TransformerOptions& options) {
  return options.rms_norm ? rms_norm(scope, x, *options.rms_norm)
                          : layer_norm(scope, x, options.layer_norm);
}

// x plus what `part` makes of it, normalised before or behind; `name` is that of the part.
Value added(const Scope& scope, const std::string& name, Value x, const TransformerOptions& options,
            const std::function<Value(Scope, Value)>& part) {
  const Scope norm_scope = scope / (name == "cross_attention" ? "cross_norm" : name + "_norm");
  const bool is_before = options.norm == NormPlace::kBefore;
  const Value y = part(scope / name, is_before ? norm(norm_scope, x, options) : x);
  const Value sum = residual(
      scope, x, y, {.dropout = options.dropout, .stochastic_depth = options.stochastic_depth});
  return is_before ? sum : norm(norm_scope, sum, options);
}

Value feed_forward(const Scope& scope, Value x, const TransformerOptions& options) {
  const Dim hidden = options.hidden == 0 ? 4 * x.dim(-1) : options.hidden;
  const Initializer& initializer = options.attention.kernel_initializer;
  if (options.is_gated) {
    return gated_mlp(scope, x,
                     {.hidden = hidden,
                      .activation = options.activation,
                      .bias = options.attention.bias,
                      .kernel_initializer = initializer});
  }
  return mlp(scope, x,
             {.hidden = hidden,
              .activation = options.activation,
              .dropout = options.dropout,
              .bias = options.attention.bias,
              .kernel_initializer = initializer});
}

Value block(const Scope& scope, Value x, Value memory, const TransformerOptions& options,
            bool is_decoder, const AttentionOptions& cross) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input(is_decoder ? "transformer_decoder" : "transformer_encoder", x, 3, "[B,T,D]");
  x = added(scope, "attention", x, options, [&](Scope own, Value y) {
    MultiHeadAttentionOptions self = options.attention;
    self.memory = {};
    if (is_decoder) self.scores.is_causal = true;
    return multi_head_attention(own, y, self);
  });
  if (memory) {
    x = added(scope, "cross_attention", x, options, [&](Scope own, Value y) {
      MultiHeadAttentionOptions other = options.attention;
      other.memory = memory;
      other.scores = cross;
      other.rotary.reset();  // positions of two sequences have no distance
      return multi_head_attention(own, y, other);
    });
  }
  return added(scope, "mlp", x, options,
               [&](Scope own, Value y) { return feed_forward(own, y, options); });
}

}  // namespace

Value transformer_encoder(Scope scope, Value x, const TransformerOptions& options) {
  return block(scope, x, {}, options, false, {});
}

Value transformer_decoder(Scope scope, Value x, Value memory, const TransformerOptions& options,
                          const AttentionOptions& cross) {
  return block(scope, x, memory, options, true, cross);
}

}  // namespace hilo::nn
