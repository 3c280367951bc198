#pragma once
#include <functional>
#include <string>
#include <utility>

#include "hilo/graph/value.h"

namespace hilo::train {

/// A figure of merit: a number an example, whose mean over a data set is reported.
struct Metric {
  Metric(std::string n, std::function<Value(Value outputs, Value labels)> v)
      : name(std::move(n)), values(std::move(v)) {}
  /// A metric without settings may be named without parentheses: `trainer.evaluate(test_set,
  /// metric::accuracy)`.
  Metric(Metric (*make)()) : Metric(make()) {}

  std::string name;                                          ///< "accuracy"
  std::function<Value(Value outputs, Value labels)> values;  ///< -> f32[B]
};

}  // namespace hilo::train

namespace hilo::metric {

// Of equal logits the first counts as the larger, and NaN as larger than any: a NaN is never right.

/// 1 where the largest logit is the label's class. logits: f32[B,C]; labels: integers [B] or
/// f32[B,C].
/// Throws:  OpError, as the next, if neither form fits.
train::Metric accuracy();
/// 1 where the label's class is among the k largest logits. Throws UsageError if k is below 1.
train::Metric top_k_accuracy(int k);
/// |output - label|, mean over the outputs of an example; and its square.
train::Metric mean_absolute_error();
train::Metric mean_squared_error();

}  // namespace hilo::metric
