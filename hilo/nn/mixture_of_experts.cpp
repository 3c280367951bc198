#include "hilo/nn/mixture_of_experts.h"

#include <algorithm>
#include <cmath>

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/einsum.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/sort.h"

namespace hilo::nn {
namespace {

constexpr const char* kName = "mixture_of_experts";

void check(Value x, const MixtureOptions& o) {
  expect_float_input(kName, x, 1, "[..,D]");
  if (o.experts == 0)
    refuse_layer(kName, "experts is not set", x, "experts of 1 or more",
                 "{.experts = 8, .hidden = 256}");
  if (o.hidden == 0)
    refuse_layer(kName, "hidden is not set", x, "hidden of 1 or more",
                 "{.experts = 8, .hidden = 256}");
  expect_positive(kName, "experts", o.experts, x);
  expect_positive(kName, "hidden", o.hidden, x);
  expect_positive(kName, "choices", o.choices, x);
  if (o.choices > o.experts) {
    refuse_layer(
        kName, std::to_string(o.choices) + " choices of " + std::to_string(o.experts) + " experts",
        x, "no more choices than experts");
  }
  if (!(o.capacity_factor >= 0)) {
    refuse_layer(kName, "capacity_factor is " + std::to_string(o.capacity_factor), x,
                 "capacity_factor > 0, or 0 for no limit");
  }
}

// The experts' matrices, and what they make of tokens [E,n,D]: [E,n,D].
class Experts {
 public:
  Experts(const Scope& scope, DType dtype, Dim width, const MixtureOptions& o)
      : activation_(o.activation) {
    const Initializer initializer = stacked(o.kernel_initializer);
    const Shape in{dtype, {o.experts, width, o.hidden}}, out{dtype, {o.experts, o.hidden, width}};
    if (o.is_gated) gate_ = scope.variable("gate", in, initializer);
    up_ = scope.variable("up", in, initializer);
    down_ = scope.variable("down", out, initializer);
  }
  [[nodiscard]] Value operator()(Value tokens) const {
    Value hidden = einsum("end,edf->enf", {tokens, up_});
    hidden =
        gate_ ? activation_(einsum("end,edf->enf", {tokens, gate_})) * hidden : activation_(hidden);
    return einsum("enf,efd->end", {hidden, down_});
  }

 private:
  Activation activation_;
  Value gate_, up_, down_;
};

// Tokens [G,D] through all experts, added up with weights [G,K] of the chosen ones, i32[G,K].
Value through_all(const Experts& experts, Value tokens, Value weights, Value chosen,
                  const MixtureOptions& o) {
  const Value share =
      sum(expand_dims(weights, -1) * one_hot(chosen, o.experts, weights.dtype()), {1});  // [G,E]
  const Value copies = broadcast_to(tokens, {o.experts, tokens.dim(0), tokens.dim(1)});
  return einsum("egd,ge->gd", {experts(copies), convert(share, tokens.dtype())});
}

// The same where an expert takes the first C tokens that come to it: all first choices, then all
// second ones ..
Value through_places(const Experts& experts, Value tokens, Value weights, Value chosen,
                     const MixtureOptions& o) {
  const Dim count = tokens.dim(0);
  const double fair = static_cast<double>(o.choices * count) / static_cast<double>(o.experts);
  const Dim places = std::clamp<Dim>(static_cast<Dim>(std::ceil(o.capacity_factor * fair)), 1,
                                     std::max<Dim>(count, 1));
  const Value picks = one_hot(transpose(chosen), o.experts, kI32);  // [K,G,E]
  const Value before =
      cumulative_sum(reshape(picks, {o.choices * count, o.experts}), 0, {.is_exclusive = true});
  const Value place = sum(reshape(before, picks.dims()) * picks, {2});  // [K,G]
  const Value seat = one_hot(place, places, weights.dtype());  // [K,G,C], 0 for who comes too late
  const Value expert = convert(picks, weights.dtype());        // [K,G,E]
  const Value sent = einsum("kge,kgc->gec", {expert, seat});   // [G,E,C]
  const Value taken = einsum("kge,kgc,gk->gec", {expert, seat, weights});  // [G,E,C]
  const Value arrived = einsum("gec,gd->ecd", {convert(sent, tokens.dtype()), tokens});
  return einsum("ecd,gec->gd", {experts(arrived), convert(taken, tokens.dtype())});
}

}  // namespace

Mixture mixture_of_experts(Scope scope, Value x, const MixtureOptions& options) {
  const CallSite site(scope.where(), scope.label());
  check(x, options);
  const Dim width = x.dim(-1);
  const DType dtype = x.dtype(), wide = statistics_dtype(dtype);
  const Value tokens = reshape(x, {width == 0 ? 0 : x.size() / width, width});  // [G,D]
  const Value router =
      (scope / "router")
          .variable("kernel", {dtype, {width, options.experts}}, options.kernel_initializer);
  const Value logits = einsum("gd,de->ge", {tokens, router}, wide);
  const Value probabilities = softmax(logits);
  const TopK top = top_k(probabilities, options.choices);  // [G,K]
  const Value weights =
      options.normalizes_choices ? top.values / sum(top.values, {1}, true) : top.values;
  const Experts experts(scope / "experts", dtype, width, options);
  const Value y = (options.capacity_factor == 0 ? through_all : through_places)(
      experts, tokens, weights, top.indices, options);
  const Value choices = mean(one_hot(top.indices, options.experts, wide), {0, 1});  // [E]
  const Value z = logsumexp(logits, {1});
  return {reshape(y, x.dims()),
          static_cast<double>(options.experts) * sum(choices * mean(probabilities, {0})),
          mean(z * z)};
}

}  // namespace hilo::nn
