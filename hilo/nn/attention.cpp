#include "hilo/nn/attention.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/dense.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/reshape.h"

namespace hilo::nn {
namespace {

constexpr const char* kName = "multi_head_attention";

void check(Value x, const MultiHeadAttentionOptions& o) {
  expect_float_input(kName, x, 3, "[B,T,D]");
  if (x.rank() != 3) refuse_layer(kName, "x has too many axes", x, "floats [B,T,D]");
  if (o.heads == 0)
    refuse_layer(kName, "heads is not set", x, "heads of 1 or more", "{.heads = 8}");
  expect_positive(kName, "heads", o.heads, x);
  if (o.key_value_heads < 0 || (o.key_value_heads > 0 && o.heads % o.key_value_heads != 0)) {
    refuse_layer(kName,
                 std::to_string(o.key_value_heads) + " key_value_heads do not divide " +
                     std::to_string(o.heads) + " heads",
                 x, "a divisor of heads");
  }
  if (o.head_width == 0 && x.dim(-1) % o.heads != 0) {
    refuse_layer(kName, std::to_string(o.heads) + " heads do not divide the width", x,
                 "[B,T,D], D a multiple of heads, or head_width");
  }
  if (o.head_width < 0) expect_positive(kName, "head_width", o.head_width, x);
  if (o.out_width < 0) expect_positive(kName, "out_width", o.out_width, x);
  const Value m = o.memory;
  if (m && (m.rank() != 3 || m.dtype() != x.dtype() || m.dim(0) != x.dim(0))) {
    refuse_layer(kName, "the memory is " + to_string(m.shape()), x,
                 "[B,S,M] of x's batch and dtype");
  }
}

// 0 .. n-1, or what was given.
Value positions_of(Value given, Dim n) { return given ? given : iota({kI32, {n}}); }

}  // namespace

Value multi_head_attention(Scope scope, Value x, const MultiHeadAttentionOptions& options) {
  const CallSite site(scope.where(), scope.label());
  check(x, options);
  const Value memory = options.memory ? options.memory : x;
  const Dim heads = options.heads;
  const Dim key_heads = options.key_value_heads == 0 ? heads : options.key_value_heads;
  const Dim width = options.head_width == 0 ? x.dim(-1) / heads : options.head_width;
  const DenseOptions inner{.bias = options.bias, .kernel_initializer = options.kernel_initializer};
  const auto projected = [&](const char* name, Value from, Dim count) {
    const Value y = dense(scope / name, from, count * width, inner);
    return reshape(y, {y.dim(0), y.dim(1), count, width});
  };
  Value q = projected("query", x, heads);         // [B,T,N,H]
  Value k = projected("key", memory, key_heads);  // [B,S,K,H]
  const Value v = projected("value", memory, key_heads);
  if (options.query_key_norm) {
    q = rms_norm(scope / "query_norm", q, *options.query_key_norm);
    k = rms_norm(scope / "key_norm", k, *options.query_key_norm);
  }
  if (options.rotary) {
    q = rotary_embedding(q, positions_of(options.scores.query_positions, q.dim(1)),
                         *options.rotary);
    k = rotary_embedding(k, positions_of(options.scores.key_positions, k.dim(1)), *options.rotary);
  }
  AttentionOptions scores = options.scores;
  if (scores.dropout > 0 && scope.is_training()) scores.dropout_key = scope.key();
  const Value seen = scaled_dot_product_attention(q, k, v, scores);  // [B,T,N,H]
  const Dim out_width = options.out_width == 0 ? x.dim(-1) : options.out_width;
  return dense(scope / "out", reshape(seen, {x.dim(0), x.dim(1), heads * width}), out_width,
               {.bias = options.out_bias, .kernel_initializer = options.kernel_initializer});
}

}  // namespace hilo::nn
