#include "hilo/ops/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/einsum.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/softmax.h"

namespace hilo {
namespace {

// One call: its name, operands and settings.
struct Attention {
  std::string_view op;
  Value q, k, v;  // v may be none
  const AttentionOptions& o;

  [[nodiscard]] Dim batch() const { return q.dim(0); }
  [[nodiscard]] Dim queries() const { return q.dim(1); }
  [[nodiscard]] Dim heads() const { return q.dim(2); }
  [[nodiscard]] Dim keys() const { return k.dim(1); }
  [[nodiscard]] Dim key_heads() const { return k.dim(2); }
  [[nodiscard]] Dim group() const { return heads() / key_heads(); }

  [[noreturn]] void refuse(std::string problem, std::string expected, Value extra = {},
                           std::string hint = {}) const {
    std::vector<Shape> got = {q.shape(), k.shape()};
    if (v) got.push_back(v.shape());
    if (extra) got.push_back(extra.shape());
    throw OpError({.op = std::string(op),
                   .problem = std::move(problem),
                   .got = std::move(got),
                   .expected = std::move(expected),
                   .hint = std::move(hint)},
                  CallSite::current(std::source_location::current()));
  }

  void check_operands() const {
    const std::string rule =
        v ? "q [B,T,N,H], k [B,S,K,H], v [B,S,K,V]" : "q [B,T,N,H], k [B,S,K,H]";
    if (q.rank() != 4 || k.rank() != 4 || (v && v.rank() != 4))
      refuse("not all have four axes", rule);
    if (q.dim(0) != k.dim(0) || q.dim(3) != k.dim(3)) refuse("queries and keys do not fit", rule);
    if (v && (v.dim(0) != k.dim(0) || v.dim(1) != k.dim(1) || v.dim(2) != k.dim(2))) {
      refuse("keys and values do not fit", rule);
    }
    if (k.dim(2) == 0 ? q.dim(2) != 0 : q.dim(2) % k.dim(2) != 0) {
      refuse("the key heads do not divide the query heads", "N a multiple of K in " + rule);
    }
    expect_kind(op, q, kFloats);
  }

  void check_settings() const {
    if (o.window && (o.window->left < 0 || o.window->right < 0)) {
      refuse("the window is {" + std::to_string(o.window->left) + ", " +
                 std::to_string(o.window->right) + "}",
             "left and right of 0 or more");
    }
    if (!(o.soft_cap >= 0)) {
      refuse("soft_cap is " + std::to_string(o.soft_cap), "soft_cap > 0, or 0 for none");
    }
    if (!(o.dropout >= 0 && o.dropout < 1)) {
      refuse("dropout is " + std::to_string(o.dropout), "0 <= dropout < 1");
    }
    if (o.mask && o.mask.dtype() != kI1) {
      refuse("the mask is not boolean", "i1 that broadcasts to [B,N,T,S]", o.mask,
             "a bias is what is added to the scores");
    }
    if (o.bias && !is_float(o.bias.dtype())) {
      refuse("the bias is no float", "floats that broadcast to [B,N,T,S]", o.bias,
             o.bias.dtype() == kI1 ? "a mask is what says where to look" : "");
    }
    for (Value x : {o.mask, o.bias}) {
      if (x) expect_fits(x);
    }
  }

  // x broadcasts to [B,N,T,S].
  void expect_fits(Value x) const {
    const Dims full = {batch(), heads(), queries(), keys()};
    const std::size_t missing = full.size() - std::min(full.size(), x.dims().size());
    bool fits = x.dims().size() <= full.size();
    for (std::size_t i = 0; fits && i < x.dims().size(); ++i)
      fits = x.dims()[i] == 1 || x.dims()[i] == full[missing + i];
    if (!fits) refuse("a mask or bias does not fit the scores", "what broadcasts to [B,N,T,S]", x);
  }

  // x, which broadcasts to [B,N,T,S], as what broadcasts to [B,K,N/K,T,S].
  [[nodiscard]] Value grouped(Value x) const {
    Dims dims = x.dims();
    dims.insert(dims.begin(), 4 - dims.size(), 1);
    const bool has_heads = dims[1] != 1;
    return reshape(
        x, {dims[0], has_heads ? key_heads() : 1, has_heads ? group() : 1, dims[2], dims[3]});
  }

  // Integers [n] or [B,n], or the numbers 0 .. n-1, as i32[B or 1,1,1,n].
  [[nodiscard]] Value places(Value positions, Dim n) const {
    if (!positions) return reshape(iota({kI32, {n}}), {1, 1, 1, n});
    const Dims& dims = positions.dims();
    const bool fits = dims == Dims{n} || dims == Dims{batch(), n};
    if (!is_integer(positions.dtype()) || !fits) {
      refuse("positions do not fit", "integers [T] or [B,T] of queries, [S] or [B,S] of keys",
             positions);
    }
    return reshape(convert(positions, kI32), {dims.size() == 1 ? 1 : batch(), 1, 1, n});
  }

  // i1[B,1,1,n]: what is not padding.
  [[nodiscard]] Value within(Value lengths, Dim n) const {
    if (!is_integer(lengths.dtype()) || lengths.dims() != Dims{batch()}) {
      refuse("lengths do not fit", "integers [B]", lengths);
    }
    return places({}, n) < reshape(convert(lengths, kI32), {batch(), 1, 1, 1});
  }

  // i1 that broadcasts to [B,K,N/K,T,S], or none: all keys are seen.
  [[nodiscard]] Value visible() const {
    Value seen;
    const auto also = [&](Value condition) {
      seen = seen ? logical_and(seen, condition) : condition;
    };
    if (o.mask) also(grouped(o.mask));
    if (o.is_causal || o.window) {
      const Value query = expand_dims(places(o.query_positions, queries()), -1);  // [B,1,1,T,1]
      const Value key = expand_dims(places(o.key_positions, keys()), -2);         // [B,1,1,1,S]
      if (o.is_causal) also(key <= query);
      if (o.window)
        also(logical_and(query - key <= o.window->left, key - query <= o.window->right));
    }
    if (o.query_lengths) also(expand_dims(within(o.query_lengths, queries()), -1));
    if (o.key_lengths) also(expand_dims(within(o.key_lengths, keys()), -2));
    return seen;
  }

  // Probabilities [B,K,N/K,T,S] in f32 or f64.
  [[nodiscard]] Value weights() const {
    const DType wide = q.dtype() == kF64 ? kF64 : kF32;
    const Value split = reshape(q, {batch(), queries(), key_heads(), group(), q.dim(3)});
    const auto width = static_cast<double>(std::max<Dim>(q.dim(3), 1));
    Value scores =
        einsum("btkgh,bskh->bkgts", {split, k}, wide) * o.scale.value_or(1 / std::sqrt(width));
    if (o.soft_cap > 0) scores = softcap(scores, o.soft_cap);
    if (o.bias) scores = scores + convert(grouped(o.bias), wide);
    const Value seen = visible();
    // A number that no score comes near to, and not -inf: where all are, a softmax would be NaN.
    if (seen) scores = select(seen, scores, -0.7 * std::numeric_limits<float>::max());
    Value p = softmax(scores);
    if (seen) p = select(seen, p, 0);  // nothing was seen: 0, not the mean
    if (o.dropout > 0 && o.dropout_key) {
      p = select(bernoulli(o.dropout_key, 1 - o.dropout, p.dims()), p / (1 - o.dropout), 0);
    }
    return p;
  }
};

// How many queries look at once where that spares work.
constexpr Dim kBlock = 512;

// Whether what a block of queries sees is a part of the keys that is known while building.
bool sees_known_part(const Attention& a) {
  const AttentionOptions& o = a.o;
  return o.is_causal && a.queries() == a.keys() && a.queries() >= 2 * kBlock &&
         !o.query_positions && !o.key_positions && !o.query_lengths && !o.key_lengths &&
         o.dropout == 0;
}

// What broadcasts to [B,N,T,S], for queries and keys from .. to.
Value part_of(Value x, Dim first_query, Dim first_key, Dim end) {
  if (!x) return x;
  if (x.rank() >= 1 && x.dim(-1) != 1) x = slice_axis(x, -1, first_key, end);
  if (x.rank() >= 2 && x.dim(-2) != 1) x = slice_axis(x, -2, first_query, end);
  return x;
}

// The values that the queries make, [B,T,K,N/K,V] in f32 or f64.
Value attend(const Attention& a) {
  const Value p = a.weights();
  return einsum("bkgts,bskv->btkgv", {convert(p, a.v.dtype()), a.v}, p.dtype());
}

// The same, block by block of queries with the keys that they can see: no more than these scores
// are ever in memory.
Value attend_in_blocks(const Attention& a) {
  std::vector<Value> blocks;
  for (Dim from = 0; from < a.queries(); from += kBlock) {
    const Dim to = std::min(from + kBlock, a.queries());
    const Dim first = a.o.window ? std::max<Dim>(0, from - a.o.window->left) : 0;
    AttentionOptions o = a.o;
    o.query_positions = iota({kI32, {to - from}}) + from;
    o.key_positions = iota({kI32, {to - first}}) + first;
    o.mask = part_of(o.mask, from, first, to);
    o.bias = part_of(o.bias, from, first, to);
    blocks.push_back(attend({a.op, slice_axis(a.q, 1, from, to), slice_axis(a.k, 1, first, to),
                             slice_axis(a.v, 1, first, to), o}));
  }
  return concatenate(blocks, 1);
}

// The dtype that holds all of them.
DType joint_dtype(std::string_view op, const std::vector<Shape>& shapes) {
  try {
    return common_dtype(op, shapes);
  } catch (const OpError& refused) {
    throw OpError(refused.refusal(), CallSite::current({}));
  }
}

}  // namespace

Value scaled_dot_product_attention(Operand q, Operand k, Operand v, AttentionOptions options) {
  const CallSite site(q.where);
  constexpr std::string_view kName = "scaled_dot_product_attention";
  const DType dtype = joint_dtype(kName, {q.value.shape(), k.value.shape(), v.value.shape()});
  const Attention a{kName, convert(q, dtype), convert(k, dtype), convert(v, dtype), options};
  a.check_operands();
  a.check_settings();
  const Value y = sees_known_part(a) ? attend_in_blocks(a) : attend(a);
  return convert(reshape(y, {a.batch(), a.queries(), a.heads(), a.v.dim(3)}), q.value.dtype());
}

Value attention_weights(Operand q, Operand k, AttentionOptions options) {
  const CallSite site(q.where);
  constexpr std::string_view kName = "attention_weights";
  const DType dtype = joint_dtype(kName, {q.value.shape(), k.value.shape()});
  const Attention a{kName, convert(q, dtype), convert(k, dtype), {}, options};
  a.check_operands();
  a.check_settings();
  return reshape(a.weights(), {a.batch(), a.heads(), a.queries(), a.keys()});
}

}  // namespace hilo
