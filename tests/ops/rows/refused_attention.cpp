// What attention and positions refuse.
#include "hilo/ops/attention.h"
#include "hilo/ops/rotary.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kQueries = f32({2, 3, 4, 8}), kKeys = f32({2, 5, 2, 8});

void add_attention(std::vector<Refused>& r) {
  const std::string name = "scaled_dot_product_attention",
                    rule = "q [B,T,N,H], k [B,S,K,H], v [B,S,K,V]";
  const auto plain = [](Value q, Value k, Value v) {
    return scaled_dot_product_attention(q, k, v);
  };
  const auto refused = [&](Shape q, Shape k, Shape v, std::string problem, std::string expected) {
    r.push_back({name,
                 {std::move(q), std::move(k), std::move(v)},
                 plain,
                 std::move(problem),
                 std::move(expected)});
  };
  refused(f32({3, 4, 8}), kKeys, kKeys, "not all have four axes", rule);
  refused(kQueries, f32({1, 5, 2, 8}), kKeys, "queries and keys do not fit", rule);
  refused(kQueries, f32({2, 5, 2, 4}), kKeys, "queries and keys do not fit", rule);
  refused(kQueries, kKeys, f32({2, 4, 2, 8}), "keys and values do not fit", rule);
  refused(kQueries, kKeys, f32({2, 5, 1, 8}), "keys and values do not fit", rule);
  refused(kQueries, f32({2, 5, 3, 8}), f32({2, 5, 3, 8}),
          "the key heads do not divide the query heads", "N a multiple of K in " + rule);
  refused(f32({2, 3, 4, 8}).with(kI32), kKeys.with(kI32), kKeys.with(kI32),
          "dtype i32 is not accepted", "floating operands");
  r.back().hint = "x.as(kF32)";
  refused(kQueries, kKeys.with(kI32), kKeys, "dtypes differ and neither holds the other",
          "one dtype, or one that holds all values of the rest");
  r.back().hint = "convert one of them, for example x.as(kF32)";
  r.push_back({"attention_weights",
               {kQueries, f32({2, 5, 3, 8})},
               [](Value q, Value k) { return attention_weights(q, k); },
               "the key heads do not divide the query heads",
               "N a multiple of K in q [B,T,N,H], k [B,S,K,H]"});

  const auto with = [&](Shape extra, void (*set)(AttentionOptions&, Value), std::string problem,
                        std::string expected, std::string hint = {}) {
    r.push_back({name,
                 {kQueries, kKeys, std::move(extra)},
                 [set](Value q, Value k, Value x) {
                   AttentionOptions options;
                   set(options, x);
                   return scaled_dot_product_attention(q, k, k, options);
                 },
                 std::move(problem),
                 std::move(expected),
                 std::move(hint)});
  };
  with(
      f32({3, 5}), [](AttentionOptions& o, Value x) { o.mask = x; }, "the mask is not boolean",
      "i1 that broadcasts to [B,N,T,S]", "a bias is what is added to the scores");
  with(
      Shape{kI1, {3, 5}}, [](AttentionOptions& o, Value x) { o.bias = x; }, "the bias is no float",
      "floats that broadcast to [B,N,T,S]", "a mask is what says where to look");
  with(
      Shape{kI1, {3, 3}}, [](AttentionOptions& o, Value x) { o.mask = x; },
      "a mask or bias does not fit the scores", "what broadcasts to [B,N,T,S]");
  with(
      f32({1, 2, 4, 3, 5}), [](AttentionOptions& o, Value x) { o.bias = x; },
      "a mask or bias does not fit the scores", "what broadcasts to [B,N,T,S]");
  with(
      i32({3}), [](AttentionOptions& o, Value x) { o.key_lengths = x; }, "lengths do not fit",
      "integers [B]");
  with(
      f32({2}), [](AttentionOptions& o, Value x) { o.query_lengths = x; }, "lengths do not fit",
      "integers [B]");
  const std::string places = "integers [T] or [B,T] of queries, [S] or [B,S] of keys";
  with(
      i32({5}), [](AttentionOptions& o, Value x) { o.query_positions = x, o.is_causal = true; },
      "positions do not fit", places);
  with(
      f32({2, 5}), [](AttentionOptions& o, Value x) { o.key_positions = x, o.is_causal = true; },
      "positions do not fit", places);
  with(
      i32({}),
      [](AttentionOptions& o, Value) {
        o.window = {-1, 0};
      },
      "the window is {-1, 0}", "left and right of 0 or more");
  with(
      i32({}), [](AttentionOptions& o, Value) { o.soft_cap = -1; }, "soft_cap is -1",
      "soft_cap > 0, or 0 for none");
  with(
      i32({}), [](AttentionOptions& o, Value) { o.dropout = 1; }, "dropout is 1",
      "0 <= dropout < 1");
}

void add_positions(std::vector<Refused>& r) {
  const Shape x = f32({2, 3, 4, 6});
  const auto rotary = [](RotaryOptions o) {
    return [o](Value v, Value at) { return rotary_embedding(v, at, o); };
  };
  const std::string rule = "x [..,T,N,H], positions [T] or [..,T]";
  r.push_back(
      {"rotary_embedding", {f32({4, 6}), i32({4})}, rotary({}), "x has too few axes", rule});
  r.push_back({"rotary_embedding", {x, i32({4})}, rotary({}), "positions do not fit", rule});
  r.push_back({"rotary_embedding",
               {x.with(kI32), i32({3})},
               rotary({}),
               "dtype i32 is not accepted",
               "floating operands",
               "x.as(kF32)"});
  r.push_back({"rotary_embedding",
               {x, Shape{kI1, {3}}},
               rotary({}),
               "dtype i1 is not accepted",
               "integer, floating operands"});
  r.push_back({"rotary_embedding",
               {x, i32({3})},
               rotary({.width = 3}),
               "cannot rotate pairs of 3 elements",
               "an even width of H or less"});
  r.push_back({"rotary_embedding",
               {x, i32({3})},
               rotary({.width = 8}),
               "cannot rotate pairs of 8 elements",
               "an even width of H or less"});
  r.push_back({"rotary_embedding",
               {x, i32({3})},
               rotary({.scale = 0}),
               "base is 10000.000000, scale 0.000000",
               "base > 0, scale > 0"});
  const auto sinusoids = [](Dim width, SinusoidOptions o) {
    return [=](Value at) { return sinusoidal_embedding(at, width, o); };
  };
  r.push_back({"sinusoidal_embedding",
               {i32({3})},
               sinusoids(5, {}),
               "width is 5",
               "an even width of 2 or more"});
  r.push_back({"sinusoidal_embedding",
               {i32({3})},
               sinusoids(4, {.base = -1}),
               "base is -1",
               "base > 0, scale > 0"});
  r.push_back({"sinusoidal_embedding",
               {i32({3})},
               sinusoids(4, {.dtype = kI32}),
               "the dtype is i32",
               "a floating dtype"});
  r.push_back({"sinusoidal_embedding",
               {Shape{kI1, {3}}},
               sinusoids(4, {}),
               "dtype i1 is not accepted",
               "integer, floating operands"});
}

}  // namespace

void add_attention_refusals(std::vector<Refused>& r) {
  add_attention(r);
  add_positions(r);
}

}  // namespace hilo::test
