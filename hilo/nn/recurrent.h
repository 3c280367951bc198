#pragma once
#include <functional>
#include <vector>

#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"

// Recurrent layers: a cell that goes through a sequence step by step and keeps a state.
// B batch, T steps, C features in, U units, D directions (1 or 2). x is [B,T,C].
namespace hilo::nn {

/// What a cell keeps between two steps.
struct RecurrentState {
  Value hidden;  ///< [B,U]
  Value cell{};  ///< [B,U]; of an LSTM only
};

struct RecurrentOptions {
  Dim units = 0;                  ///< must be set
  int layers = 1;                 ///< each reads what the one before it gives
  bool is_bidirectional = false;  ///< a second cell goes from the end to the start; results join
  bool is_reversed = false;       ///< the only cell goes from the end to the start
  Value lengths{};                ///< integers [B]: steps behind are padding
  std::vector<RecurrentState> initial{};  ///< a state for each cell, in the order of `states`; or
                                          ///< none: zeros
  double dropout = 0;                     ///< between layers, in training
  int unroll = 1;                         ///< steps in one round of the loop
  bool bias = true;
  double forget_bias = 1;                    ///< where an LSTM's forget bias starts
  std::function<Value(Value)> activation{};  ///< of simple_rnn; tanh if not given
  Initializer kernel_initializer = glorot_uniform();
  Initializer recurrent_initializer = orthogonal();
};

struct Recurrent {
  Value sequence;  ///< [B,T,D U], of the last layer; 0 at steps behind an example's length
  Value last;      ///< [B,D U]: the last layer's hidden state, after all the steps of each example
  std::vector<RecurrentState> states;  ///< of all cells: layer by layer, forward before backward
};

// All three have for each cell the variables "kernel" [C,G U], "recurrent_kernel" [U,G U] and
// "bias" [G U], of x's dtype, G gates side by side. A single cell has them in `scope` itself; those
// of several layers in "layer_0", "layer_1" .., of two directions in "forward" and "backward".
// Throws:  OpError if x is no float [B,T,C], `units` is not set, or a setting does not fit.
// Gradient: through all steps; the reverse keeps each step's state, and computes its gates again.
// Cost:    the products with `kernel` are one for all steps; T products with `recurrent_kernel`.

/// Long short-term memory. Gates i, f, g, o (the order of Keras and PyTorch):
///     c' = sigmoid(f) c + sigmoid(i) tanh(g),   h' = sigmoid(o) tanh(c').
/// PyTorch's two biases are one here, their sum; its matrices are transposed.
/// Source:  Hochreiter and Schmidhuber 1997; Gers et al. 2000.
/// Example: nn::lstm(scope / "lstm", x, {.units = 64}).last
Recurrent lstm(Scope scope, Value x, const RecurrentOptions& options);

/// Gated recurrent unit. Gates r, z, n (the order of PyTorch; Keras has z, r, n):
///     n = tanh(x W_n + b_n + r (h U_n + c_n)),   h' = (1 - z) n + z h,   r and z sigmoids,
/// where c is the further variable "recurrent_bias" [U] (PyTorch's bias_hh of n, Keras's
/// reset_after).
/// Source:  Cho et al. 2014.
Recurrent gru(Scope scope, Value x, const RecurrentOptions& options);

/// h' = tanh(x W + h U + b), or another activation.
/// Source:  Elman 1990.
Recurrent simple_rnn(Scope scope, Value x, const RecurrentOptions& options);

}  // namespace hilo::nn
