#pragma once
#include <functional>
#include <string>

#include "hilo/graph/value.h"

namespace hilo::train {

/// A figure of merit: a number an example, whose mean over a data set is reported.
struct Metric {
  std::string name;                                          ///< "accuracy"
  std::function<Value(Value outputs, Value labels)> values;  ///< -> f32[B]
};

}  // namespace hilo::train

namespace hilo::metric {

/// 1 where the largest logit is the label's class. logits: f32[B,C]; labels: integers [B] or f32[B,C].
train::Metric accuracy();
/// 1 where the label's class is among the k largest logits.
train::Metric top_k_accuracy(int k);

}  // namespace hilo::metric
