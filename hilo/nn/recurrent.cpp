#include "hilo/nn/recurrent.h"

#include <algorithm>

#include "hilo/graph/call_site.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo::nn {
namespace {

// The new state from the old one and x W + b of the step, [B,G U].
using Cell = std::function<RecurrentState(const RecurrentState& old, Value inputs)>;

// What tells the three layers apart.
struct Kind {
  const char* name;
  Dim gates;
  bool has_cell;
  // With the recurrent matrix [U,G U], and whatever other variables the cell asks the scope for.
  Cell (*cell)(const Scope& scope, Value matrix, const RecurrentOptions& options);
};

Cell lstm_cell(const Scope&, Value matrix, const RecurrentOptions&) {
  return [matrix](const RecurrentState& old, Value inputs) {
    const std::vector<Value> gates =
        split(inputs + matmul(old.hidden, matrix), 4, -1);  // i, f, g, o
    const Value cell = sigmoid(gates[1]) * old.cell + sigmoid(gates[0]) * tanh(gates[2]);
    return RecurrentState{sigmoid(gates[3]) * tanh(cell), cell};
  };
}

Cell gru_cell(const Scope& scope, Value matrix, const RecurrentOptions& options) {
  const Dim units = matrix.dim(0);
  const Value bias =
      options.bias ? scope.variable("recurrent_bias", {matrix.dtype(), {units}}, zeros()) : Value();
  return [matrix, bias](const RecurrentState& old, Value inputs) {
    const std::vector<Value> x = split(inputs, 3, -1),
                             h = split(matmul(old.hidden, matrix), 3, -1);  // r, z, n
    const Value reset = sigmoid(x[0] + h[0]), keep = sigmoid(x[1] + h[1]);
    const Value fresh = tanh(x[2] + reset * (bias ? h[2] + bias : h[2]));
    return RecurrentState{(1 - keep) * fresh + keep * old.hidden};
  };
}

Cell simple_cell(const Scope&, Value matrix, const RecurrentOptions& options) {
  return [matrix, activation = options.activation](const RecurrentState& old, Value inputs) {
    const Value sum = inputs + matmul(old.hidden, matrix);
    return RecurrentState{activation ? activation(sum) : tanh(sum)};
  };
}

// `build` of the gates before and behind the forget gate, and `forget` for that one.
Initializer lstm_bias(double forget) {
  return {"lstm_bias", [forget](Value, const Shape& shape) {
            const Shape one{shape.dtype, {shape.dim(0) / 4}};
            const Value none = hilo::zeros(one);
            return concatenate({none, full(one, forget), none, none}, 0);
          }};
}

void check(const Kind& kind, Value x, const RecurrentOptions& o) {
  expect_float_input(kind.name, x, 3, "[B,T,C]");
  if (x.rank() != 3) refuse_layer(kind.name, "x has too many axes", x, "floats [B,T,C]");
  if (o.units == 0)
    refuse_layer(kind.name, "units is not set", x, "units of 1 or more", "{.units = 64}");
  expect_positive(kind.name, "units", o.units, x);
  expect_positive(kind.name, "layers", o.layers, x);
  expect_positive(kind.name, "unroll", o.unroll, x);
  if (o.is_bidirectional && o.is_reversed) {
    refuse_layer(kind.name, "is_bidirectional and is_reversed are both set", x, "one of them");
  }
  if (o.lengths && (!is_integer(o.lengths.dtype()) || o.lengths.dims() != Dims{x.dim(0)})) {
    refuse_layer(kind.name, "lengths are " + to_string(o.lengths.shape()), x, "integers [B]");
  }
  const auto cells = static_cast<std::size_t>(o.layers) * (o.is_bidirectional ? 2 : 1);
  if (!o.initial.empty() && o.initial.size() != cells) {
    refuse_layer(kind.name, std::to_string(o.initial.size()) + " initial states", x,
                 std::to_string(cells) + ", one a cell");
  }
  const Shape state{x.dtype(), {x.dim(0), o.units}};
  for (const RecurrentState& s : o.initial) {
    const bool fits = s.hidden && s.hidden.shape() == state &&
                      (kind.has_cell ? s.cell && s.cell.shape() == state : !s.cell);
    if (!fits) {
      refuse_layer(kind.name, "an initial state does not fit", x,
                   std::string(kind.has_cell ? "hidden and cell" : "hidden alone") + ", " +
                       to_string(state));
    }
  }
}

// One cell that goes through x [B,T,C] in one direction.
class Pass {
 public:
  Pass(const Kind& kind, const Scope& scope, Value x, const RecurrentOptions& options)
      : options_(options), site_(scope.where(), scope.label()), has_cell_(kind.has_cell) {
    const DType dtype = x.dtype();
    const Dim wide = kind.gates * options.units;
    const Value kernel =
        scope.variable("kernel", {dtype, {x.dim(-1), wide}}, options.kernel_initializer);
    const Value matrix = scope.variable("recurrent_kernel", {dtype, {options.units, wide}},
                                        options.recurrent_initializer);
    inputs_ = matmul(x, kernel);  // [B,T,G U]
    if (options.bias) {
      const Initializer start = kind.has_cell ? lstm_bias(options.forget_bias) : zeros();
      inputs_ = inputs_ + scope.variable("bias", {dtype, {wide}}, start);
    }
    cell_ = kind.cell(scope, matrix, options);
  }

  // The hidden states [B,T,U] and the state behind the last step; `start` none: from zeros.
  std::pair<Value, RecurrentState> run(RecurrentState start, bool is_reversed) const {
    const Value steps = transpose(inputs_, {1, 0, 2});  // [T,B,G U]
    if (!start.hidden) {
      start.hidden = hilo::zeros({steps.dtype(), {steps.dim(1), options_.units}});
      if (has_cell_) start.cell = start.hidden;
    }
    std::vector<Value> xs = {steps}, init = {start.hidden};
    if (has_cell_) init.push_back(start.cell);
    if (options_.lengths) {  // i1[T,B,1]: what is no padding
      const Dim count = steps.dim(0);
      const Value number = iota({kI32, {count, 1}}, 0);
      xs.push_back(expand_dims(number < convert(options_.lengths, kI32), -1));
    }
    const auto step = [&](std::span<const Value> carry, std::span<const Value> x) {
      const RecurrentState old{carry[0], carry.size() > 1 ? carry[1] : Value()};
      RecurrentState next = cell_(old, x[0]);
      Value shown = next.hidden;
      if (x.size() > 1) {
        shown = select(x[1], next.hidden, 0);
        next.hidden = select(x[1], next.hidden, old.hidden);
        if (old.cell) next.cell = select(x[1], next.cell, old.cell);
      }
      Carried result{{next.hidden}, {shown}};
      if (old.cell) result.carry.push_back(next.cell);
      return result;
    };
    const Carried done =
        scan(init, xs, step, {.is_reversed = is_reversed, .unroll = options_.unroll});
    return {transpose(done.ys[0], {1, 0, 2}), {done.carry[0], has_cell_ ? done.carry[1] : Value()}};
  }

 private:
  const RecurrentOptions& options_;
  CallSite site_;
  bool has_cell_;
  Value inputs_;
  Cell cell_;
};

Recurrent recurrent(const Kind& kind, const Scope& scope, Value x,
                    const RecurrentOptions& options) {
  const CallSite site(scope.where(), scope.label());
  check(kind, x, options);
  const int directions = options.is_bidirectional ? 2 : 1;
  Recurrent result{x, {}, {}};
  for (int layer = 0; layer < options.layers; ++layer) {
    const Scope own = options.layers == 1 ? scope : scope / ("layer_" + std::to_string(layer));
    const CallSite own_site(own.where(), own.label());
    if (layer > 0) result.sequence = dropout(own / "dropout", result.sequence, options.dropout);
    std::vector<Value> sequences, lasts;
    for (int d = 0; d < directions; ++d) {
      const Scope at = directions == 1 ? own : own / (d == 0 ? "forward" : "backward");
      const RecurrentState start =
          options.initial.empty() ? RecurrentState{} : options.initial[result.states.size()];
      const Pass pass(kind, at, result.sequence, options);
      const auto [sequence, last] = pass.run(start, options.is_reversed || d == 1);
      sequences.push_back(sequence);
      lasts.push_back(last.hidden);
      result.states.push_back(last);
    }
    result.last = directions == 1 ? lasts[0] : concatenate(lasts, 1);
    result.sequence = directions == 1 ? sequences[0] : concatenate(sequences, 2);
  }
  return result;
}

}  // namespace

Recurrent lstm(Scope scope, Value x, const RecurrentOptions& options) {
  return recurrent({"lstm", 4, true, lstm_cell}, scope, x, options);
}
Recurrent gru(Scope scope, Value x, const RecurrentOptions& options) {
  return recurrent({"gru", 3, false, gru_cell}, scope, x, options);
}
Recurrent simple_rnn(Scope scope, Value x, const RecurrentOptions& options) {
  return recurrent({"simple_rnn", 1, false, simple_cell}, scope, x, options);
}

}  // namespace hilo::nn
