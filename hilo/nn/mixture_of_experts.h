#pragma once
#include "hilo/nn/initializer.h"
#include "hilo/nn/mlp.h"
#include "hilo/nn/scope.h"

// G tokens, D width of a token, E experts, F their hidden width, C tokens that an expert takes.
namespace hilo::nn {

struct MixtureOptions {
  Dim experts = 0;  ///< E; must be set
  Dim hidden = 0;   ///< F; must be set
  Dim choices = 2;  ///< experts for each token, the most probable ones
  /// C = ceil(factor choices G / E): tokens that come later, or choose later, go without that
  /// expert. 0: no limit, and each expert computes all tokens.
  double capacity_factor = 0;
  bool normalizes_choices = true;  ///< a token's weights add up to 1; else they are probabilities
  Activation activation = [](Value x) { return gelu_tanh(x); };
  bool is_gated = false;  ///< experts are down(activation(gate(x)) * up(x))
  Initializer kernel_initializer = glorot_uniform();
};

/// What a mixture makes of x, and what is to be added to the loss, f32 or f64 scalars.
struct Mixture {
  Value y;
  /// E times the sum over experts of (share of choices) (mean probability): 1 if all are even, more
  /// otherwise. A usual weight is 0.01.
  Value balance_loss;
  /// Mean of logsumexp(router's logits)^2, which keeps them small. A usual weight is 0.001.
  Value router_loss;
};

/// A router sends each token to some of E mlps without biases, and adds up what they make of it:
/// variables "router/kernel" [D,E], "experts/up" [E,D,F], "experts/down" [E,F,D], gated also
/// "experts/gate" [E,D,F]. Router and weights are computed in f32 or wider.
/// Shapes:  x [..,D], G tokens -> y [..,D].
/// Throws:  OpError if x is no float or has no axis, a setting is not set, or choices exceed E.
/// Gradient: through the experts and the weights of the choices; which ones are chosen has none.
/// Cost:    with a capacity memory for [G,E,C] numbers; without one E / choices times the products.
/// Source:  Shazeer et al. 2017; Fedus et al. 2021 for the losses and the capacity.
Mixture mixture_of_experts(Scope scope, Value x, const MixtureOptions& options);

}  // namespace hilo::nn
